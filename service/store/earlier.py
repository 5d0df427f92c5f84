"""What a report takes from the reports before it, of the same name, without reading them whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.followup.facts import Before
from service.followup.snapshot import Snapshot, from_json
from service.followup.tallies import TrendWeek
from service.store.database import insert
from service.store.tables import events, report_figures, reports

#: the figures of a week in the trend, in the order of TrendWeek
_FIGURES = ("open", "overdue", "added", "done", "done_late")


def keep(connection: Connection, slot: str, snapshot: Snapshot) -> None:
    """What later reports need of this one; it is kept once, with the report."""
    opened = [row for row in snapshot.rows if row.is_open]
    connection.execute(
        insert(connection, report_figures)
        .values(
            slot=slot,
            name=snapshot.name,
            week=snapshot.week,
            as_of=snapshot.as_of,
            last_seq=snapshot.last_seq,
            figures={name: getattr(snapshot, name) for name in _FIGURES},
            opened=[row.id for row in opened],
            late=[row.id for row in opened if row.days_late],
            incidents=[one.id for one in snapshot.incidents],
        )
        .on_conflict_do_nothing()
    )


def before(connection: Connection, name: str, week: str) -> Before | None:
    """The latest report of an earlier week."""
    earlier = sa.and_(report_figures.c.name == name, report_figures.c.week < week)
    query = sa.select(report_figures).where(earlier).order_by(report_figures.c.week.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return _older(connection, name, week)
    late = frozenset(row.late)
    return Before(
        week=row.week,
        as_of=row.as_of,
        last_seq=row.last_seq,
        open=row.figures["open"],
        items={number: number in late for number in row.opened},
        incidents=frozenset(row.incidents),
    )


def _older(connection: Connection, name: str, week: str) -> Before | None:
    """The same, of the reports that an earlier version made: read whole."""
    query = (
        sa.select(reports.c.snapshot)
        .where(reports.c.name == name, reports.c.week < week)
        .order_by(reports.c.week.desc())
        .limit(1)
    )
    plain = connection.execute(query).scalar()
    return Before.of(from_json(plain)) if plain else None


def trend(connection: Connection, name: str, weeks: Iterable[str]) -> dict[str, TrendWeek]:
    """Week → as its own report said it, of those that have one. A figure that it did not have yet is None."""
    wanted = set(weeks)
    query = sa.select(report_figures.c.week, report_figures.c.figures).where(
        report_figures.c.name == name, report_figures.c.week.in_(sorted(wanted))
    )
    found = {row.week: TrendWeek(row.week, *map(row.figures.get, _FIGURES)) for row in connection.execute(query)}
    said = [reports.c.snapshot[figure].as_integer() for figure in _FIGURES]
    slots = [f"{name}-{week}" for week in sorted(wanted - set(found))]
    older = sa.select(reports.c.week, *said).where(reports.c.slot.in_(slots))
    return found | {row[0]: TrendWeek(*row) for row in connection.execute(older)}


def learned_before(connection: Connection, since: datetime) -> int:
    """The number of the last event that was learned before then: where the first report of a part begins."""
    query = sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0)).where(events.c.learned_at < since)
    return int(connection.execute(query).scalar_one())
