"""`worker`: jobs, on PostgreSQL; any number of them."""

from __future__ import annotations

import os
from argparse import Namespace

from service import crash, logs, wiring
from service.commands import at_start
from service.commands.check import again
from service.engine import Distributed
from service.parts import Parts
from service.store import work
from service.store.database import Database, StoreUnavailable


def run(args: Namespace) -> int:
    logs.configure()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    wiring.require_postgresql(database, "worker")
    service = wiring.assemble(settings, database=database)
    wiring.begin_work(service)
    wiring.revive(service, alone=False)
    crash.arm_from(os.environ)  # for tests of what a sudden death leaves behind
    engine = service.parts.engine
    assert isinstance(engine, Distributed)
    print(f"Afterword works, {settings.jobs.threads} jobs at a time, on {database.shown()}", flush=True)
    try:
        with at_start.beside(service.parts, again(args)):
            engine.work(
                service.jobs.run,
                service.jobs.scan,
                threads=settings.jobs.threads,
                scan_seconds=settings.jobs.scan_seconds,
                lapsed=lambda: lapsed(service.parts),
            )
    finally:
        engine.stop()
        service.parts.calls.keep_last(database)
        database.close()
    return 0


def lapsed(parts: Parts) -> list[tuple[str, str]]:
    """The rows whose worker is gone. A database that does not answer has none that could be taken over."""
    try:
        with parts.database.read() as connection:
            return work.lapsed(connection, parts.now())
    except StoreUnavailable:
        return []  # the scan says so
