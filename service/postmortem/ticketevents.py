"""What a tool recorded on a ticket, as lines of the timeline."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import EventKind, Person, Ticket, TicketEvent
from service.postmortem.markdown import Span, plain, tidy
from service.postmortem.timeline import LINE_LIMIT, shorten

#: the words for what a tool recorded
EVENT_WORDS: dict[EventKind, str] = {
    EventKind.OPENED: "Ticket opened.",
    EventKind.CLOSED: "Ticket closed.",
    EventKind.REOPENED: "Ticket reopened.",
    EventKind.STATUS: "Status {subject}.",
    EventKind.LABELED: "Label {subject} added.",
    EventKind.UNLABELED: "Label {subject} removed.",
    EventKind.ASSIGNED: "Assigned to {subject}.",
    EventKind.UNASSIGNED: "No longer assigned to {subject}.",
    EventKind.RENAMED: "Renamed to “{subject}”.",
    EventKind.PRIORITY: "Priority {subject}.",
    EventKind.LINKED: "Linked to {subject}.",
    EventKind.PULL_REQUEST: "{ref} linked: {title}.",
    EventKind.MERGED: "{ref} merged: {title}.",
    EventKind.COMMIT: "Commit {subject} names this ticket.",
}
_FROM_TO = {EventKind.STATUS: "Status {was} → {subject}.", EventKind.PRIORITY: "Priority {was} → {subject}."}


def called(person: Person | None) -> str:
    """ "@alex" where the handle is what people say, else the name; "" for nobody."""
    if person is None:
        return ""
    return tidy(person.name if person.name and person.name != person.id else f"@{person.id}")


def events(ticket: Ticket) -> Iterator[TicketEvent]:
    """The recorded events; opening and closing are told by the ticket itself where the tool recorded none."""
    kinds = {event.kind for event in ticket.events}
    if EventKind.OPENED not in kinds:
        yield TicketEvent(ticket.opened_at, EventKind.OPENED, by=ticket.reporter, url=ticket.url)
    yield from ticket.events
    if EventKind.CLOSED not in kinds and ticket.closed_at is not None:
        yield TicketEvent(ticket.closed_at, EventKind.CLOSED, url=ticket.url)


def event_words(event: TicketEvent) -> str:
    """One line for an event. An unknown subject leaves no hole: "acme/checkout#311 merged." """
    subject = plain([Span(tidy(event.subject))])
    ref, _, title = subject.partition(" ")
    form = _FROM_TO.get(event.kind, "") if event.was else ""
    text = (form or EVENT_WORDS[event.kind]).replace("{was}", plain([Span(tidy(event.was))]))
    text = text.replace("{ref}", ref).replace("{title}", title.rstrip(".")).replace("{subject}", subject)
    return shorten(text.replace(": .", "."), LINE_LIMIT)
