"""Reminders: which were decided on, and what a decision needs to know of an item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import State, Tracked
from service.followup.nudges import ASKED_ABOUT, WEEK, Past, needs_reason
from service.store import writes
from service.store.items import tracked
from service.store.tables import items, nudges, work
from service.store.tables import writes as ledger

OPEN = ("planned", "sending", "unknown", "failed")


@dataclass(frozen=True, slots=True)
class Issue:
    """What the tracker's side says of an item that has an issue."""

    tracked: Tracked
    tracker: str
    place: str
    touched_at: datetime | None
    snoozed_until: date | None
    adopted: bool
    unexplained: bool


@dataclass(frozen=True, slots=True)
class Nudge:
    """One that was decided on. `key`: its row of the ledger."""

    key: str
    item_id: int
    item_key: str
    incident_id: int
    number: int
    kind: str
    due: date | None


def write_key(item_key: str, number: int) -> str:
    return f"nudge:{item_key}:{number}"


def issues(connection: Connection, now: datetime, item_id: int | None = None) -> dict[int, Issue]:
    """Item → its issue, of every item that has one and has not ended, or ended as "won't do" lately; or of one item."""
    open_or_asked = sa.or_(
        items.c.ended_at.is_(None),
        sa.and_(items.c.state == State.WONT_DO.value, items.c.ended_at > now - ASKED_ABOUT),
    )
    found = sa.select(items).where(items.c.issue_id.is_not(None))
    found = found.where(open_or_asked if item_id is None else items.c.id == item_id)
    return {
        row.id: Issue(
            tracked(row),
            row.tracker,
            row.place or "",
            row.updated_at,
            row.snoozed_until,
            row.adopted,
            needs_reason(State(row.state), row.ended_reason),
        )
        for row in connection.execute(found)
    }


def past(connection: Connection, item_id: int | None = None) -> dict[int, tuple[Past, ...]]:
    """Item → the reminders on it, the oldest first."""
    found = sa.select(nudges).order_by(nudges.c.item_id, nudges.c.number)
    sent = defaultdict[int, list[Past]](list)
    for row in connection.execute(found if item_id is None else found.where(nudges.c.item_id == item_id)):
        sent[row.item_id].append(Past(row.kind, row.due, row.at))
    return {item: tuple(one) for item, one in sent.items()}


def by_person(connection: Connection, now: datetime) -> dict[str, list[datetime]]:
    """Whom they count for → when they were decided on, of the last seven days."""
    sent = defaultdict[str, list[datetime]](list)
    for row in connection.execute(sa.select(nudges.c.person, nudges.c.at).where(nudges.c.at > now - WEEK)):
        sent[row.person].append(row.at)
    return dict(sent)


def add(
    connection: Connection,
    item_id: int,
    item_key: str,
    incident_id: int,
    *,
    kind: str,
    person: str,
    due: date | None,
    now: datetime,
) -> str:
    """Decides on one, with its row of the ledger: both or neither. Gives that row's key."""
    last = sa.select(sa.func.coalesce(sa.func.max(nudges.c.number), 0)).where(nudges.c.item_id == item_id)
    number = connection.execute(last).scalar_one() + 1
    connection.execute(
        sa.insert(nudges).values(item_id=item_id, number=number, kind=kind, person=person, due=due, at=now)
    )
    key = write_key(item_key, number)
    writes.plan(connection, key, incident_id)
    return key


def under_way(connection: Connection) -> list[Nudge]:
    """Those whose outcome is not settled, the oldest first."""
    joined = nudges.join(items, items.c.id == nudges.c.item_id).join(
        ledger,
        ledger.c.key == sa.literal("nudge:") + items.c.key + ":" + sa.cast(nudges.c.number, sa.String),
    )
    found = (
        sa.select(nudges, items.c.key.label("item_key"), items.c.incident_id, ledger.c.key.label("write_key"))
        .select_from(joined)
        .where(ledger.c.state.in_(OPEN))
        .order_by(nudges.c.id)
    )
    return [
        Nudge(row.write_key, row.item_id, row.item_key, row.incident_id, row.number, row.kind, row.due)
        for row in connection.execute(found)
    ]


def held_elsewhere(connection: Connection, key: str, now: datetime) -> bool:
    """Whether another day's row is held by a worker just now: whoever finds "sending" must be alone."""
    found = sa.select(sa.func.count()).where(work.c.task == "nudge", work.c.key != key, work.c.taken_until > now)
    return bool(connection.execute(found).scalar_one())


def sent_since(connection: Connection, task: str, since: datetime) -> int:
    """Reminders, or digests, whose sending began since then and ended well."""
    prefix = "nudge:" if task == "nudge" else "send:digest-"
    found = sa.select(sa.func.count()).where(
        ledger.c.key.startswith(prefix), ledger.c.state == "done", ledger.c.since >= since
    )
    return int(connection.execute(found).scalar_one())
