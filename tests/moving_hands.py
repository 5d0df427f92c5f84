"""Hands for moving: an old database with odd rows in every table, a new one with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service import moving
from service.commands.migrate import prepare
from service.store import migrate, tables
from service.store import moving as carrying
from service.store.database import Database
from tests.conftest import new_postgresql_url

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ODD = "Größe „7“ 🦊\n\ttab 'quote' \"double\" %s :name \\ ‮"
JSON = {"é": [1, 2.5, None, True, {"b": "", "a": ODD}], "": {}}


@contextmanager
def old(folder: Path) -> Iterator[Database]:
    """An installation on one file."""
    with closing(Database(f"sqlite:///{folder}/old.db")) as made:
        migrate.upgrade(made)
        yield made


@contextmanager
def new(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """A database with nothing in it, not even tables, of the kind that the fixture's parameter names."""
    file = f"sqlite:///{folder}/new/new.db"
    url = file if request.param == "sqlite" else new_postgresql_url(request.getfixturevalue("postgresql"))
    with closing(Database(url)) as made:
        yield made


def move(origin: Database, target: Database) -> list[carrying.Content]:
    return moving.move(origin, target, prepare=prepare, now=NOW, say=lambda table: None)


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as connection:
        return {
            table.name: sorted(
                (dict(row._mapping) for row in connection.execute(sa.select(table))),
                key=lambda row, table=table: [str(row[column.name]) for column in table.primary_key],
            )
            for table in tables.metadata.sorted_tables
        }


def value(column: sa.Column[Any], number: int) -> Any:
    """A value that fits the column, an odd one; row 2 leaves out what may be left out."""
    for key in column.foreign_keys:
        if isinstance(key.column.type, sa.String):
            return value(key.column, number)
    if column.foreign_keys or column.name == "id":
        return None if column.nullable and number == 2 else number * 7
    if column.nullable and number == 2:
        return None
    kind = column.type
    if isinstance(kind, tables.Utc):
        return NOW + timedelta(microseconds=number)
    if isinstance(kind, sa.JSON):
        return JSON | {"number": number}
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) * number
    if isinstance(kind, sa.Boolean):
        return number == 1
    if isinstance(kind, sa.Date):
        return date(2026, 2, 28) + timedelta(days=number)
    if isinstance(kind, sa.Integer):
        return 2**40 + number if isinstance(kind, sa.BigInteger) else number
    return f"{number} {ODD}"[: kind.length or None]


def fill(database: Database, count: int = 3) -> None:
    """Odd rows in every table there is, now and later."""
    with database.begin() as connection:
        for table in tables.metadata.sorted_tables:
            for number in range(1, count + 1):
                row = {column.name: value(column, number) for column in table.columns}
                maybe = {c.name: sa.null() for c in table.columns if row[c.name] is None}
                connection.execute(sa.insert(table).values({**row, **maybe}))


def nothing_in(database: Database) -> bool:
    with database.read() as connection:
        return not any(carrying.counts(connection).values())
