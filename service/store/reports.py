"""Weekly reports: what they are computed from, and their frozen bytes, one row per slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.followup.facts import Event
from service.followup.snapshot import Snapshot, from_json, to_json
from service.followup.week import WEEKLY, Week
from service.store import earlier
from service.store.database import insert
from service.store.items import next_seq
from service.store.meta import count
from service.store.tables import events, reports, work, writes

#: the forms that are stored, and their media types
FORMATS: Mapping[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report as it was made. `forms`: format → bytes, never rendered again."""

    slot: str
    week: str
    as_of: datetime
    snapshot: Snapshot
    forms: Mapping[str, bytes]
    revision: int = 1


def find(connection: Connection, slot: str) -> Frozen | None:
    row = connection.execute(sa.select(reports).where(reports.c.slot == slot)).first()
    return None if row is None else _frozen(row)


def snapshots(connection: Connection, weeks: Sequence[str], name: str = WEEKLY) -> list[Snapshot]:
    """The reports of these weeks, without their forms."""
    return [
        from_json(plain)
        for plain in connection.execute(
            sa.select(reports.c.snapshot).where(reports.c.name == name, reports.c.week.in_(weeks))
        ).scalars()
    ]


def before(connection: Connection, week: str, name: str = WEEKLY) -> Frozen | None:
    """The latest report of an earlier week."""
    earlier = (reports.c.name == name, reports.c.week < week)
    query = sa.select(reports).where(*earlier).order_by(reports.c.week.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _frozen(row)


def take_back(connection: Connection, week: str, name: str = WEEKLY) -> None:
    """What a clock that was ahead made of this week and later ones, which are not over. They are made and sent anew."""
    ahead = (reports.c.name == name, reports.c.week >= week)
    slots = sa.select(reports.c.slot).where(*ahead)
    for slot in connection.execute(slots).scalars().all():
        connection.execute(sa.delete(work).where(work.c.task == "report", work.c.key == slot))
        connection.execute(sa.delete(writes).where(writes.c.key.startswith(f"send:{slot}:")))
    connection.execute(sa.delete(reports).where(*ahead))


def latest_week(connection: Connection, now: str, name: str = WEEKLY) -> str | None:
    """ "2026-W47", the latest week that has its report, up to the week of now: a clock that was ahead made others."""
    made = (reports.c.name == name, reports.c.week <= now)
    return connection.execute(sa.select(sa.func.max(reports.c.week)).where(*made)).scalar()


def names(connection: Connection) -> list[str]:
    """Of every report that was ever made and is kept."""
    return list(connection.execute(sa.select(reports.c.name).distinct().order_by(reports.c.name)).scalars())


def latest(connection: Connection) -> Week | None:
    """The latest week whose report was asked for on its day.

    Not the latest that is stored: a report that a command made earlier has still to be sent when its slot is due.
    """
    query = sa.select(sa.func.max(work.c.key)).where(work.c.task == "report", work.c.key.like("weekly-%"))
    slot = connection.execute(query).scalar()
    return Week.parse(slot.removeprefix("weekly-")) if slot else None


def weeks(connection: Connection, limit: int = 60, name: str = WEEKLY) -> list[str]:
    """The weeks that have their report, the latest first."""
    query = sa.select(reports.c.week).where(reports.c.name == name).order_by(reports.c.week.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def freeze(connection: Connection, slot: str, snapshot: Snapshot, forms: Mapping[str, bytes]) -> Frozen:
    """Stores the report unless the slot has one; gives back the one that holds."""
    connection.execute(
        insert(connection, reports)
        .values(
            slot=slot,
            name=snapshot.name,
            week=snapshot.week,
            as_of=snapshot.as_of,
            first_seq=snapshot.first_seq,
            last_seq=snapshot.last_seq,
            snapshot=to_json(snapshot),
            **{name: forms[name] for name in FORMATS},
        )
        .on_conflict_do_nothing()
    )
    earlier.keep(connection, slot, snapshot)
    return _frozen(connection.execute(sa.select(reports).where(reports.c.slot == slot)).one())


def _frozen(row: Row[Any]) -> Frozen:
    forms = {name: bytes(getattr(row, name)) for name in FORMATS}
    return Frozen(row.slot, row.week, row.as_of, from_json(row.snapshot), forms, row.revision)


# --- what a report is computed from -----------------------------------------------------------------------------------


def seal(connection: Connection) -> int:
    """A number above every event so far and below every later one.

    It locks the counter that every event takes its number from: until this transaction ends, nothing new is learned.
    """
    return next_seq(connection)


def last_seq(connection: Connection) -> int:
    return count(connection, "events")


def events_between(connection: Connection, first: int, last: int) -> list[Event]:
    """What we learned with first < seq <= last, in that order."""
    query = sa.select(*(events.c[name] for name in Event._fields)).where(events.c.seq > first, events.c.seq <= last)
    return [Event(*row) for row in connection.execute(query.order_by(events.c.seq))]
