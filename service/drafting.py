"""Puts together the one request that files an action item: its words, its assignee, its due date, its place."""

from __future__ import annotations

from connectors.base import AfterwordError, ConnectorError, Draft, Refused, Tracker, Visibility
from service.parts import Parts
from service.routes import route_for
from service.store import incidents, postmortems, standings
from service.store.incidents import Incident
from service.store.items import Item


def draft_of(parts: Parts, item: Item, tracker: Tracker) -> Draft:
    """The draft of this item's issue. Asks the tracker at most whether its owner can be assigned there.

    Raises ConnectorError if the tracker cannot be asked.
    """
    with parts.database.read() as connection:
        incident = incidents.get(connection, item.incident_id)
        postmortem = postmortems.of_incident(connection, item.incident_id)
        standing = standings.standings(connection, item_id=item.id, names=parts.people.names)
    if incident is None or postmortem is None or not standing:
        raise AfterwordError(f"Action item {item.id} has no document yet.")
    url = parts.document_url(postmortem.id)
    place = item.place or tracker.places[0]
    withheld = _withheld(parts, item, incident, _audience(tracker, place))
    return Draft(
        marker=item.key,
        place=place,
        title=parts.texts.issue_title(standing[0], withheld=withheld),
        body=parts.texts.issue_body(
            standing[0], postmortem.document, kind=tracker.kind, document_url=url, withheld=withheld
        ),
        labels=(),
        assignee=_assignee(parts, item, tracker, place),
        due=item.due,
        priority=item.priority,
        incident=incident.ticket,
        document_title=postmortem.document.title,
        document_url=f"{url}#item-{item.number}",
    )


def _audience(tracker: Tracker, place: str) -> Visibility:
    try:
        return tracker.visibility(place)
    except Refused:
        return Visibility.PUBLIC  # nothing will be filed there either, and the tracker's own words then say why


def _withheld(parts: Parts, item: Item, incident: Incident, audience: Visibility) -> bool:
    """A public place gets no word of a ticket that is not public, unless the route says `publish = true`."""
    if audience is not Visibility.PUBLIC or incident.ticket.visibility is Visibility.PUBLIC:
        return False
    route = route_for(parts.settings, incident.ticket, incident.severity, item.text)
    return route is None or not route.publish


def _assignee(parts: Parts, item: Item, tracker: Tracker, place: str) -> str | None:
    """The owner as the people map knows them there; nobody where that person cannot be assigned."""
    person = parts.people.tracker_id(item.owner_text, tracker.kind)
    if person is None:
        return None
    try:
        return person if tracker.assignable(place, person) else None
    except ConnectorError:
        return None  # a missing assignee is mended in the tracker; a missing issue is not
