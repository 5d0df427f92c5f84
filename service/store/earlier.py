"""What a report takes from the reports before it, of the same name, without reading them whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.followup.facts import Before
from service.followup.tallies import TrendWeek
from service.store.tables import events, reports


def before(connection: Connection, name: str, week: str) -> Before | None:
    """The latest report of an earlier week."""
    query = (
        sa.select(reports.c.week, reports.c.as_of, reports.c.last_seq, sa.cast(reports.c.snapshot, sa.Text))
        .where(reports.c.name == name, reports.c.week < week)
        .order_by(reports.c.week.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    plain = json.loads(row[3])
    return Before(
        week=row.week,
        as_of=row.as_of,
        last_seq=row.last_seq,
        open=plain["open"],
        items={one["id"]: one["days_late"] > 0 for one in plain["rows"] if one["is_open"]},
        incidents=frozenset(one["id"] for one in plain["incidents"]),
    )


def trend(connection: Connection, name: str, weeks: Iterable[str]) -> dict[str, TrendWeek]:
    """Week → as its own report said it, of those that have one. A figure that it did not have yet is None."""
    figures = [reports.c.snapshot[word].as_integer() for word in ("open", "overdue", "added", "done", "done_late")]
    query = sa.select(reports.c.week, *figures).where(reports.c.name == name, reports.c.week.in_(list(weeks)))
    return {row[0]: TrendWeek(*row) for row in connection.execute(query)}


def learned_before(connection: Connection, since: datetime) -> int:
    """The number of the last event that was learned before then: where the first report of a part begins."""
    query = sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0)).where(events.c.learned_at < since)
    return int(connection.execute(query).scalar_one())
