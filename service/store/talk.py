"""Which issues have comments that are not read yet, and what came of reading them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import State, Tracked
from service.store.items import tracked
from service.store.tables import events, incidents, items


@dataclass(frozen=True, slots=True)
class Talk:
    """One item with an issue. `changed_at` and `read_at` are by the tracker's clock."""

    item_id: int
    incident_id: int
    key: str
    number: int
    issue: Tracked
    state: State
    ended_reason: str | None
    assignee: str | None
    changed_at: datetime
    read_at: datetime | None
    snoozed_until: date | None
    conflicts: Mapping[str, str]


_UNREAD = sa.or_(items.c.talk_read_at.is_(None), items.c.talk_read_at < items.c.updated_at)


def unread(connection: Connection, tracker: str, most: int) -> list[Talk]:
    """Those whose issue changed since its comments were read and that the tracker answers for, what waits longest
    first. What is done has nothing more to hear."""
    query = sa.select(items).where(
        items.c.tracker == tracker,
        items.c.issue_id.is_not(None),
        items.c.updated_at.is_not(None),
        items.c.unreachable_since.is_(None),
        items.c.stale_since.is_(None),
        sa.or_(items.c.state != State.DONE.value, items.c.conflicts.is_not(None)),
        _UNREAD,
    )
    return [_talk(row) for row in connection.execute(query.order_by(items.c.updated_at, items.c.id).limit(most))]


def held(connection: Connection, talk: Talk) -> tuple[Talk, set[str]] | None:
    """The item as it is now, and what of its incident's comments was dealt with; nobody else changes either until the
    transaction ends. None: it went meanwhile."""
    done = connection.execute(
        sa.select(incidents.c.obeyed).where(incidents.c.id == talk.incident_id).with_for_update()
    ).first()
    row = connection.execute(sa.select(items).where(items.c.id == talk.item_id).with_for_update()).first()
    if done is None or row is None or row.issue_id != talk.issue.id:
        return None
    return _talk(row), set(done.obeyed or ())


def keep(connection: Connection, talk: Talk, values: Mapping[str, Any]) -> None:
    connection.execute(sa.update(items).where(items.c.id == talk.item_id).values(**values))


def dealt_with(connection: Connection, talk: Talk, marks: Collection[str]) -> None:
    connection.execute(sa.update(incidents).where(incidents.c.id == talk.incident_id).values(obeyed=sorted(marks)))


def asked_to_end(connection: Connection, item_id: int) -> str:
    """The reason of the last /wontdo since the item was last opened, or ""."""
    query = sa.select(events.c.kind, events.c.now).where(
        events.c.item_id == item_id, events.c.kind.in_(("wontdo", "state"))
    )
    reason = ""
    for row in connection.execute(query.order_by(events.c.seq)):
        if row.kind == "wontdo":
            reason = row.now or ""
        elif row.now == State.OPEN.value:
            reason = ""
    return reason


def _talk(row: Row[Any]) -> Talk:
    return Talk(
        item_id=row.id,
        incident_id=row.incident_id,
        key=row.key,
        number=row.number,
        issue=tracked(row),
        state=State(row.state),
        ended_reason=row.ended_reason,
        assignee=row.assignee,
        changed_at=row.updated_at,
        read_at=row.talk_read_at,
        snoozed_until=row.snoozed_until,
        conflicts=row.conflicts or {},
    )
