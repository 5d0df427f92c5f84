"""Which incidents everybody may read, for pages that are shown without a token."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import Visibility
from service.store.tables import incidents, postmortems


@dataclass(frozen=True, slots=True)
class Public:
    """The ids of the incidents whose ticket everybody may read, and of their postmortems. `whole`: there is no other
    incident."""

    incidents: frozenset[int]
    postmortems: frozenset[int]
    whole: bool


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
        len(shown) == len(rows),
    )
