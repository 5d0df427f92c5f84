"""What a report lists beside action items: their incidents, the new ones, and what postmortems lack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import Visibility
from service.followup.facts import Incident
from service.postmortem.gaps import QUESTIONS
from service.postmortem.model import Origin, Section
from service.store.standings import batches
from service.store.tables import incidents, items, postmortems, revisions

_INCIDENTS = sa.select(
    *(incidents.c[name] for name in ("id", "ref", "title", "url", "severity", "closed_at", "created_at")),
    incidents.c.visibility,
    incidents.c.services,
    incidents.c.labels,
    postmortems.c.id.label("postmortem_id"),
).outerjoin(postmortems, postmortems.c.incident_id == incidents.c.id)


def incidents_of(connection: Connection, incident_ids: Iterable[int], since: datetime | None) -> list[Incident]:
    """These, and those that we learned of since then; None: all. In the order of their ids."""
    if since is None:
        rows = connection.execute(_INCIDENTS).all()
    else:
        rows = list(connection.execute(_INCIDENTS.where(incidents.c.created_at >= since)))
        for batch in batches(set(incident_ids) - {row.id for row in rows}):
            rows += connection.execute(_INCIDENTS.where(incidents.c.id.in_(batch)))
    return [
        Incident(
            *(row.id, row.ref, row.title, row.url, row.severity, row.closed_at, row.created_at, row.postmortem_id),
            visibility=Visibility(row.visibility),
            services=tuple(row.services),
            labels=tuple(row.labels),
        )
        for row in sorted(rows, key=lambda row: row.id)
    ]


def missing_sections(connection: Connection, incident_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Incident → the titles of the sections that its postmortem's latest revision lacks, of those that lack any. Action
    items are not missing where there are some."""
    origin = revisions.c.document["sections"]
    query = (
        sa.select(
            postmortems.c.incident_id,
            sa.exists().where(items.c.incident_id == postmortems.c.incident_id).label("has_items"),
            *(origin[section.value]["origin"].as_string().label(section.value) for section in Section),
        )
        .join(
            revisions,
            sa.and_(revisions.c.postmortem_id == postmortems.c.id, revisions.c.number == postmortems.c.revision),
        )
        .where(postmortems.c.incident_id.in_(list(incident_ids)))
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(query).mappings():
        absent = [section for section in Section if row[section.value] == Origin.MISSING]
        if row["has_items"] and Section.ACTION_ITEMS in absent:
            absent.remove(Section.ACTION_ITEMS)
        if absent:
            found[row["incident_id"]] = tuple(QUESTIONS[section][0] for section in absent)
    return found
