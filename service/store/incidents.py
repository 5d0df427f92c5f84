"""Incidents: one row per incident ticket, whatever number of deliveries spoke of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Row

from connectors.base import Signal, Ticket
from service.store.database import insert
from service.store.tables import incidents, writes

_TICKET = TypeAdapter(Ticket)


@dataclass(frozen=True, slots=True)
class Incident:
    """`ticket` is as last read, without comments and events; from the webhook alone while `reads_done` is 0."""

    id: int
    source: str
    key: str
    ref: str
    title: str
    severity: str | None
    closed_at: datetime | None
    closings: int
    ticket: Ticket
    reads_wanted: int
    reads_done: int
    heard_at: datetime | None  # when a webhook told of its last closing; None: it was built by hand
    held: str
    obeyed: tuple[str, ...]  # comments whose /file and /park were done
    created_at: datetime  # when we first heard of it

    @property
    def said_to_file(self) -> bool:
        """A person with a role said so in the ticket."""
        return any(said.split()[1:2] == ["file"] for said in self.obeyed)

    @property
    def to_read(self) -> bool:
        return self.reads_done < self.reads_wanted


def _incident(row: Row[Any]) -> Incident:
    return Incident(
        id=row.id,
        source=row.source,
        key=row.key,
        ref=row.ref,
        title=row.title,
        severity=row.severity,
        closed_at=row.closed_at,
        closings=row.closings,
        ticket=_TICKET.validate_python(row.ticket),
        reads_wanted=row.reads_wanted,
        reads_done=row.reads_done,
        heard_at=row.heard_at,
        held=row.held,
        obeyed=tuple(row.obeyed or ()),
        created_at=row.created_at,
    )


def _facts(ticket: Ticket, *, keep_talk: bool) -> dict[str, Any]:
    """The columns that repeat what the ticket says. The talk is dropped once it is in the document."""
    kept = ticket if keep_talk else replace(ticket, comments=(), events=())
    return {
        "ref": ticket.ref,
        "url": ticket.url,
        "title": ticket.title,
        "visibility": ticket.visibility.value,
        "severity": ticket.severity,
        "labels": list(ticket.labels),
        "services": list(ticket.services),
        "opened_at": ticket.opened_at,
        "ticket": _TICKET.dump_python(kept, mode="json"),
    }


def get(connection: Connection, incident_id: int) -> Incident | None:
    row = connection.execute(sa.select(incidents).where(incidents.c.id == incident_id)).first()
    return None if row is None else _incident(row)


def find(connection: Connection, source: str, key: str) -> Incident | None:
    row = connection.execute(sa.select(incidents).where(incidents.c.source == source, incidents.c.key == key)).first()
    return None if row is None else _incident(row)


def closed(connection: Connection, source: str, signal: Signal, now: datetime, *, by_hand: bool = False) -> int:
    """A closing was reported: the incident exists once, is closed, and is to be read again. Gives its id.

    A late report of an older closing changes nothing but asks for another reading, which tells the truth. `by_hand`: a
    person asked for it, so it does not count towards a storm, and is no longer set aside.
    """
    ticket = signal.ticket
    if ticket is None:
        raise ValueError("a closing without a ticket")
    values = {
        **_facts(ticket, keep_talk=True),
        "source": source,
        "key": ticket.key,
        "closed_at": ticket.closed_at or signal.at or now,
        "closings": 1,
        "reads_wanted": 1,
        "reads_done": 0,
        "created_at": now,
        "heard_at": None if by_hand else now,
        "held": "",
    }
    # Newer than the closing that is known: the reopening between them was not heard of.
    newer = sa.or_(incidents.c.closed_at.is_(None), incidents.c.closed_at < values["closed_at"])
    return int(
        connection.execute(
            insert(connection, incidents)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["source", "key"],
                set_={
                    "closings": sa.case(
                        (incidents.c.closed_at.is_(None), incidents.c.closings + 1), else_=incidents.c.closings
                    ),
                    "closed_at": sa.case((newer, values["closed_at"]), else_=incidents.c.closed_at),
                    "reads_wanted": incidents.c.reads_wanted + 1,
                    "heard_at": sa.null() if by_hand else sa.case((newer, now), else_=incidents.c.heard_at),
                    "held": "" if by_hand else incidents.c.held,
                },
            )
            .returning(incidents.c.id)
        ).scalar_one()
    )


def heard_since(connection: Connection, since: datetime) -> int:
    """Incidents of whose closing a webhook told since then."""
    return int(connection.execute(sa.select(sa.func.count()).where(incidents.c.heard_at > since)).scalar_one())


def to_set_aside(connection: Connection, since: datetime) -> list[int]:
    """The incidents of whose closing we heard since then and for which nothing left yet."""
    told = sa.exists().where(writes.c.incident_id == incidents.c.id, writes.c.attempt > 0)
    found = connection.execute(
        sa.select(incidents.c.id).where(incidents.c.heard_at > since, incidents.c.held == "", ~told)
    )
    return [row.id for row in found]


def release(connection: Connection, incident_id: int) -> None:
    """A person says that it is to be filed: nothing but a person holds it from now on."""
    connection.execute(sa.update(incidents).where(incidents.c.id == incident_id).values(held="", heard_at=None))


def hold(connection: Connection, incident_id: int, why: str) -> None:
    """Nothing of it is filed for this reason; "": nothing holds it."""
    connection.execute(sa.update(incidents).where(incidents.c.id == incident_id).values(held=why))


def narrow(connection: Connection, incident: Incident, ticket: Ticket) -> None:
    """A delivery says that fewer people can read the ticket: that holds at once, whether or not it can be read."""
    narrower = incident.ticket.visibility.narrower(ticket.visibility)
    if narrower is not incident.ticket.visibility:
        told = replace(incident.ticket, visibility=narrower)
        connection.execute(
            sa.update(incidents)
            .where(incidents.c.id == incident.id)
            .values(visibility=narrower.value, ticket=_TICKET.dump_python(told, mode="json"))
        )


def set_aside(connection: Connection, ids: Sequence[int], why: str) -> None:
    """Nothing is filed of these until a person builds them."""
    connection.execute(sa.update(incidents).where(incidents.c.id.in_(ids)).values(held=why))


def obey(connection: Connection, incident_id: int, comments: Collection[str]) -> None:
    """These comments' decisions are done, and are not done again by the next reading."""
    connection.execute(sa.update(incidents).where(incidents.c.id == incident_id).values(obeyed=sorted(comments)))


def reopened(connection: Connection, incident_id: int) -> None:
    """It is open again: nothing is filed until it closes."""
    connection.execute(sa.update(incidents).where(incidents.c.id == incident_id).values(closed_at=None))


def want_reading(connection: Connection, incident_id: int) -> None:
    connection.execute(
        sa.update(incidents).where(incidents.c.id == incident_id).values(reads_wanted=incidents.c.reads_wanted + 1)
    )


def read(connection: Connection, incident_id: int, ticket: Ticket, *, upto: int, redacted: Sequence[str] = ()) -> None:
    """The ticket was read at its source and its document written. `upto`: the readings wanted when it began.
    `redacted`: what was taken out of its texts, in words."""
    connection.execute(
        sa.update(incidents)
        .where(incidents.c.id == incident_id)
        .values(
            **_facts(ticket, keep_talk=False),
            closed_at=(ticket.closed_at or incidents.c.closed_at) if ticket.closed else None,
            reads_done=upto,
            redacted=list(redacted) or None,
        )
    )
