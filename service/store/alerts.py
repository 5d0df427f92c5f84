"""Troubles that the operator is told of: once, then once a day, and once more when they are over.

A telling is taken by compare-and-set before anything is sent, so it goes out once, whatever else runs or was started
again. What is over keeps its row without a text for a day: what comes and goes is not told more often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store import meta
from service.store.database import insert
from service.store.tables import alerts
from service.store.tables import meta as facts

DAY = timedelta(days=1)
#: nobody looked for so long: the service was down, and what is old is old because of that
DOWN = timedelta(minutes=15)
_LOOKED, _UP = "alerts_looked_at", "alerts_up_since"


class Kind(StrEnum):
    NEW = "new"
    AGAIN = "again"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Telling:
    key: str
    kind: Kind
    text: str
    since: datetime


def take_turn(connection: Connection, now: datetime, pace: timedelta) -> datetime | None:
    """Since when somebody looks without a break; None: somebody looked within `pace`, or looks just now."""
    before = meta.set_once(connection, _LOOKED, _stamp(datetime.min.replace(tzinfo=now.tzinfo)))
    taken = connection.execute(
        sa.update(facts)
        .where(facts.c.name == _LOOKED, facts.c.value == before, facts.c.value <= _stamp(now - pace))
        .values(value=_stamp(now))
    )
    if taken.rowcount != 1:
        return None
    if before < _stamp(now - DOWN):
        meta.replace(connection, _UP, now.isoformat())
    return datetime.fromisoformat(meta.set_once(connection, _UP, now.isoformat()))


def _stamp(at: datetime) -> str:
    """Of one length, so that it can be compared as text."""
    return f"{at.year:04}-{at:%m-%dT%H:%M:%S}"


def settle(connection: Connection, found: Mapping[str, str], now: datetime) -> list[Telling]:
    """Key → text of every trouble that stands now. Gives what is to be told, each taken by this call alone."""
    rows = {row.key: row for row in connection.execute(sa.select(alerts))}
    tellings = []
    for key, text in found.items():
        row = rows.get(key)
        if row is None:
            connection.execute(
                insert(connection, alerts).values(key=key, text=text, since=now, told=0).on_conflict_do_nothing()
            )
        elif row.text != text:
            fresh = {"since": now, "told": 0} if not row.text else {}
            connection.execute(sa.update(alerts).where(alerts.c.key == key).values(text=text, **fresh))
        told_at = row.told_at if row else None
        if (told_at is None or told_at <= now - DAY) and _take(connection, key, told_at, now):
            known = row is not None and row.text and row.told
            since = row.since if row is not None and row.text else now
            tellings.append(Telling(key, Kind.AGAIN if known else Kind.NEW, text, since))
    for key, row in rows.items():
        if row.text and key not in found:
            over = sa.update(alerts).where(alerts.c.key == key, alerts.c.text == row.text)
            if connection.execute(over.values(text="", told=0)).rowcount == 1 and row.told:
                tellings.append(Telling(key, Kind.OVER, row.text, row.since))
    connection.execute(
        sa.delete(alerts).where(alerts.c.text == "", sa.or_(alerts.c.told_at.is_(None), alerts.c.told_at <= now - DAY))
    )
    return tellings


def _take(connection: Connection, key: str, told_at: datetime | None, now: datetime) -> bool:
    same = alerts.c.told_at.is_(None) if told_at is None else alerts.c.told_at == told_at
    taken = connection.execute(
        sa.update(alerts).where(alerts.c.key == key, same).values(told_at=now, told=alerts.c.told + 1)
    )
    return taken.rowcount == 1
