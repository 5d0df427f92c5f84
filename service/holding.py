"""Why nothing leaves for an incident, though it is closed: its time has not come, or a person or its ticket says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from connectors.base import Ticket
from service import wording
from service.comment import marker_of
from service.parts import Parts
from service.store import meta, writes
from service.store.incidents import Incident


def calm_at(parts: Parts, incident: Incident) -> datetime:
    """The end of the quiet time; whatever woke us before it is heard, and nothing is filed yet."""
    if incident.closed_at is None or incident.heard_at is None:  # built by hand: somebody waits for it
        return parts.now()
    return max(incident.closed_at, incident.heard_at) + parts.settings.filing.quiet


def why_held(parts: Parts, connection: Connection, incident: Incident, ticket: Ticket) -> str:
    """A sentence, or "". Looked at with each reading until something left for the incident; what a person asked for by
    hand is held by nothing but a person, and by another Afterword that was faster."""
    if incident.held == wording.SET_ASIDE:
        return incident.held
    if writes.any_begun(connection, incident.id) or incident.said_to_file:
        return ""
    if told_by_another(parts, incident, ticket) is not None:
        return wording.ANOTHER.format(ref=ticket.ref)
    if incident.heard_at is None:
        return ""
    if ticket.unwanted:
        return wording.UNWANTED.format(ref=ticket.ref, why=ticket.unwanted)
    return before_our_time(parts, connection, ticket.closed_at, f"{incident.source}:{ticket.ref}")


def told_by_another(parts: Parts, incident: Incident, ticket: Ticket) -> datetime | None:
    """Until when people spoke to another Afterword with our account that told this ticket: what was said before we
    heard of the ticket was not said to us. None: there is no other."""
    ours = marker_of(parts, incident)
    others = [comment.at for comment in ticket.comments if comment.own and comment.marker not in (None, ours)]
    return max(*others, incident.created_at) if others else None


def before_our_time(parts: Parts, connection: Connection, closed_at: datetime | None, named: str) -> str:
    """A sentence if it closed before Afterword was first started here, else ""."""
    said = meta.get(connection, "first_boot")
    if said is None or closed_at is None:
        return ""
    first_boot = datetime.fromisoformat(said)
    # vendors tell whole seconds
    if closed_at >= first_boot.replace(microsecond=0):
        return ""
    stamp = parts.texts.stamp
    return wording.BEFORE_OUR_TIME.format(closed=stamp(closed_at), first=stamp(first_boot), ref=named)
