"""What the page of one postmortem shows, worked out of the document. No I/O, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.postmortem.gaps import QUESTIONS, Gap, missing
from service.postmortem.model import Document, Origin, Section, SectionText, TimelineLine
from service.postmortem.standing import Standing
from service.postmortem.unheeded import not_obeyed
from service.text_filters import Days, span

#: silence in a timeline that is worth a line
SILENCE = timedelta(minutes=20)
#: where each section of the page stands in a sentence of the panel
WRITTEN, PARTLY, EMPTY = "done", "work", "open"


@dataclass(frozen=True, slots=True)
class Fact:
    """A time of the incident; `after` says where it stands from the start. `at` None: not recorded yet, or it is no
    time and `words` say it."""

    name: str
    at: datetime | None
    after: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the timeline: a new day, a silence, or a line with its source in two parts, the first a link."""

    line: TimelineLine | None = None
    day: date | None = None
    silence: str = ""

    @property
    def source(self) -> tuple[str, str]:
        said, comma, who = self.line.source.partition(",") if self.line else ("", "", "")
        return said, comma + who


@dataclass(frozen=True, slots=True)
class Part:
    """A section as the page shows it. `mark` is one of WRITTEN, PARTLY, EMPTY, with a word beside it."""

    section: Section
    name: str
    question: str
    said: SectionText
    mark: str
    word: str

    @property
    def anchor(self) -> str:
        return self.section.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class View:
    document: Document
    standings: Sequence[Standing]
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...]
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    not_obeyed: tuple[str, ...]
    lasted: str  # from when to when, in a sentence
    one_day: date | None  # the day of every line of the timeline, if it is one

    @property
    def empty(self) -> int:
        """Sections without a text."""
        return sum(part.mark == EMPTY for part in self.parts)

    @property
    def edits(self) -> int:
        return sum(part.said.origin is Origin.EDITED for part in self.parts)

    @property
    def listed(self) -> bool:
        """The timeline is shown line by line, not as the text of a person."""
        return bool(self.entries) and self.document.sections[Section.TIMELINE].origin is not Origin.EDITED

    def count(self, *states: str) -> int:
        return sum(item.state in states for item in self.standings)


def view(
    document: Document, standings: Sequence[Standing], days: Days, *, opened_at: datetime, closed_at: datetime | None
) -> View:
    """`opened_at`, `closed_at`: the ticket's own times."""
    gaps = missing(document, standings)
    moments = [line.at for line in document.timeline if line.at]
    seen = {days.local_day(at) for at in moments}
    facts = _facts(document, opened_at, closed_at)
    return View(
        document=document,
        standings=standings,
        parts=tuple(_part(document, section, standings, gaps) for section in Section),
        facts=facts,
        entries=tuple(_entries(document, days, several=len(seen) > 1)),
        gaps=gaps,
        lasted=span_words(document, days),
        not_obeyed=not_obeyed(document, standings),
        one_day=seen.pop() if len(seen) == 1 else None,
    )


def _part(document: Document, section: Section, standings: Sequence[Standing], gaps: Sequence[Gap]) -> Part:
    said = document.sections[section]
    anchor = section.value.replace("_", "-")
    name, question = QUESTIONS[section]
    if section is Section.ACTION_ITEMS and standings:
        open_items = any(not item.ended for item in standings)
        return Part(section, name, question, said, PARTLY if open_items else WRITTEN, str(len(standings)))
    if said.text is None:
        return Part(section, name, question, said, EMPTY, "not recorded")
    owed = sum(gap.anchor == anchor for gap in gaps)
    word = "" if not owed else "one figure missing" if owed == 1 else f"{owed} figures missing"
    return Part(section, name, question, said, PARTLY if owed else WRITTEN, word)


def _facts(document: Document, opened_at: datetime, closed_at: datetime | None) -> tuple[Fact, ...]:
    start = document.started_at
    guessed = "started_at" in document.unstated
    name, began = ("Ticket opened", "") if guessed else ("Started", "when the ticket was opened")
    from_here = "the opening" if guessed else "the start"

    def after(at: datetime | None) -> str:
        if at is None or start is None or at < start:
            return ""
        return f"at {from_here}" if at == start else f"{_short(at - start)} after {from_here}"

    resolved = Fact("Resolved", document.resolved_at, after(document.resolved_at))
    said = "resolved_at" not in document.unstated
    return (
        Fact(name, start, began if start == opened_at else ""),
        Fact("Detected", document.detected_at, after(document.detected_at)),
        Fact("Mitigated", document.mitigated_at, after(document.mitigated_at)),
        *((resolved,) if said else ()),
        *_lasted(document),
        Fact("Ticket closed", closed_at, after(closed_at) if not said or closed_at != document.resolved_at else ""),
    )


def _lasted(document: Document) -> tuple[Fact, ...]:
    """The stated length, where start and end do not say it."""
    if document.duration is None or not (document.unstated or document.resolved_at is None):
        return ()
    return (Fact("Lasted", None, "as stated", _short(document.duration)),)


def span_words(document: Document, days: Days) -> str:
    """From when to when, in a sentence; the ticket's own times are not taken for those of the incident."""
    start, end = document.started_at, document.resolved_at
    if start is None:
        return ""
    opened, closed = "started_at" in document.unstated, "resolved_at" in document.unstated
    begun = f"{days.long_day(start)}, {days.clock(start)}"
    if end is None:
        return f"{'Ticket opened ' if opened else ''}{begun} {days.zone(start)}."
    same_day = days.local_day(start) == days.local_day(end)
    ended = days.clock(end) if same_day else f"{days.long_day(end)}, {days.clock(end)}"
    if not opened and not closed:
        return f"{begun} to {ended} {days.zone(start)}."
    how = "closed" if opened and closed else "ticket closed" if closed else "resolved"
    return f"{'Ticket opened' if opened else 'Started'} {begun}, {how} {ended} {days.zone(start)}."


def _short(length: timedelta) -> str:
    """1 h 14 min"""
    words = span(length)
    for unit, short in (("hour", "h"), ("minute", "min")):
        words = words.replace(f"{unit}s", short).replace(unit, short)
    return words.replace("less than a min", "less than 1 min")


def _entries(document: Document, days: Days, *, several: bool) -> Iterable[Entry]:
    before: datetime | None = None
    for line in document.timeline:
        if line.at:
            new_day = before is None or days.local_day(before) != days.local_day(line.at)
            if several and new_day:
                yield Entry(day=days.local_day(line.at))
            elif before and line.at - before >= SILENCE and not _is_over(document, before):
                yield Entry(silence=span(line.at - before))
            before = line.at
        yield Entry(line=line)


def _is_over(document: Document, at: datetime) -> bool:
    """After the end of the incident, silence says nothing."""
    return document.resolved_at is not None and at >= document.resolved_at
