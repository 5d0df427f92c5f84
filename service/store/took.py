"""How items that are done fared, counted by the database: on time or late, and days from promise to done."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import State
from service.followup.offsets import offsets
from service.followup.tallies import Took
from service.store.tables import items
from service.store.tally import PROMISED_AT, held_ids

_DAY = 24 * 60 * 60


def took(connection: Connection, zone: ZoneInfo, since: datetime, now: datetime) -> Counter[Took]:
    """Of the items that are done and ended since then by the tracker's own date, by the calendar of that zone. Those
    whose due date was moved after their end (tally.held) are left out: it is not the date that held."""
    is_sqlite = connection.dialect.name == "sqlite"
    *pieces, first = reversed(offsets(zone, now))  # most ended under the latest of them

    def day(at: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        """The day of a time, counted from 1970-01-01."""
        east = sa.case(*((at >= begin, seconds) for begin, seconds in pieces), else_=first[1]) if pieces else first[1]
        return (_epoch(at, is_sqlite) + east) // _DAY

    done = (
        sa.select(items.c.due, items.c.ended_at, PROMISED_AT.label("promised_at"))
        .where(
            items.c.state == State.DONE.value,
            items.c.unreachable_since.is_(None),
            items.c.ended_at >= since,
            items.c.id.not_in(held_ids(since)),
        )
        .offset(0)  # a wall: without it PostgreSQL works out each value wherever it is named
        .subquery()
    )
    late = day(done.c.ended_at) > _epoch(done.c.due, is_sqlite) // _DAY
    days = day(done.c.ended_at) - day(done.c.promised_at)
    query = sa.select(late.label("late"), days.label("days"), sa.func.count()).group_by("late", "days")
    found: Counter[Took] = Counter()
    for is_late, took_days, number in connection.execute(query):
        at_least = None if took_days is None else max(took_days, 0)
        found[Took(None if is_late is None else bool(is_late), at_least)] += number
    return found


def _epoch(at: sa.ColumnElement[Any], is_sqlite: bool) -> sa.ColumnElement[int]:
    """Whole seconds since 1970-01-01 UTC of a time or a day."""
    if is_sqlite:
        return sa.cast(sa.func.strftime("%s", at), sa.Integer)
    return sa.cast(sa.func.floor(sa.func.date_part("epoch", at)), sa.BigInteger)
