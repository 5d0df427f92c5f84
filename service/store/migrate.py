"""Brings the database's tables up to date. Alembic is heavy: only the commands that migrate or check import this."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from service.store.database import Database, StoreUnavailable

SCRIPTS = Path(__file__).parent / "migrations"
#: on PostgreSQL, how often a table is asked for, and seconds for which each time the others may have to wait behind it
TRIES, LOCK_SECONDS = 20, 3


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> None:
    """Everything up to the newest revision, in one transaction; harmless when nothing is to be done, when another
    process does the same, and when a newer version was here before.

    On PostgreSQL others are at work meanwhile. A change of a table waits for who reads it now, and everybody else waits
    behind the change: so it gives up soon and asks again. Raises StoreUnavailable after the last try.
    """
    for tried in range(1, TRIES + 1):
        try:
            with database.begin() as connection:
                _one_at_a_time(connection)
                if not _is_newest(connection):
                    command.upgrade(_config(connection), "head")
            return
        except StoreUnavailable as error:
            if tried == TRIES or not _locked(error):
                raise
            time.sleep(1)


def is_current(database: Database) -> bool:
    """Whether the tables are those that this code expects, or those of a newer version, which it can work with."""
    with database.read() as connection:
        return _is_newest(connection)


def _is_newest(connection: Connection) -> bool:
    found = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return found is not None and newest is not None and found >= newest  # they are numbers of four figures


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('afterword tables'))"))


def _locked(error: StoreUnavailable) -> bool:
    """PostgreSQL: lock_not_available."""
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) == "55P03"
