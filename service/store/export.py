"""Everything that is kept, one thing after the other, for `export`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from connectors.base import Ticket
from service.postmortem import document
from service.postmortem.model import Document
from service.store.reports import FORMATS
from service.store.tables import events, incidents, items, postmortems, reports, revisions

Plain = dict[str, Any]
_TICKET = TypeAdapter(Ticket)


@dataclass(frozen=True, slots=True)
class Kept:
    """One incident with all that hangs on it, as plain values; its document as it is now, None if there is none yet."""

    incident: Plain
    ticket: Ticket
    postmortem_id: int | None
    document: Document | None


def incident_ids(connection: Connection) -> Iterator[int]:
    """In their order, without holding them all."""
    last = 0
    while True:
        query = sa.select(incidents.c.id).where(incidents.c.id > last).order_by(incidents.c.id).limit(500)
        found = list(connection.execute(query).scalars())
        yield from found
        if not found:
            return
        last = found[-1]


def incident(connection: Connection, incident_id: int) -> Kept:
    row = connection.execute(sa.select(incidents).where(incidents.c.id == incident_id)).one()
    made = connection.execute(sa.select(postmortems).where(postmortems.c.incident_id == incident_id)).first()
    plain = _plain(row)
    plain["items"] = [
        {**_plain(item), "history": [_plain(event) for event in _of(connection, events, item.id)]}
        for item in connection.execute(
            sa.select(items).where(items.c.incident_id == incident_id).order_by(items.c.number)
        ).all()
    ]
    now: Document | None = None
    if made is not None:
        query = sa.select(revisions).where(revisions.c.postmortem_id == made.id).order_by(revisions.c.number)
        plain["postmortem"] = _plain(made)
        told = []
        for revision in connection.execute(query):
            told.append(_plain(revision))
            now = document.from_json(revision.document)
        plain["postmortem"]["revisions"] = told
    return Kept(plain, _TICKET.validate_python(row.ticket), made.id if made is not None else None, now)


def report_slots(connection: Connection) -> list[str]:
    return list(connection.execute(sa.select(reports.c.slot).order_by(reports.c.slot)).scalars())


def report(connection: Connection, slot: str) -> dict[str, bytes]:
    """Format → its frozen bytes."""
    row = connection.execute(sa.select(reports).where(reports.c.slot == slot)).one()
    return {name: bytes(getattr(row, name)) for name in FORMATS}


def _of(connection: Connection, table: sa.Table, item_id: int) -> list[sa.Row[Any]]:
    return list(connection.execute(sa.select(table).where(table.c.item_id == item_id).order_by(table.c.seq)))


def _plain(row: sa.Row[Any]) -> Plain:
    return {name: _value(value) for name, value in row._mapping.items()}


def _value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
