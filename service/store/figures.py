"""Counts of rows by their state, for /metrics and /readyz."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.store.tables import deliveries, incidents, items, work, writes

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def probe(connection: Connection) -> None:
    """Raises AfterwordError unless the database answers and its tables are those of this code."""
    if not sa.inspect(connection).has_table("alembic_version"):
        raise AfterwordError("The database has no tables yet.", "Run `python -m service migrate`.")
    connection.execute(sa.select(work.c.key).limit(1)).first()
    found = connection.execute(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))).scalar()
    # by the names of the files: Alembic itself is too heavy for the processes that only look
    newest = max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))
    if found != newest:
        raise AfterwordError(
            f"The tables are those of version {found}, and this code works with {newest}.",
            "Run `python -m service migrate`.",
        )


def gauges(connection: Connection, now: datetime) -> Iterator[tuple[str, str, str, dict[str, int]]]:
    """(name, what it counts, label, label's value → number)."""
    yield "deliveries", "Deliveries by what became of them", "state", _by(connection, deliveries.c.state)
    yield "incidents", "Incidents by source", "source", _by(connection, incidents.c.source)
    yield "action_items", "Action items by state", "state", _by(connection, items.c.state)
    yield "writes", "Outward writes by the state of their ledger row", "state", _by(connection, writes.c.state)
    due = sa.and_(work.c.done < work.c.wanted, work.c.not_before <= now)
    yield "work_due", "Rows that are due, by task", "task", _by(connection, work.c.task, due)
    failing = sa.and_(work.c.done < work.c.wanted, work.c.last_error != "")
    yield "work_retrying", "Rows whose last try failed, by task", "task", _by(connection, work.c.task, failing)
    yield (
        "work_waiting",
        "Rows that wait for a person or a restart, by task",
        "task",
        _by(connection, work.c.task, work.c.waits),
    )


def _by(
    connection: Connection, column: sa.ColumnElement[str], where: sa.ColumnElement[bool] | None = None
) -> dict[str, int]:
    counted = sa.select(column, sa.func.count()).group_by(column)
    if where is not None:
        counted = counted.where(where)
    return {str(value): int(number) for value, number in connection.execute(counted)}
