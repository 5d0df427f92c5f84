"""`clock`: the schedule, on PostgreSQL; more than one does no harm."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from types import FrameType

from service import clock, crash, logs, wiring
from service.commands import freshness
from service.store.database import Database


def run(args: Namespace) -> int:
    logs.configure()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    wiring.require_postgresql(database, "clock")
    service = wiring.assemble(settings, database=database)
    wiring.begin_work(service)
    freshness.say(database, wiring.clock())
    crash.arm_from(os.environ)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    print(f"Afterword's clock looks every {clock.SECONDS:.0f} seconds what is due, on {database.shown()}", flush=True)
    try:
        clock.run(service.parts)
    finally:
        service.parts.engine.stop()
        database.close()
    return 0
