"""`migrate`: the tables, and on PostgreSQL the job engine's too; with --from, everything out of another database."""

from __future__ import annotations

import sys
from argparse import Namespace

from service import moving, pause, wiring
from service.engine import Distributed
from service.errors import WELL
from service.store import migrate
from service.store.database import Database

STOP = (
    "Do not start Afterword on {origin} again: it would file and report a second time. Keep it until you trust the new "
    "one, then delete it."
)


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        if args.origin:
            _move(args.origin, database, dry_run=args.dry_run)
        elif args.dry_run:
            _say_state(database)
        else:
            prepare(database)
        if args.dry_run:
            return WELL
        service = wiring.assemble(settings, database=database, engine=wiring.Idle(), make_token=True)
        wiring.begin_work(service)
        if not args.origin:
            print(f"{database.shown()} is up to date.")
        say_token(wiring.new_token(database) if args.new_token else service.new_token)
        with database.read() as connection:
            stopped = pause.standing(service.parts, connection)
        if stopped:  # it may have moved to another address as well
            print(f"Paused: {stopped.why}")
        return WELL
    finally:
        database.close()


def prepare(database: Database) -> None:
    new = database.path is not None and not database.path.exists()
    migrate.upgrade(database)
    if new:
        folder = f", and the folder {database.folders_missing} for it" if database.folders_missing else ""
        print(f"A new database was made: {database.path}{folder}", file=sys.stderr, flush=True)
    if not database.is_sqlite:
        engine = Distributed(wiring.conninfo(database))
        engine.migrate()
        engine.stop()


def say_token(token: str | None) -> None:
    """Once, to who starts it first: only its hash is stored."""
    if token:
        print(f"The token of pages and API, shown this once: {token}", flush=True)


def _progress(table: str) -> None:
    print(f"Moving {table}.", file=sys.stderr, flush=True)


def _say_state(database: Database) -> None:
    there = database.path is None or database.path.exists()  # to look would make it
    current = there and migrate.is_current(database)
    print(f"{database.shown()} {'is up to date' if current else 'would be brought up to date'}. Nothing was changed.")


def _move(url: str, target: Database, *, dry_run: bool) -> None:
    origin = moving.origin_of(url, target)
    for one in (origin, target):
        one.take_time()
    try:
        if dry_run:
            counts = moving.preview(origin, target, wiring.clock())
            for name, rows in counts.items():
                print(f"{name:12} {rows:>10,}")
            total = sum(counts.values())
            print(f"{total:,} rows would be moved from {origin.shown()} to {target.shown()}. Nothing was changed.")
            return
        moved = moving.move(origin, target, prepare=prepare, now=wiring.clock(), say=_progress)
        print(f"{'table':12} {'rows':>10}  SHA-256 of the rows, the same on both sides")
        for table in moved:
            print(f"{table.table:12} {table.rows:>10,}  {table.checksum[:16]}")
        total = sum(table.rows for table in moved)
        print(f"{total:,} rows moved from {origin.shown()} to {target.shown()}.")
        print(STOP.format(origin=origin.shown()))
    finally:
        origin.close()
