"""The ticket as its source tells it now; from its webhook alone where the source refuses or stays silent.

What a webhook said may be old by then: who could read the ticket at its closing may be more than who can read it now.
So a ticket that cannot be read and was not closed just now keeps its words to itself. What nobody signed is never
believed: it only says where to look.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import ConnectorError, Denied, Refused, Source, Ticket, Visibility
from service.parts import Parts
from service.refusals import Gate, Shut
from service.store import connections
from service.store.incidents import Incident
from service.store.work import Lease

#: tries of reading a ticket at its source before the document is built from the webhook alone
READ_TRIES = 5
#: how long an API may lag behind its own webhook, and when it is asked again
LAG, LAG_AGAIN = timedelta(minutes=5), timedelta(seconds=15)
#: GitHub says so of what was deleted; what is hidden from us is 404 there, and on Jira both are
GONE = 410
DELETED = "was deleted before it was ever read."


def read_source(parts: Parts, lease: Lease, incident: Incident, gate: Gate) -> Ticket:
    """Raises ConnectorError while the source does not answer and there is nothing fresh to go by."""
    source = parts.sources.get(incident.source)
    told = replace(incident.ticket, from_payload=True, closed=incident.closed_at is not None)
    fresh = incident.heard_at is not None and parts.now() - incident.heard_at < LAG
    if source is None:
        return told
    unsigned = bool(getattr(parts.settings.sources[incident.source], "unsigned", False))
    try:
        return _asked(parts, source, incident, gate)
    except Refused as error:
        if unsigned:  # anybody may have written it
            raise
        if error.status == GONE and not incident.reads_done:
            if lease.tries < READ_TRIES:  # said once it may be any proxy's word; what was deleted stays so
                raise
            return replace(told, visibility=Visibility.RESTRICTED, unwanted=DELETED)
        return told if fresh else replace(told, visibility=Visibility.RESTRICTED)
    except ConnectorError:
        if lease.tries < READ_TRIES or not fresh or unsigned:
            raise
        return told


def _asked(parts: Parts, source: Source, incident: Incident, gate: Gate) -> Ticket:
    """While its account is refused or limited the source is not asked, and that is its answer."""
    account, writer = gate.account("source", source.name), parts.publishers[source.name]
    if (standing := gate.shut(account, writer)) is not None:
        if standing.state == connections.DENIED:
            raise Denied(standing.reason)
        raise Shut(standing.reason, (standing.not_before - parts.now()).total_seconds())
    try:
        ticket = source.fetch(incident.ref, hint=incident.ticket)
    except ConnectorError as error:
        gate.met(account, writer, error)
        raise
    gate.answered(account)
    return ticket


def lags(incident: Incident, ticket: Ticket, now: datetime) -> bool:
    """The webhook said "closed" a moment ago and the API does not know it yet. It is believed after a while."""
    return incident.closed_at is not None and not ticket.closed and now - incident.closed_at < LAG
