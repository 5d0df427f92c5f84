"""Lists for the API: plain values, in pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.postmortem.standing import Standing
from service.store.standings import standings
from service.store.tables import deliveries, incidents, items, postmortems

Plain = dict[str, Any]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _rows(connection: Connection, columns: list[sa.Column[Any]], limit: int, after: int) -> list[Plain]:
    identity = columns[0]
    query = sa.select(*columns).where(identity > after).order_by(identity).limit(limit)
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in connection.execute(query)]


def _incidents(connection: Connection, limit: int, after: int) -> list[Plain]:
    c = incidents.c
    columns = [
        c.id,
        c.source,
        c.ref,
        c.url,
        c.title,
        c.visibility,
        c.severity,
        c.labels,
        c.opened_at,
        c.closed_at,
        c.closings,
    ]
    return _rows(connection, columns, limit, after)


def _postmortems(connection: Connection, limit: int, after: int) -> list[Plain]:
    c = postmortems.c
    return _rows(connection, [c.id, c.incident_id, c.revision, c.created_at, c.updated_at], limit, after)


def _deliveries(connection: Connection, limit: int, after: int) -> list[Plain]:
    c = deliveries.c
    return _rows(
        connection,
        [c.id, c.source, c.delivery_id, c.received_at, c.via, c.state, c.reason, c.incident_id],
        limit,
        after,
    )


def _actions(connection: Connection, limit: int, after: int) -> list[Plain]:
    query = sa.select(items.c.id, items.c.incident_id).where(items.c.id > after).order_by(items.c.id).limit(limit)
    wanted = {row.id: row.incident_id for row in connection.execute(query)}
    found = {
        item.id: item
        for incident_id in sorted(set(wanted.values()))
        for item in standings(connection, incident_id=incident_id)
    }
    return [plain_item(found[number]) for number in wanted]


def plain_item(item: Standing) -> Plain:
    """How one action item stands."""
    return {
        "id": item.id,
        "incident": item.incident_ref,
        "postmortem": item.postmortem_id,
        "number": item.number,
        "text": item.text,
        "why": item.why,
        "done_when": item.done_when,
        "state": item.state,
        "word": item.word,
        "reason": item.reason,
        "owner": item.owner,
        "owner_known": item.owner_known,
        "due": _plain(item.due),
        "priority": item.priority,
        "in_text": item.in_text,
        "issue": item.issue_label,
        "url": item.issue_url,
        "verified_at": _plain(item.verified_at),
        "ended_at": _plain(item.ended_at),
    }


LISTS: dict[str, Callable[[Connection, int, int], list[Plain]]] = {
    "incidents": _incidents,
    "postmortems": _postmortems,
    "actions": _actions,
    "deliveries": _deliveries,
}
