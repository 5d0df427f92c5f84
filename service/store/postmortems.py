"""Postmortems: one document per incident, every revision kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import AfterwordError
from service.postmortem import document
from service.postmortem.model import Document
from service.postmortem.redaction import redact
from service.store.database import insert
from service.store.tables import incidents, postmortems, revisions


@dataclass(frozen=True, slots=True)
class Postmortem:
    id: int
    incident_id: int
    revision: int
    created_at: datetime
    updated_at: datetime
    document: Document


_WITH_DOCUMENT = sa.select(postmortems, revisions.c.document).join(
    revisions, sa.and_(revisions.c.postmortem_id == postmortems.c.id, revisions.c.number == postmortems.c.revision)
)


def _postmortem(row: Row[Any]) -> Postmortem:
    return Postmortem(
        row.id, row.incident_id, row.revision, row.created_at, row.updated_at, document.from_json(row.document)
    )


def of_incident(connection: Connection, incident_id: int) -> Postmortem | None:
    row = connection.execute(_WITH_DOCUMENT.where(postmortems.c.incident_id == incident_id)).first()
    return None if row is None else _postmortem(row)


def load(connection: Connection, postmortem_id: int) -> tuple[Row[Any], Document, int] | None:
    """(the incident's row, the document, its revision), or None."""
    row = connection.execute(_WITH_DOCUMENT.where(postmortems.c.id == postmortem_id)).first()
    if row is None:
        return None
    incident = connection.execute(sa.select(incidents).where(incidents.c.id == row.incident_id)).one()
    return incident, document.from_json(row.document), row.revision


class EditedMeanwhile(AfterwordError):
    """The document has a newer revision than the one that this change was made from."""


def save_first(connection: Connection, incident_id: int, doc: Document, now: datetime, why: str) -> int:
    """The one document of an incident; made once, whoever asks. Gives its id."""
    made = connection.execute(
        insert(connection, postmortems)
        .values(incident_id=incident_id, revision=1, created_at=now, updated_at=now)
        .on_conflict_do_nothing()
        .returning(postmortems.c.id)
    ).scalar()
    if made is None:
        raise EditedMeanwhile(f"Incident {incident_id} has its document already.")
    connection.execute(
        revisions.insert().values(postmortem_id=made, number=1, at=now, why=why, document=document.to_json(doc))
    )
    return int(made)


def save_revision(connection: Connection, postmortem_id: int, base: int, doc: Document, now: datetime, why: str) -> int:
    """The next revision, made from `base`. Raises EditedMeanwhile if another one came first: read and merge again."""
    changed = connection.execute(
        sa.update(postmortems)
        .where(postmortems.c.id == postmortem_id, postmortems.c.revision == base)
        .values(revision=base + 1, updated_at=now)
    )
    if changed.rowcount != 1:
        raise EditedMeanwhile(
            f"Postmortem {postmortem_id} has a newer revision than {base}.", "Read it again and repeat the change."
        )
    connection.execute(
        revisions.insert().values(
            postmortem_id=postmortem_id, number=base + 1, at=now, why=why, document=document.to_json(doc)
        )
    )
    _redact_before(connection, postmortem_id, base)
    return base + 1


def _redact_before(connection: Connection, postmortem_id: int, base: int) -> None:
    """What a version that took less out of texts stored goes from every revision, once the last of them was read."""
    c = revisions.c
    last = connection.execute(sa.select(c.document).where(c.postmortem_id == postmortem_id, c.number == base)).scalar()
    if _redacted(last) == last:
        return
    for row in connection.execute(sa.select(c.id, c.document).where(c.postmortem_id == postmortem_id)).all():
        connection.execute(sa.update(revisions).where(c.id == row.id).values(document=_redacted(row.document)))


def _redacted(plain: Any) -> Any:
    """Plain values with every text in them redacted."""
    if isinstance(plain, str):
        return redact(plain)[0]
    if isinstance(plain, dict):
        return {name: _redacted(value) for name, value in plain.items()}
    return [_redacted(one) for one in plain] if isinstance(plain, list) else plain


def history(connection: Connection, postmortem_id: int) -> list[tuple[int, datetime, str]]:
    """(number, at, why) of every revision, the oldest first."""
    rows = connection.execute(
        sa.select(revisions.c.number, revisions.c.at, revisions.c.why)
        .where(revisions.c.postmortem_id == postmortem_id)
        .order_by(revisions.c.number)
    )
    return [(row.number, row.at, row.why) for row in rows]
