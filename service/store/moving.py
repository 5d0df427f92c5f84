"""Carries every table from one database into another: as they are, in batches, in the caller's transactions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from connectors.base import AfterwordError
from service.store.figures import VERSIONS
from service.store.tables import metadata

#: sent at once, at most; a stored delivery can have 25 MB
ROWS, BYTES = 500, 8 * 1024 * 1024
#: what a first start writes by itself; it gives way to what is moved
FIRST_START = "meta"


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds. `checksum`: SHA-256 over its rows in order of their keys."""

    table: str
    rows: int
    checksum: str


def tables() -> Sequence[sa.Table]:
    """Each after those that it refers to."""
    return metadata.sorted_tables


def revision(connection: Connection) -> str | None:
    """Of the tables that are there; None: they are not ours, or not made yet."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this code works with."""
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def counts(connection: Connection) -> dict[str, int]:
    """Table → rows; 0 also where the table is not there."""
    there = set(sa.inspect(connection).get_table_names())
    return {table.name: _count(connection, table) if table.name in there else 0 for table in tables()}


def _count(connection: Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def others(connection: Connection) -> int:
    """On PostgreSQL: connections of the same user to the same database besides this one. An Afterword that was started
    on the empty database would go on with a marker key that is gone."""
    if connection.dialect.name != "postgresql":
        return 0
    said = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND usename = current_user AND pid <> pg_backend_pid()"
    )
    connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same ones to its end
    return int(connection.exec_driver_sql(said).scalar_one())


def shut(connection: Connection) -> None:
    """Nobody else reads or writes a table until the transaction ends. SQLite's file lock does this."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables())
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")


def carry(origin: Connection, target: Connection, table: sa.Table) -> None:
    """Every row, ids kept. Raises AfterwordError with what the target does not take."""
    for batch in _batches(origin, table):
        try:
            target.execute(sa.insert(table), batch)
        except (DBAPIError, ValueError) as error:  # ValueError: the driver itself, such as for a NUL in a text
            why = str(error.orig if isinstance(error, DBAPIError) else error).splitlines()[0]
            keys = [", ".join(str(row[column.name]) for column in table.primary_key) for row in batch]
            between = keys[0] if len(keys) == 1 else f"{keys[0]} to {keys[-1]}"
            raise AfterwordError(
                f"The new database does not take a row of {table.name} ({between}): {why}",
                "Nothing was moved. Both databases are as they were.",
            ) from error


def empty(connection: Connection, name: str) -> None:
    connection.execute(sa.delete(metadata.tables[name]))


def count_on(connection: Connection) -> None:
    """New rows get ids above those that were carried over. SQLite sees to it by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))))


def content(connection: Connection, table: sa.Table) -> Content:
    rows, sum_ = 0, hashlib.sha256()
    for row in _rows(connection, table):
        rows += 1
        sum_.update("\x1e".join(_said(value) for value in row).encode())
        sum_.update(b"\x1d")
    return Content(table.name, rows, sum_.hexdigest())


def _rows(connection: Connection, table: sa.Table) -> Iterator[sa.Row[Any]]:
    # A text is ordered by its bytes on SQLite, by the language of the database on PostgreSQL.
    binary = connection.dialect.name == "postgresql"
    order = [
        sa.collate(column, "C") if binary and isinstance(column.type, sa.String) else column
        for column in table.primary_key
    ]
    large = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
    asked = sa.select(table).order_by(*order)
    yield from connection.execute(asked, execution_options={"yield_per": 4 if large else 200})


def _batches(connection: Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    # None for a JSON column would be stored as the JSON null, which is not what "is null" finds.
    maybe = [column.name for column in table.columns if isinstance(column.type, sa.JSON) and column.nullable]
    for row in _rows(connection, table):
        values = dict(row._mapping)
        batch.append(values | {name: sa.null() for name in maybe if values[name] is None})
        size += sum(len(value if isinstance(value, bytes) else str(value)) for value in row)
        if len(batch) == ROWS or size >= BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _said(value: object) -> str:
    """The same text for the same value, whichever database it came from."""
    if isinstance(value, bytes):
        return f"bytes {hashlib.sha256(value).hexdigest()}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{type(value).__name__} {json.dumps(value, sort_keys=True)}"
