"""`migrate`: the tables, and on PostgreSQL the job engine's too."""

from __future__ import annotations

from argparse import Namespace

from service import wiring
from service.engine import Distributed
from service.store import migrate
from service.store.database import Database


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    prepare(database)
    service = wiring.assemble(settings, database=database, engine=wiring.Idle(), make_token=True)
    print(f"{database.shown()} is up to date.")
    say_token(wiring.new_token(database) if args.new_token else service.new_token)
    database.close()
    return 0


def prepare(database: Database) -> None:
    migrate.upgrade(database)
    if not database.is_sqlite:
        engine = Distributed(wiring.conninfo(database))
        engine.migrate()
        engine.stop()


def say_token(token: str | None) -> None:
    """Once, to who starts it first: only its hash is stored."""
    if token:
        print(f"The token of pages and API, shown this once: {token}", flush=True)
