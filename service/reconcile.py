"""Missed webhooks: every so often each source is asked what changed, and what nobody told of is stored as a delivery:
a closing, and of what is held as closed a reopening and another text. (A comment alone changes none of these.)

GitHub never delivers again by itself, and Jira gives up after a few tries. What is found takes the way of every other
delivery (service/deliver.py), so the same rules hold: first boot, storm, quiet.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.engine import Connection

from connectors.base import BadPayload, ConnectorError, Said, Signal, Source, Ticket
from service import crash
from service.cleaning import clean
from service.parts import Parts
from service.refusals import Gate, Shut
from service.store import aliases, deliveries, incidents, meta, polls, work
from service.store.deliveries import Delivery
from service.store.incidents import Incident
from service.store.work import Lease

log = structlog.get_logger()

#: how far each look reaches back behind the one before: a listing may lag behind what was done, and clocks differ
OVERLAP = timedelta(minutes=20)
_TICKET = TypeAdapter(Ticket)
#: how the ids of our own deliveries begin
_CLOSED, _REOPENED, _EDITED = "poll:", "poll-open:", "poll-edit:"
_STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
_UNHEARD = "and no webhook had told of it."


def begin(connection: Connection, parts: Parts) -> None:
    """What closes from now on is looked for. A source that is new in the settings begins when it is first seen, so that
    nothing of before is told of by surprise."""
    for name in parts.sources:
        polls.begin(connection, name, parts.now())


def ask_for_polls(connection: Connection, parts: Parts, now: datetime) -> None:
    """Once for each interval, however many clocks ask."""
    if not parts.settings.sync.reconcile:
        return
    for name in parts.sources:
        work.keep_going(connection, "poll", name, now)


def poll_source(parts: Parts, lease: Lease) -> datetime | None:
    """Asks one source; gives the time of the next look. Raises ConnectorError, and then nothing is counted as seen."""
    source, every = parts.sources.get(lease.key), parts.settings.sync.reconcile
    if source is None or not every:
        return None  # no longer in the settings
    begun = parts.now()
    with parts.database.begin() as connection:
        work.hold(connection, lease, begun)
        upto = polls.upto(connection, source.name) or polls.begin(connection, source.name, begun)
        # a clock that was ahead for a while leaves a mark ahead of us
        since = max(min(upto, begun) - OVERLAP, _first_boot(connection, begun))
    found = _asked(parts, source, since)
    crash.point("poll listed")
    rows = _news(parts, source.name, found, since, begun)
    if rows:
        with parts.database.begin() as connection:
            work.hold(connection, lease, parts.now())
            deliveries.add_all(connection, rows)
        log.warning("changes that no webhook told of", source=source.name, number=len(rows))
        parts.engine.wake("delivery", "")
    crash.point("poll stored")
    with parts.database.begin() as connection:
        work.hold(connection, lease, parts.now())
        polls.move(connection, source.name, upto=begun, at=parts.now())
    return parts.now() + timedelta(minutes=every)


def _asked(parts: Parts, source: Source, since: datetime) -> list[Ticket]:
    """What changed since. While the account is limited or refused it is not asked, and Shut is raised."""
    writer = parts.publishers[source.name]
    with Gate(parts) as gate:
        account = gate.account("source", source.name)
        if (standing := gate.shut(account, writer)) is not None:
            raise Shut(standing.reason, (standing.not_before - parts.now()).total_seconds())
        try:
            found = list(source.changed_since(since))
        except ConnectorError as error:
            gate.met(account, writer, error)
            raise
        gate.answered(account)
    return found


def _news(parts: Parts, source: str, found: list[Ticket], since: datetime, now: datetime) -> list[dict[str, Any]]:
    """The deliveries that nobody made. What waits for its reading is known: the reading tells the rest."""
    rows = []
    for ticket in (clean(parts, one)[0] for one in found):
        with parts.database.read() as connection:
            known = incidents.find(connection, source, aliases.resolve(connection, source, ticket.key))
        if known is not None:
            name = "" if known.to_read else _missed(known, ticket)
        else:
            name = _closing(ticket) if ticket.closed_at is not None and ticket.closed_at >= since else ""
        if name:
            rows.append(_row(source, name, ticket, now))
    return rows


def _missed(known: Incident, ticket: Ticket) -> str:
    """What happened since it was read, as the id of its delivery; "": nothing that would be told otherwise."""
    if known.closed_at is None:
        return _closing(ticket)
    if not ticket.closed:
        return f"{_REOPENED}{_short(ticket)}:{known.closed_at:{_STAMP}}"
    later = ticket.closed_at is not None and known.closed_at < ticket.closed_at
    if later and not ticket.unwanted:
        return _closing(ticket)
    if later or _told(ticket) != _told(known.ticket):
        versions = f"{known.closed_at:{_STAMP}} {_told(known.ticket)} {ticket.closed_at} {_told(ticket)}"
        return f"{_EDITED}{_short(ticket)}:{sha256(versions.encode()).hexdigest()[:24]}"
    return ""


def _told(ticket: Ticket) -> str:
    """What a listing tells of the words of a ticket."""
    return json.dumps([ticket.title, ticket.text, sorted(ticket.labels)])


def _closing(ticket: Ticket) -> str:
    """ "poll:<key>:<closed_at>"; "" for what is open, or gets no postmortem."""
    if not ticket.closed or ticket.closed_at is None or ticket.unwanted:
        return ""
    return f"{_CLOSED}{_short(ticket)}:{ticket.closed_at:{_STAMP}}"


def _short(ticket: Ticket) -> str:
    return ticket.key[:150]  # `deliveries` holds 200 characters


def _row(source: str, delivery_id: str, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """A delivery of our own: its id is what happened, so that one found twice is stored once."""
    return {
        "source": source,
        "delivery_id": delivery_id,
        "received_at": now,
        "headers": {},
        "body": _TICKET.dump_json(ticket),
        "state": "received",
        "via": "poll",
        "first": True,
    }


def read_poll(delivery: Delivery) -> Signal:
    """What such a delivery means. Raises BadPayload."""
    try:
        ticket = _TICKET.validate_json(delivery.body)
    except ValidationError:
        raise BadPayload("What a look for missed closings had found can no longer be read.") from None
    if delivery.delivery_id.startswith(_REOPENED):
        return Signal(Said.REOPENED, f"{ticket.ref} was opened again, {_UNHEARD}", ticket.ref, ticket.key)
    if delivery.delivery_id.startswith(_EDITED):
        return Signal(Said.EDITED, f"{ticket.ref} was edited, {_UNHEARD}", ticket.ref, ticket.key)
    return Signal(Said.CLOSED, f"{ticket.ref} was closed, {_UNHEARD}", ticket.ref, ticket.key, ticket.closed_at, ticket)


def _first_boot(connection: Connection, now: datetime) -> datetime:
    """Vendors tell whole seconds."""
    said = meta.get(connection, "first_boot")
    return (datetime.fromisoformat(said) if said else now).replace(microsecond=0)
