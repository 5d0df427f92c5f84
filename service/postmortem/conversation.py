"""What was said and done on a ticket: its comments and events as timeline lines, its commands, what comments add."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from connectors.base import Comment, EventKind, Person, Ticket, TicketEvent
from service.postmortem import commands, fields, itemtext, times
from service.postmortem.commands import Command
from service.postmortem.given import Given
from service.postmortem.items import read_items
from service.postmortem.markdown import Span, parse, plain, tidy
from service.postmortem.model import Decision, Origin, ReadItem, Section, SectionText, TimelineLine
from service.postmortem.outline import Outline, outline
from service.postmortem.sections import read_sections
from service.postmortem.timeline import LINE_LIMIT, read_timeline, shorten

COMMENT_LIMIT = 200  # characters of a comment in the timeline
HEAD = 4000  # characters of a comment among which its first sentence is looked for
AFTER_CLOSING = timedelta(hours=1)  # what is said or done later is no part of the incident

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

_COMMAND_SECTION = {
    "impact": Section.IMPACT,
    "cause": Section.ROOT_CAUSE,
    "summary": Section.SUMMARY,
    "resolution": Section.RESOLUTION,
}
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z\"“`(])")
_CLOSING_WORDS = re.compile(
    r"(?:this (?:is|was) )?(?:now )?"
    r"(?:fixed|resolved|solved|mitigated|rolled back|reverted|restored|restarted|closing|recovered)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Said:
    """What the conversation adds to the ticket's own text. Later comments win over earlier ones."""

    sections: dict[Section, SectionText] = field(default_factory=dict)
    timeline: list[TimelineLine] = field(default_factory=list)
    items: list[ReadItem] = field(default_factory=list)
    moments: dict[str, datetime] = field(default_factory=dict)
    severity: str | None = None
    not_obeyed: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def read_conversation(ticket: Ticket, given: Given, near: dict[str, datetime]) -> Said:
    """Reads comments and events. Commands, sections and items count only in comments of people with a role."""
    said = Said()
    zone = given.zone
    end = ticket.closed_at + AFTER_CLOSING if ticket.closed_at else None
    for number, comment in enumerate(ticket.comments, start=1):
        if comment.author.bot or comment.marker is not None:
            continue
        told, rest = commands.split(tidy(comment.text))
        source = f"comment {number}, {called(comment.author)}"
        if comment.trusted:
            today = comment.at.astimezone(zone).date()
            here = replace(given, today=today)
            whole = outline(rest, given.words)
            _sections(said, whole, here, comment, number)
            _stated(said, whole, here, near)
            anchor = f"comment:{comment.id}"
            said.items.extend(read_items(whole.parts, here, anchor=anchor))
            lines = read_timeline(whole.parts, zone=zone, day=today, source=source, url=comment.url)
            said.timeline.extend(lines)
            for command in told:
                _obey(said, command, comment, number, here)
        else:
            why = "the account that Afterword itself uses" if comment.own else "who has no role here"
            said.not_obeyed.extend(
                f"comment {number}: /{command.name} by {called(comment.author)}, {why}" for command in told
            )
        if end is None or comment.at <= end:
            line = first_sentence(rest)
            if line:
                said.timeline.append(TimelineLine(comment.at, line, source, comment.url))
    _closing_words(said, ticket)
    said.timeline.extend(
        TimelineLine(event.at, event_words(event), by(event.by), event.url)
        for event in events(ticket)
        if end is None or event.at <= end
    )
    return said


def called(person: Person) -> str:
    """ "@alex" where the handle is what people say, else the name."""
    return tidy(person.name if person.name and person.name != person.id else f"@{person.id}")


def by(person: Person | None) -> str:
    return called(person) if person else ""


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


def first_sentence(text: str) -> str:
    """The first sentence of the prose of a comment; "" if it holds none (only code, quotes, tables or pictures)."""
    for block in parse(text[:HEAD]):
        while block.kind in ("list", "item") and block.children:
            block = block.children[0]
        if block.kind == "paragraph":
            line = plain(block.spans)
            end = _SENTENCE_END.search(line)
            line = line[: end.end()] if end else line
            if re.search(r"\w", line):
                return shorten(line, COMMENT_LIMIT)
    return ""


def _sections(said: Said, whole: Outline, given: Given, comment: Comment, number: int) -> None:
    found = read_sections(whole, given.words, source=f"comment {number}", url=comment.url, at=comment.at, lead=False)
    said.sections.update(found)


def _stated(said: Said, whole: Outline, given: Given, near: dict[str, datetime]) -> None:
    stated = fields.read_fields(whole, given, near)
    said.moments.update(stated.moments)
    said.severity = stated.severity or said.severity


def _obey(said: Said, command: Command, comment: Comment, number: int, given: Given) -> None:
    if command.name == "action":
        facts = itemtext.Facts()
        blocks = parse(command.text)
        spans = blocks[0].spans if blocks and blocks[0].kind == "paragraph" else (Span(command.text),)
        text = itemtext.read_line(spans, facts, given)
        if not given.words.nothing_said(text):
            said.items.append(itemtext.item(text, facts, f"comment:{comment.id}", 0))
    elif command.name == "timeline":
        said.timeline.append(_timeline_line(command.text, comment, number, given.zone))
    elif command.name == "severity":
        said.severity = fields.severity_of(command.text) or said.severity
    elif command.name in commands.BARE:
        _decide(said, command, comment, number)
    elif command.name == "lesson":
        before = said.sections.get(Section.LESSONS_LEARNED)
        text = f"- {command.text}" if before is None else f"{before.text}\n- {command.text}"
        said.sections[Section.LESSONS_LEARNED] = _section(text, comment, number)
    else:
        said.sections[_COMMAND_SECTION[command.name]] = _section(command.text, comment, number)


def _decide(said: Said, command: Command, comment: Comment, number: int) -> None:
    """ "/file", "/file 2,4", "/park 3". What is no list of numbers is shown, not guessed at."""
    numbers = commands.numbers(command.text)
    if numbers is None or (command.name == "park" and not numbers):
        said.not_obeyed.append(
            f"comment {number}: /{command.name} by {called(comment.author)} names no action items; "
            "write /file 2,4 or /park 3"
        )
        return
    said.decisions.append(Decision(comment.id, command.name, numbers, called(comment.author), comment.at, number))


def _section(text: str, comment: Comment, number: int) -> SectionText:
    return SectionText(text, Origin.READ, f"comment {number}", comment.url, at=comment.at)


def _timeline_line(text: str, comment: Comment, number: int, zone: tzinfo) -> TimelineLine:
    """ "/timeline 14:05 Failover begun": the last such time before the comment; without one the comment's own."""
    stamp, rest = times.leading(text, comment.at.astimezone(zone).date())
    at = comment.at
    if stamp is not None and stamp.clock is not None and rest:
        moment = times.moment_of(stamp, zone) if stamp.day else times.nearest(stamp, zone, comment.at, past=True)
        at, text = (moment, rest) if moment else (at, text)
    return TimelineLine(at, shorten(text, LINE_LIMIT), f"comment {number}, {called(comment.author)}", comment.url)


def _closing_words(said: Said, ticket: Ticket) -> None:
    """Where nobody wrote a resolution, the words of a trusted person who closed with "Fixed by …" are one."""
    if Section.RESOLUTION in said.sections or ticket.closed_at is None:
        return
    for number, comment in reversed(list(enumerate(ticket.comments, start=1))):
        if comment.trusted and not comment.author.bot and comment.marker is None:
            words = commands.split(tidy(comment.text))[1].strip()
            near = abs(comment.at - ticket.closed_at) <= AFTER_CLOSING
            if near and len(words) > 20 and _CLOSING_WORDS.match(words):
                said.sections[Section.RESOLUTION] = _section(words, comment, number)
            return
