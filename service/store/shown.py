"""Who can read what is shown, as was last seen: for pages without a token, and for reports that were made earlier."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import Visibility
from service.postmortem.standing import place_of
from service.store import places
from service.store.tables import incidents, items, postmortems


@dataclass(frozen=True, slots=True)
class Public:
    """The ids of the incidents whose ticket everybody may read, and of their postmortems."""

    incidents: frozenset[int]
    postmortems: frozenset[int]


def public(connection: Connection) -> Public:
    rows = connection.execute(
        sa.select(incidents.c.id, incidents.c.visibility, postmortems.c.id.label("postmortem")).outerjoin(
            postmortems, postmortems.c.incident_id == incidents.c.id
        )
    ).all()
    shown = [row for row in rows if row.visibility == Visibility.PUBLIC]
    return Public(
        frozenset(row.id for row in shown),
        frozenset(row.postmortem for row in shown if row.postmortem is not None),
    )


def readers(connection: Connection) -> tuple[dict[int, Visibility], dict[int, Visibility]]:
    """(incident → who can read its ticket, action item → who can read its issue), of what is here and was seen."""
    tickets = connection.execute(sa.select(incidents.c.id, incidents.c.visibility))
    seen = {(one.tracker, one.place.lower()): one.visibility for one in places.everything(connection)}
    issues = connection.execute(sa.select(items.c.id, items.c.tracker, items.c.issue_label))
    where = {row.id: (row.tracker or "", place_of(row.issue_label).lower()) for row in issues}
    return (
        {row.id: Visibility(row.visibility) for row in tickets},
        {number: seen[place] for number, place in where.items() if place in seen},
    )
