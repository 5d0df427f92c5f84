"""Hands work to the service that runs on this database, or does it here where none runs."""

from __future__ import annotations

import logging
import sys
import textwrap
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from connectors.base import AfterwordError
from service import logs, wiring
from service.commands.migrate import prepare
from service.errors import InUse
from service.lock import FileLock
from service.parts import Parts
from service.store import deliveries, migrate, work
from service.store.database import Database
from service.wiring import Service

#: how long a command waits for what it asked for
PATIENCE = timedelta(minutes=5)
#: what is put off for longer than this is not waited for, nor waited for again and again
SOON = timedelta(seconds=90)
PAUSE = 0.2  # seconds between two looks
#: columns of a sentence, and the fewest that are left for one beside a table
WIDTH, LEAST = 100, 40


class Desk:
    """Where a command asks for work. On SQLite the process that holds the file does it: a running service, else we.

    On PostgreSQL we do it ourselves, beside any workers: whoever takes the row first.
    """

    def __init__(self, service: Service, lock: FileLock | None, *, here: bool) -> None:
        self.service = service
        self.parts: Parts = service.parts
        self.here = here
        self._lock = lock
        self._handed_over = False

    def done(self, task: str, key: str, *, soon: timedelta = SOON) -> bool:
        """Sees to what was asked for in (task, key). True: it is done, or put off without an error for longer than
        `soon`. False: it is not, and why was said."""
        until = self.parts.now() + PATIENCE
        said = ""
        while True:
            self._run(task, key)
            with self.parts.database.read() as connection:
                standing = work.standing(connection, task, key)
            now = self.parts.now()
            if standing is None or not standing.open:
                return True
            again = standing.not_before or now
            if again > now + soon and not standing.last_error:
                return True
            if now >= until or standing.waits:
                return False
            if again > now:  # put off: by an outage, a limit, a lost answer that is looked for
                why = standing.last_error or "A tracker has not answered, or asks us to wait."
                if why != said:
                    said, until = why, min(until, now + SOON)
                    progress(f"{why} Trying again until {until:%H:%M:%S} UTC.")
            time.sleep(PAUSE)

    def delivered(self, number: int) -> deliveries.Delivery | None:
        """Sees to a delivery that is to be looked at again, and gives what became of it."""
        until = self.parts.now() + PATIENCE
        while True:
            with self.parts.database.read() as connection:
                delivery = deliveries.by_id(connection, number)
            if delivery is None or delivery.state != "received" or self.parts.now() >= until:
                return delivery
            self._run("delivery", f"{delivery.source}/{delivery.delivery_id}")
            if not self.here:
                time.sleep(PAUSE)

    def _run(self, task: str, key: str) -> None:
        if not self.here and self._lock:  # the service that we waited for may have ended meanwhile
            self.here = _taken(self._lock)
        if self.here:
            self.service.jobs.run(task, key)
        elif not self._handed_over:
            self._handed_over = True
            progress("An Afterword runs on this database; it does the work.")


@contextmanager
def opened(args: Namespace) -> Iterator[Desk]:
    """The service as the settings describe it, with its tables. Raises AfterwordError."""
    quiet()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    lock = FileLock(database.path) if database.path else None
    try:
        here = lock is None or _taken(lock)
        if lock is None:
            needs_tables(database)
        elif here:
            prepare(database)
        service = wiring.assemble(settings, database=database, engine=wiring.Idle())
        wiring.begin_work(service)
        try:
            yield Desk(service, lock, here=here)
        finally:
            service.parts.calls.keep_last(database)
    finally:
        database.close()
        if lock:
            lock.release()


@contextmanager
def standby(args: Namespace) -> Iterator[Parts]:
    """For commands that read or set a row beside whatever runs: no lock is asked for, no job runs here."""
    quiet()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        needs_tables(database)
        yield wiring.assemble(settings, database=database, engine=wiring.Idle()).parts
    finally:
        database.close()


def quiet() -> None:
    """What a person should know, a command says in sentences; the log keeps faults of ours."""
    logs.configure(level=logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)


def _taken(lock: FileLock) -> bool:
    try:
        lock.take(wiring.clock())
    except InUse:
        return False
    return True


def needs_tables(database: Database) -> None:
    """Raises AfterwordError where `migrate` has not been run."""
    missing = database.path is not None and not database.path.exists()  # to look would make it
    if missing or not migrate.is_current(database):
        raise AfterwordError(
            f"{database.shown()} has not the tables of this version. Nothing was done.",
            "Run `python -m service migrate`.",
        )


def progress(text: str) -> None:
    """On standard error: results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def filled(text: str, first: str = "", others: str = "") -> str:
    """A sentence in lines that a terminal has room for. Nothing is broken inside a word."""
    lines = textwrap.wrap(
        text,
        max(WIDTH, len(first) + LEAST),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) or first.rstrip()


def counted(number: int, word: str) -> str:
    """ "1 item", "2 items"."""
    return f"{number} {word}{'' if number == 1 else 's'}"
