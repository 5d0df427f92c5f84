"""Copies what is known of one incident into a database that is thrown away."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.database import Database
from service.store.tables import incidents, items, meta, metadata, postmortems, revisions, writes

#: what a story needs of the installation; the switch that pauses it is not among them
_META = ("installation", "first_boot", "public_url", "forgotten")


def make_tables(database: Database) -> None:
    metadata.create_all(database.engine)


def copy_incident(origin: Connection, copy: Connection, source: str, key: str) -> None:
    """The incident with its document, items and ledger, if it is known; and the next numbers, so that a new one gets
    the addresses that it would get."""
    _rows(origin, copy, meta, sa.or_(meta.c.name.in_(_META), meta.c.name.startswith("place:")))
    known = origin.execute(
        sa.select(incidents.c.id).where(incidents.c.source == source, incidents.c.key == key)
    ).scalar()
    if known is None:
        _number(origin, copy)
        return
    _rows(origin, copy, incidents, incidents.c.id == known)
    _rows(origin, copy, postmortems, postmortems.c.incident_id == known)
    of_document = sa.select(postmortems.c.id).where(postmortems.c.incident_id == known)
    _rows(origin, copy, revisions, revisions.c.postmortem_id.in_(of_document))
    _rows(origin, copy, items, items.c.incident_id == known)
    _rows(origin, copy, writes, writes.c.incident_id == known)


def _rows(origin: Connection, copy: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> None:
    rows = [dict(row) for row in origin.execute(sa.select(table).where(which)).mappings()]
    if rows:
        copy.execute(sa.insert(table), rows)


def _number(origin: Connection, copy: Connection) -> None:
    """The last incident and its document, with nothing in them: SQLite counts on from there."""
    last = origin.execute(sa.select(incidents).order_by(incidents.c.id.desc()).limit(1)).mappings().first()
    document = origin.execute(sa.select(postmortems).order_by(postmortems.c.id.desc()).limit(1)).mappings().first()
    if last is not None:
        copy.execute(sa.insert(incidents), dict(last))
    if document is not None and last is not None:
        copy.execute(sa.insert(postmortems), {**document, "incident_id": last["id"]})
