"""What a conversation adds to a ticket's own text, and what the commands in it do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.base import Comment
from service.postmortem import commands, itemfields, itemtext, times
from service.postmortem.commands import Command
from service.postmortem.given import Given
from service.postmortem.itemfacts import Facts, Source
from service.postmortem.markdown import Span, parse
from service.postmortem.model import Decision, Origin, ReadItem, Section, SectionText, TimelineLine
from service.postmortem.severity import severity_of_field
from service.postmortem.ticketevents import called
from service.postmortem.timeline import LINE_LIMIT, shorten

_COMMAND_SECTION = {
    "impact": Section.IMPACT,
    "cause": Section.ROOT_CAUSE,
    "summary": Section.SUMMARY,
    "resolution": Section.RESOLUTION,
}


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


@dataclass(frozen=True, slots=True)
class Heard:
    """One comment, cut once: its commands, and the rest of its text. `number` is its place in the ticket, from 1."""

    comment: Comment
    number: int
    told: list[Command]
    rest: str

    @property
    def source(self) -> str:
        return f"comment {self.number}, {called(self.comment.author)}"

    @property
    def anchor(self) -> str:
        return f"comment:{self.comment.id}"

    def section(self, text: str, lines: tuple[int, int]) -> SectionText:
        source = f"comment {self.number}"
        return SectionText(text, Origin.READ, source, self.comment.url, at=self.comment.at, lines=(lines,))

    def decision(self, verb: str, numbers: tuple[int, ...] = ()) -> Decision:
        return Decision(self.comment.id, verb, numbers, called(self.comment.author), self.comment.at, self.number)


def obey(said: Said, heard: Heard, command: Command, given: Given) -> None:
    """Does what a command of somebody with a role says. Of several that say how bad it is, what it touched or what
    caused it, the last one stands."""
    if command.name in commands.BARE:
        _decide(said, heard, command, given)
        return
    if given.words.nothing_said(command.text):
        return
    if command.name == "action":
        items = [item for line, text in command.entries() if (item := _item(heard, line, text, given))]
        said.items.extend(items)
        if not items:
            return
    elif command.name == "timeline":
        said.timeline.extend(_timeline(heard, command, given))
    elif command.name == "severity":
        severity = severity_of_field("severity", command.text)
        if severity is None:
            said.not_obeyed.append(f"{heard.source}: /severity names none; write SEV1 to SEV5, P0 to P4 or critical")
            return
        said.severity = severity
    elif command.name == "lesson":
        before = said.sections.get(Section.LESSONS_LEARNED)
        text = "\n".join(f"- {' '.join(text.split())}" for _, text in command.entries() if text.strip())
        whole = text if before is None else f"{before.text}\n{text}"
        said.sections[Section.LESSONS_LEARNED] = heard.section(whole, (command.first, command.last))
    else:
        section = _COMMAND_SECTION[command.name]
        said.sections[section] = heard.section(command.text, (command.first, command.last))
    said.decisions.append(heard.decision(command.name))


def _item(heard: Heard, line: int, text: str, given: Given) -> ReadItem | None:
    """One action item: its words, and what stands around them or as fields below them."""
    rows = text.split("\n")
    facts = Facts(here=(line, line + len(rows) - 1))
    blocks = parse("\n".join(row.strip() for row in rows))
    spans = blocks[0].spans if blocks and blocks[0].kind in ("paragraph", "heading") else (Span(" ".join(rows)),)
    found = itemtext.read_line(itemfields.without_fields(spans, facts, given, first=line), facts, given)
    if given.words.nothing_said(found):
        return None
    return itemtext.item(found, facts, heard.anchor, 0, Source(tuple(rows), line))


def _decide(said: Said, heard: Heard, command: Command, given: Given) -> None:
    """ "/file 2,4", "/park 3", "/park 3 too big", "/park Move the orders elsewhere". What is no list of numbers
    is shown after /file, not guessed at."""
    numbers = commands.numbers(command.text)
    if numbers is None and command.name == "park":
        numbers = commands.numbers_first(command.text) or None  # what follows says why
    parked = _item(heard, command.first, command.text, given) if numbers is None and command.name == "park" else None
    if parked is not None:
        said.items.append(parked)
        said.decisions.append(replace(heard.decision("park"), text=parked.text))
    elif numbers is None or (command.name == "park" and not numbers):
        said.not_obeyed.append(
            f"comment {heard.number}: /{command.name} by {called(heard.comment.author)} names no action items; "
            "write /file 2,4 or /park 3"
        )
    else:
        said.decisions.append(heard.decision(command.name, numbers))


def _timeline(heard: Heard, command: Command, given: Given) -> list[TimelineLine]:
    """Each entry of a list, or each line that begins with a time, is one; other lines belong to the one above."""
    told: list[tuple[int, str]] = []
    for line, text in command.entries():
        for number, row in enumerate(text.split("\n"), line):
            stamp, _ = times.leading(row.strip(), heard.comment.at.astimezone(given.zone).date())
            if told and number > line and (stamp is None or stamp.clock is None):
                told[-1] = (told[-1][0], f"{told[-1][1]} {row.strip()}")
            else:
                told.append((number, row.strip()))
    return [replace(_timeline_line(heard, text, given), line=line) for line, text in told if text]


def _timeline_line(heard: Heard, text: str, given: Given) -> TimelineLine:
    """ "14:05 Failover begun": the last such time before the comment; without one the comment's own."""
    said_at = heard.comment.at
    stamp, rest = times.leading(text, said_at.astimezone(given.zone).date())
    at = said_at
    if stamp is not None and stamp.clock is not None and rest:
        near = times.nearest(stamp, given.zone, said_at, past=True) if stamp.day is None else None
        moment = near or times.moment_of(stamp, given.zone)
        at, text = (moment, rest) if moment else (at, text)
    return TimelineLine(at, shorten(text, LINE_LIMIT), heard.source, heard.comment.url)
