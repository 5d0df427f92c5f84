"""What only the pages read: lists with their documents, and what happened to one action item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.postmortem import document
from service.postmortem.model import Document
from service.store.tables import events, incidents, items, postmortems, reports, revisions

ENDED = ("done", "wont_do")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of postmortems. `items` and `open` count action items."""

    id: int
    ref: str
    url: str
    severity: str | None
    closed_at: datetime | None
    document: Document
    items: int
    open: int


def latest_postmortems(connection: Connection, *, limit: int, before: int | None = None) -> list[Listed]:
    """The newest first; `before` goes on below a postmortem's id."""
    counts = (
        sa.select(
            items.c.incident_id,
            sa.func.count().label("number"),
            sa.func.sum(sa.case((items.c.state.in_(ENDED), 0), else_=1)).label("open"),
        )
        .group_by(items.c.incident_id)
        .subquery()
    )
    query = (
        sa.select(
            postmortems.c.id,
            revisions.c.document,
            incidents.c.ref,
            incidents.c.url,
            incidents.c.severity,
            incidents.c.closed_at,
            counts.c.number,
            counts.c.open,
        )
        .join(incidents, incidents.c.id == postmortems.c.incident_id)
        .join(
            revisions,
            sa.and_(revisions.c.postmortem_id == postmortems.c.id, revisions.c.number == postmortems.c.revision),
        )
        .outerjoin(counts, counts.c.incident_id == postmortems.c.incident_id)
        .order_by(postmortems.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(postmortems.c.id < before)
    return [_listed(row) for row in connection.execute(query)]


def _listed(row: Any) -> Listed:
    return Listed(
        row.id,
        row.ref,
        row.url,
        row.severity,
        row.closed_at,
        document.from_json(row.document),
        int(row.number or 0),
        int(row.open or 0),
    )


@dataclass(frozen=True, slots=True)
class Happened:
    kind: str
    at: datetime
    was: str | None
    now: str | None


def history_of(connection: Connection, item_id: int) -> list[Happened]:
    """What happened to one action item, in the order of when we learned it."""
    query = sa.select(events).where(events.c.item_id == item_id).order_by(events.c.seq)
    return [Happened(row.kind, row.happened_at, row.was, row.now) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Reported:
    """One frozen weekly report, by the figures of its first sentence."""

    week: str  # "2026-W47"
    as_of: datetime
    open: int
    decide: int
    overdue: int
    ended: int


def reported_weeks(
    connection: Connection, *, limit: int, before: str | None = None, name: str = "weekly"
) -> list[Reported]:
    """The latest week first; `before` goes on below a week."""
    figures = [reports.c.snapshot[name].as_integer().label(name) for name in ("open", "decide", "overdue", "ended")]
    query = sa.select(reports.c.week, reports.c.as_of, *figures).where(reports.c.name == name)
    query = query.order_by(reports.c.week.desc()).limit(limit)
    if before is not None:
        query = query.where(reports.c.week < before)
    return [
        Reported(row.week, row.as_of, row.open, row.decide, row.overdue, row.ended) for row in connection.execute(query)
    ]
