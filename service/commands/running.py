"""Hands work to the service that runs on this database, or does it here where none runs."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from service import logs, wiring
from service.commands.migrate import prepare
from service.lock import FileLock
from service.store import work
from service.store.database import Database
from service.wiring import Service

#: how long a command waits for a running service to do what it handed over
PATIENCE = timedelta(minutes=5)


@contextmanager
def opened(args: Namespace) -> Iterator[tuple[Service, bool]]:
    """(the service, whether this process does the jobs). A running service on the same SQLite file does them itself."""
    logs.configure()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    lock = FileLock(database.path) if database.path else None
    elsewhere = lock is not None and lock.held_elsewhere()
    if lock and not elsewhere:
        lock.take(wiring.clock())
        prepare(database)
    service = wiring.assemble(settings, database=database, engine=wiring.Idle())
    try:
        yield service, not elsewhere
    finally:
        database.close()
        if lock:
            lock.release()


def finish(service: Service, here: bool, task: str, key: str, say: Callable[[str], None]) -> bool:
    """Does what was asked for in (task, key), or waits for the running service to do it. False: not done in time."""
    parts = service.parts
    until = parts.now() + PATIENCE
    said = ""
    while True:
        if here:
            service.jobs.run(task, key)
        with parts.database.read() as connection:
            standing = work.standing(connection, task, key)
        if standing is None or standing.settled(parts.now()):
            return True
        if standing.last_error and standing.last_error != said:
            said = standing.last_error
            say(f"Not yet: {said}")
        if parts.now() >= until or standing.waits:
            return False
        time.sleep(0.5)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
