"""What Afterword left in trackers, as its rows remember it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import incidents, items, writes


@dataclass(frozen=True, slots=True)
class Issue:
    tracker: str
    place: str
    label: str
    url: str
    state: str  # as last seen
    ours: bool  # False: the ticket's text named it; at most linked by us
    linked: bool


@dataclass(frozen=True, slots=True)
class Comment:
    source: str
    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A write whose answer never came: it may be there."""

    ref: str
    what: str


def issues(connection: Connection) -> Sequence[Issue]:
    asked = sa.select(items).where(items.c.issue_id.is_not(None)).order_by(items.c.tracker, items.c.place, items.c.id)
    return [
        Issue(
            row.tracker or "",
            row.place or "",
            row.issue_label or row.issue_id,
            row.issue_url or "",
            row.state,
            not row.adopted,
            row.linked_at is not None,
        )
        for row in connection.execute(asked)
    ]


def comments(connection: Connection) -> Sequence[Comment]:
    asked = (
        sa.select(incidents.c.source, incidents.c.ref, writes.c.url)
        .join(writes, writes.c.incident_id == incidents.c.id)
        .where(writes.c.key.startswith("comment:"), writes.c.state == "done")
        .order_by(incidents.c.source, incidents.c.id)
    )
    return [Comment(row.source, row.ref, row.url or "") for row in connection.execute(asked)]


def unknown(connection: Connection) -> Sequence[Unknown]:
    """What was sent, and neither seen since nor refused."""
    asked = (
        sa.select(incidents.c.ref, writes.c.key, items.c.text)
        .join(writes, writes.c.incident_id == incidents.c.id)
        .outerjoin(items, writes.c.key == sa.literal("issue:") + items.c.key)
        .where(writes.c.state.in_(("sending", "unknown", "waiting")), writes.c.attempt > 0)
        .order_by(incidents.c.id, writes.c.key)
    )
    return [Unknown(row.ref, row.text or "the comment") for row in connection.execute(asked)]
