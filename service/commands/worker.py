"""`worker`: jobs, on PostgreSQL; any number of them."""

from __future__ import annotations

import os
from argparse import Namespace

from service import crash, logs, wiring
from service.engine import Distributed
from service.store.database import Database


def run(args: Namespace) -> int:
    logs.configure()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    wiring.require_postgresql(database, "worker")
    service = wiring.assemble(settings, database=database)
    wiring.revive(service, alone=False)
    if where := os.environ.get("AFTERWORD_CRASH_AT"):
        crash.arm(where)
    engine = service.parts.engine
    assert isinstance(engine, Distributed)
    try:
        engine.work(
            service.jobs.run,
            service.jobs.scan,
            threads=settings.jobs.threads,
            scan_seconds=settings.jobs.scan_seconds,
        )
    finally:
        engine.stop()
        database.close()
    return 0
