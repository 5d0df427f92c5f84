"""Puts together the one request that files an action item: its words, its assignee, its due date, its place."""

from __future__ import annotations

import re
from dataclasses import replace

from connectors.base import AfterwordError, ConnectorError, Draft, Tracker
from service import places, wording
from service.parts import Parts
from service.postmortem import audience
from service.routes import fields_for, route_for
from service.store import incidents, postmortems, standings
from service.store.items import Item

_PLAIN = re.compile(r"\w[\w '’-]{0,39}")


def draft_of(parts: Parts, item: Item, tracker: Tracker) -> Draft:
    """The draft of this item's issue; without a word of the ticket where more people can read it than the ticket.

    Asks the tracker at most who can read its place and whether its owner can be assigned there. Raises places.Opened
    where that place became public; ConnectorError if the tracker cannot be asked.
    """
    with parts.database.read() as connection:
        incident = incidents.get(connection, item.incident_id)
        postmortem = postmortems.of_incident(connection, item.incident_id)
        standing = standings.standings(connection, item_id=item.id, names=parts.people.names)
    if incident is None or postmortem is None or not standing:
        raise AfterwordError(f"Action item {item.id} has no document yet.")
    url = parts.document_url(postmortem.id)
    place = item.place or tracker.places[0]
    said = (parts.settings, incident.ticket, incident.severity, item.text)
    route = route_for(*said)
    ours = route is not None and route.tracker == tracker.name  # else the settings changed since it was routed
    publish = ours and route is not None and route.publish
    readers = places.audience(parts, tracker, place, publish=publish)
    withheld = not audience.may_flow(incident.ticket.visibility, readers, publish=publish)
    assignee, note = _assigned(parts, item, tracker, place)
    # the people map may have learned of the owner since the ticket was read
    shown = replace(standing[0], owner_known=True) if parts.people.find(item.owner_text) else standing[0]
    return Draft(
        marker=item.key,
        place=place,
        title=parts.texts.issue_title(standing[0], withheld=withheld),
        body=parts.texts.issue_body(
            shown,
            postmortem.document,
            kind=tracker.kind,
            document_url=url,
            owner_note="" if withheld else note,
            withheld=withheld,
            wont_do=_wont_do(parts, tracker),
        ),
        labels=(),
        assignee=assignee,
        due=item.due,
        priority=item.priority,
        incident=audience.bare(incident.ticket) if withheld else incident.ticket,
        document_title=incident.ref if withheld else postmortem.document.title,
        document_url=f"{url}#item-{item.number}",
        fields=fields_for(*said) if ours else {},
    )


def _wont_do(parts: Parts, tracker: Tracker) -> str | None:
    """The first of the resolutions that mean won't do; "" where it is more than a few plain words, None without one."""
    named = getattr(parts.settings.trackers.get(tracker.name), "wont_do_resolutions", ())
    return (named[0] if _PLAIN.fullmatch(named[0]) else "") if named else None


def _assigned(parts: Parts, item: Item, tracker: Tracker, place: str) -> tuple[str | None, str]:
    """The owner as the people map knows them there, or None, and then a sentence that names them in the issue."""
    known = parts.people.find(item.owner_text)
    if known is None:
        return None, ""
    person = parts.people.tracker_id(item.owner_text, tracker.kind)
    if person is None:
        return None, (wording.OWNER_TEAM if known.team else wording.OWNER_NO_ACCOUNT).format(name=known.name)
    try:
        if tracker.assignable(place, person):
            return person, ""
        return None, wording.OWNER_NOT_ASSIGNABLE.format(name=known.name)
    except ConnectorError:
        # a missing assignee is mended in the tracker; a missing issue is not
        return None, wording.OWNER_ALONE.format(name=known.name)
