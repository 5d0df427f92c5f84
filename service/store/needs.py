"""What needs a person, or will soon: asked for by `check` and by the alarms, in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import alerts, incidents, items, syncs, work, writes

#: a report that nobody settled is spoken of for so long
SPOKEN_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A closed incident whose story is not told to its end."""

    ref: str
    error: str
    tries: int
    for_person: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble that stands. `told`: how often it was told."""

    key: str
    text: str
    since: datetime
    told_at: datetime | None
    told: int


def waiting_incidents(connection: Connection) -> list[Waiting]:
    """Those that met an error, the oldest first."""
    key = sa.cast(incidents.c.id, sa.String)
    rows = connection.execute(
        sa.select(incidents.c.ref, work.c.last_error, work.c.tries, work.c.waits)
        .join(incidents, work.c.key == key)
        .where(work.c.task == "incident", work.c.done < work.c.wanted, work.c.last_error != "")
        .order_by(incidents.c.id)
    )
    return [Waiting(row.ref, row.last_error, row.tries, bool(row.waits)) for row in rows]


def items_for_a_person(connection: Connection) -> int:
    """Action items that nobody but a person can settle: an outcome that was not found, or an unclear identity."""
    unclear = sa.cast(items.c.unclear, sa.Text) != "[]"
    found = connection.execute(
        sa.select(sa.func.count())
        .select_from(items.outerjoin(writes, writes.c.key == sa.literal("issue:") + items.c.key))
        .where(items.c.issue_id.is_(None), items.c.state == "open", sa.or_(unclear, writes.c.state == "waiting"))
    )
    return int(found.scalar_one())


def synced(connection: Connection) -> dict[str, datetime]:
    """Tracker → when its last sync went well; a tracker that never did is left out."""
    rows = connection.execute(sa.select(syncs.c.tracker, syncs.c.last_ok_at).where(syncs.c.last_ok_at.is_not(None)))
    return {row.tracker: row.last_ok_at for row in rows}


def unsent_reports(connection: Connection, now: datetime) -> dict[str, int]:
    """Slot of a report → how many addresses did not get it, as far as is known."""
    rows = connection.execute(
        sa.select(writes.c.key).where(
            writes.c.key.like("send:%"),
            writes.c.state.in_(("waiting", "failed")),
            writes.c.since >= now - SPOKEN_OF,
        )
    )
    slots: dict[str, int] = {}
    for row in rows:
        slot = row.key.split(":")[1]
        slots[slot] = slots.get(slot, 0) + 1
    return slots


def standing_alerts(connection: Connection) -> list[Told]:
    """The oldest first. A trouble that is over has no text."""
    rows = connection.execute(sa.select(alerts).where(alerts.c.text != "").order_by(alerts.c.since, alerts.c.key))
    return [Told(row.key, row.text, row.since, row.told_at, row.told) for row in rows]
