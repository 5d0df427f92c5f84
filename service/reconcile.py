"""Missed webhooks: every so often each source is asked what closed, and what nobody told of is stored as a delivery.

GitHub never delivers again by itself, and Jira gives up after a few tries. What is found takes the way of every other
delivery (service/deliver.py), so the same rules hold: first boot, storm, quiet. A reopening is not found: the listing
tells of closed tickets alone. The next closing, or any edit that is told of, reads the ticket as it is by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
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
from service.store.work import Lease

log = structlog.get_logger()

#: how far each look reaches back behind the one before: a listing may lag behind what was done, and clocks differ
OVERLAP = timedelta(minutes=20)
_TICKET = TypeAdapter(Ticket)


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
    rows = [_row(parts, source.name, ticket, begun) for ticket in _news(parts, source.name, found)]
    if rows:
        with parts.database.begin() as connection:
            work.hold(connection, lease, parts.now())
            deliveries.add_all(connection, rows)
        log.warning("closings that no webhook told of", source=source.name, number=len(rows))
        parts.engine.wake("delivery", "")
    crash.point("poll stored")
    with parts.database.begin() as connection:
        work.hold(connection, lease, parts.now())
        polls.move(connection, source.name, upto=begun, at=parts.now())
    return parts.now() + timedelta(minutes=every)


def _asked(parts: Parts, source: Source, since: datetime) -> list[Ticket]:
    """What closed since. While the account is limited or refused it is not asked, and Shut is raised."""
    writer = parts.publishers[source.name]
    with Gate(parts) as gate:
        account = gate.account("source", source.name)
        if (standing := gate.shut(account, writer)) is not None:
            raise Shut(standing.reason, (standing.not_before - parts.now()).total_seconds())
        try:
            found = [ticket for ticket in source.closed_since(since) if ticket.closed_at is not None]
        except ConnectorError as error:
            gate.met(account, writer, error)
            raise
        gate.answered(account)
    return found


def _news(parts: Parts, source: str, found: list[Ticket]) -> list[Ticket]:
    """Those that the store does not know, or knows as open, or with an earlier closing. One that waits for its reading
    is known: the reading tells the rest."""
    with parts.database.read() as connection:
        return [ticket for ticket in found if _is_news(connection, source, ticket)]


def _is_news(connection: Connection, source: str, ticket: Ticket) -> bool:
    known = incidents.find(connection, source, aliases.resolve(connection, source, ticket.key))
    if known is None or known.closed_at is None or ticket.closed_at is None:
        return True
    return known.closed_at < ticket.closed_at and not known.to_read


def _row(parts: Parts, source: str, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """A delivery of our own: its id is the closing, so that one found twice is stored once."""
    return {
        "source": source,
        "delivery_id": delivery_id(ticket),
        "received_at": now,
        "headers": {},
        "body": _TICKET.dump_json(clean(parts, ticket)[0]),
        "state": "received",
        "via": "poll",
    }


def delivery_id(ticket: Ticket) -> str:
    """ "poll:<key>:<closed_at>"; `deliveries` holds 200 characters."""
    at = f"{ticket.closed_at:%Y-%m-%dT%H:%M:%S.%fZ}" if ticket.closed_at else "open"
    return f"poll:{ticket.key[:160]}:{at}"


def read_poll(delivery: Delivery) -> Signal:
    """What such a delivery means. Raises BadPayload."""
    try:
        ticket = _TICKET.validate_json(delivery.body)
    except ValidationError:
        raise BadPayload("What a look for missed closings had found can no longer be read.") from None
    why = f"{ticket.ref} was closed, and no webhook had told of it."
    return Signal(Said.CLOSED, why, ticket.ref, ticket.key, ticket.closed_at, ticket)


def _first_boot(connection: Connection, now: datetime) -> datetime:
    """Vendors tell whole seconds."""
    said = meta.get(connection, "first_boot")
    return (datetime.fromisoformat(said) if said else now).replace(microsecond=0)
