"""What is given up until a person looks: deliveries that could not be read, work that failed too often, writes that
were refused or whose outcome only a person can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.store.tables import deliveries, incidents, items, work, writes

UNREAD = ("quarantined", "failed")
#: proposed and parked items are no dead letters: a person was asked, and nothing went wrong
GIVEN_UP = ("waiting", "failed")


def unread_deliveries(connection: Connection) -> list[Row[Any]]:
    """id, source, received_at, state, reason, emptied; the oldest first."""
    c = deliveries.c
    emptied = (sa.func.length(c.body) == 0).label("emptied")
    found = sa.select(c.id, c.source, c.received_at, c.state, c.reason, emptied)
    return list(connection.execute(found.where(c.state.in_(UNREAD)).order_by(c.id)))


def waiting_work(connection: Connection) -> list[Row[Any]]:
    """task, key, tries, not_before, last_error, and of an incident source and ref."""
    c, told = work.c, sa.cast(incidents.c.id, sa.String) == work.c.key
    found = (
        sa.select(c.task, c.key, c.tries, c.not_before, c.last_error, incidents.c.source, incidents.c.ref)
        .outerjoin(incidents, sa.and_(c.task == "incident", told))
        .where(c.waits, c.done < c.wanted)
        .order_by(c.task, c.key)
    )
    return list(connection.execute(found))


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One write. `item`: the number of its action item, if it is one's issue."""

    key: str
    state: str
    since: datetime | None
    reason: str
    item: int | None
    source: str | None
    ref: str | None


def given_up_writes(connection: Connection) -> list[GivenUp]:
    """The oldest first."""
    found = (
        sa.select(writes, items.c.id.label("item"), incidents.c.source, incidents.c.ref)
        .outerjoin(items, writes.c.key == sa.literal("issue:") + items.c.key)
        .outerjoin(incidents, incidents.c.id == writes.c.incident_id)
        .where(writes.c.state.in_(GIVEN_UP))
        .order_by(writes.c.since, writes.c.key)
    )
    return [
        GivenUp(row.key, row.state, row.since, row.reason, row.item, row.source, row.ref)
        for row in connection.execute(found)
    ]


def counted(connection: Connection) -> dict[str, int]:
    """Kind → how many."""

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    return {
        "delivery": count(deliveries, deliveries.c.state.in_(UNREAD)),
        "work": count(work, work.c.waits, work.c.done < work.c.wanted),
        "write": count(writes, writes.c.state.in_(GIVEN_UP)),
    }
