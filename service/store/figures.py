"""What /readyz and /metrics tell of the database: whether it can be worked with, and counts of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, State
from service.store import alive, dead_letters, meta, needs, polls
from service.store.tables import connections, deliveries, incidents, items, work, writes

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_OUTCOMES = ("received", "done", "ignored", "quarantined", "failed")
_LEDGER = (
    "planned", "sending", "done", "unknown", "waiting", "failed", "proposed", "parked", "dropped",
)  # fmt: skip
_TASKS = ("incident", "sync", "report", "poll")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure, without the prefix afterword_: a number for each value of its label, or one number alone."""

    name: str
    says: str
    label: str
    numbers: Mapping[str, float]  # the label's value → number; where there is no label "" → number


def probe(connection: Connection) -> None:
    """Raises AfterwordError unless the database answers and its tables are at least those of this code.

    Newer ones will do: migrations only add, so that old processes go on beside new ones while they are replaced.
    """
    if not sa.inspect(connection).has_table("alembic_version"):
        raise AfterwordError("The database has no tables yet.", "Run `python -m service migrate`.")
    connection.execute(sa.select(work.c.key).limit(1)).first()
    found = connection.execute(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))).scalar()
    # by the names of the files: Alembic itself is too heavy for the processes that only look
    newest = max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))
    if found is None or not found.isdigit() or int(found) < int(newest):
        raise AfterwordError(
            f"The tables are those of version {found}, and this code works with {newest}.",
            "Run `python -m service migrate`.",
        )


def gauges(
    connection: Connection, now: datetime, *, trackers: Sequence[str] = (), sources: Sequence[str] = ()
) -> Iterator[Gauge]:
    """Every figure that the rows tell. `trackers`: those that are synced; `sources`: those that are asked what closed.

    What may be alarmed on is there with 0 when there is none of it: a series that comes and goes alarms nobody.
    """
    yield from _deliveries(connection, now)
    yield from _stories(connection)
    yield from _work(connection, now)
    yield from _ages(connection, now, trackers, sources)
    limited = _zeroes(("limited", "denied", "away")) | _by(connection, connections.c.state)
    yield Gauge("connections", "Accounts that are not asked for a while, by why", "state", limited)
    yield Gauge(
        "dead_letters", "What is given up until a person looks, by kind", "kind", dict(dead_letters.counted(connection))
    )


def _deliveries(connection: Connection, now: datetime) -> Iterator[Gauge]:
    c = deliveries.c
    yield Gauge(
        "deliveries", "Deliveries by what became of them", "state", _zeroes(_OUTCOMES) | _by(connection, c.state)
    )
    polled = _by(connection, c.source, c.via == "poll")
    yield Gauge("deliveries_polled", "Closings that no webhook had told of, by source", "source", polled)
    oldest = sa.select(c.received_at).where(c.state == "received").order_by(c.id).limit(1)
    due = sa.select(sa.func.min(work.c.not_before)).where(work.c.done < work.c.wanted, work.c.waits.is_(False))
    ages = {"deliveries": _age(connection.execute(oldest).scalar(), now)}
    ages["work"] = _age(connection.execute(due).scalar(), now)
    yield Gauge("queue_age_seconds", "How long the oldest delivery, and the oldest due row, waits", "queue", ages)


def _stories(connection: Connection) -> Iterator[Gauge]:
    yield Gauge("incidents", "Incidents by source", "source", _by(connection, incidents.c.source))
    states = _zeroes(tuple(state.value for state in State)) | _by(connection, items.c.state)
    yield Gauge("action_items", "Action items by state", "state", states)
    ledger = _zeroes(_LEDGER) | _by(connection, writes.c.state)
    yield Gauge("writes", "Outward writes by the state of their ledger row", "state", ledger)
    unknown = {"": ledger["unknown"]}
    yield Gauge("unknown_outcomes", "Writes whose answer was lost and that are looked for", "", unknown)


def _work(connection: Connection, now: datetime) -> Iterator[Gauge]:
    c, none = work.c, _zeroes(_TASKS)
    due = sa.and_(c.done < c.wanted, c.not_before <= now)
    yield Gauge("work_due", "Rows that are due, by task", "task", none | _by(connection, c.task, due))
    failing = sa.and_(c.done < c.wanted, c.last_error != "")
    yield Gauge("work_retrying", "Rows whose last try failed, by task", "task", none | _by(connection, c.task, failing))
    yield Gauge(
        "work_waiting",
        "Rows that wait for a person or a restart, by task",
        "task",
        none | _by(connection, c.task, c.waits),
    )


def _ages(connection: Connection, now: datetime, trackers: Sequence[str], sources: Sequence[str]) -> Iterator[Gauge]:
    """What never went well counts from the first boot."""
    said = meta.get(connection, "first_boot")
    first = datetime.fromisoformat(said) if said else now
    synced, polled, scanned = needs.synced(connection), polls.last(connection), alive.last_scan(connection)
    yield Gauge(
        "sync_age_seconds",
        "Time since the last sync of a tracker that went well",
        "tracker",
        {name: _age(synced.get(name, first), now) for name in trackers},
    )
    yield Gauge(
        "poll_age_seconds",
        "Time since a source last said what closed",
        "source",
        {name: _age(polled.get(name, first), now) for name in sources},
    )
    yield Gauge("scan_age_seconds", "Time since somebody last looked for work", "", {"": _age(scanned or first, now)})


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds; 0 where nothing waits, and for what is due later."""
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _zeroes(names: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(names, 0.0)


def _by(
    connection: Connection, column: sa.ColumnElement[str], where: sa.ColumnElement[bool] | None = None
) -> dict[str, float]:
    counted = sa.select(column, sa.func.count()).group_by(column)
    if where is not None:
        counted = counted.where(where)
    return {str(value): float(number) for value, number in connection.execute(counted)}
