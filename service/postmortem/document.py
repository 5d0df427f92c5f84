"""The document: one ticket's reading, merged with what people wrote. Pure: no I/O, no clock.

Who wins, per section: a person's edit, else what the ticket says now, else (summary only) a few sentences made from
the ticket's facts, else "not recorded yet".

    build(ticket, reading, previous, words) -> Document        words: service.texts.Texts
    edit(document, section, text, *, by, at) -> Document
    same(a, b) -> bool                                         no new revision is needed
    questions(document, standings) -> tuple[Gap, ...]          str(gap) is a sentence; gap.name is for a list
    to_json(document) -> dict, from_json(dict) -> Document     exact round trip, for the revisions table
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from connectors.base import Ticket
from service.postmortem.model import Document, Origin, ReadItem, Reading, Section, SectionText, TimelineLine
from service.postmortem.standing import Standing

NOTHING = SectionText(None, Origin.MISSING)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known without anybody having written it. `started_at` and `resolved_at` only where they were stated;
    the ticket's own times stand beside them."""

    title: str
    severity: str | None
    services: tuple[str, ...]
    started_at: datetime | None
    resolved_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


class Words(Protocol):
    """Whoever puts facts into sentences (service.texts.Texts); Markdown in both cases."""

    def summary(self, facts: Facts) -> str: ...

    def timeline(self, lines: Sequence[TimelineLine]) -> str: ...


def build(ticket: Ticket, reading: Reading, previous: Document | None, words: Words) -> Document:
    """The document as it is now. What a person edited in `previous` stays word for word.

    A start or end that nobody stated is the ticket's own opening or closing. Where the ticket could not be asked
    (`ticket.from_payload`) the reading knows less: what it lacks is then kept from `previous`, not taken as deleted.
    """
    severity = reading.severity or ticket.severity
    facts = Facts(
        reading.title or ticket.title,
        severity,
        ticket.services,
        reading.started_at,
        reading.resolved_at,
        ticket.opened_at,
        ticket.closed_at,
    )
    kept = previous if ticket.from_payload else None
    timeline = reading.timeline
    if kept is not None and len(kept.timeline) > len(timeline):
        timeline = kept.timeline
    sections = {}
    for section in Section:
        before = previous.sections[section] if previous else NOTHING
        now = _stated(reading, section)
        if before.origin is Origin.EDITED:
            now = before
        elif now is NOTHING and kept is not None and before.origin is Origin.READ:
            now = before
        elif now is NOTHING:
            now = _made(section, facts, timeline, reading.items, words)
        sections[section] = now
    return Document(
        title=facts.title,
        severity=severity,
        started_at=reading.started_at or ticket.opened_at,
        detected_at=reading.detected_at or (kept.detected_at if kept else None),
        mitigated_at=reading.mitigated_at or (kept.mitigated_at if kept else None),
        resolved_at=reading.resolved_at or ticket.closed_at,
        sections=sections,
        timeline=timeline,
        from_payload=ticket.from_payload,
        not_obeyed=reading.not_obeyed,
    )


def _stated(reading: Reading, section: Section) -> SectionText:
    found = reading.sections.get(section)
    if found is None or found.text is None or not found.text.strip():
        return NOTHING
    return found


def _made(
    section: Section, facts: Facts, timeline: Sequence[TimelineLine], items: Sequence[ReadItem], words: Words
) -> SectionText:
    if section is Section.SUMMARY:
        return SectionText(words.summary(facts), Origin.GENERATED, source="the ticket's facts")
    if section is Section.TIMELINE and timeline:
        return SectionText(words.timeline(timeline), Origin.GENERATED, source="the ticket's events")
    if section is Section.ACTION_ITEMS and items:
        listed = "\n".join("- " + " ".join(item.text.split()) for item in items)
        return SectionText(listed, Origin.GENERATED, source="the ticket's comments")
    return NOTHING


def edit(document: Document, section: Section, text: str, *, by: str, at: datetime) -> Document:
    """A person's word for one section. Empty text takes the edit back: the section is not recorded until the ticket is
    read again. Text that is the same as before changes nothing, so that looking at a form and saving it keeps the
    section fed by the ticket."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    before = document.sections[section]
    if text == (before.text or "").strip():
        return document
    after = SectionText(text, Origin.EDITED, by=by, at=at) if text else NOTHING
    return replace(document, sections={**document.sections, section: after})


def same(a: Document, b: Document) -> bool:
    """Whether `b` says nothing that `a` does not say already, so that no revision is needed."""
    return a == b


# --- what is missing --------------------------------------------------------------------------------------------------

#: section → its name, and the question that its text would answer
QUESTIONS: dict[Section, tuple[str, str]] = {
    Section.SUMMARY: ("Summary", "What happened, in three sentences, for somebody who was not there?"),
    Section.IMPACT: ("Impact", "Who noticed it, in which way, how many, and for how long?"),
    Section.ROOT_CAUSE: ("Root cause", "Which conditions came together, and what made each of them possible?"),
    Section.TIMELINE: ("Timeline", "What could be seen when, and what was done next?"),
    Section.RESOLUTION: ("Resolution and recovery", "What ended it, and what had to be put right afterwards?"),
    Section.LESSONS_LEARNED: ("Lessons learned", "What went well, what did not, where were we lucky?"),
    Section.ACTION_ITEMS: ("Action items", "What would make this less likely, shorter or smaller the next time?"),
}

#: "Orders given up: to be counted": a line whose value is still owed
_OWED = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?\**([^:\n]{3,120}?)\**:\**[ \t]*\**[_(\[]?"
    r"(?:tbd|tba|todo|to be (?:counted|determined|decided|added|confirmed)|not (?:yet )?(?:known|counted)(?: yet)?|\?+)"
    r"[_)\]]?\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_OWED_IN = (Section.SUMMARY, Section.IMPACT, Section.ROOT_CAUSE, Section.RESOLUTION, Section.LESSONS_LEARNED)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not recorded yet. `name` stands in a list ("lessons learned"), `question` says what would
    fill it, `anchor` is its place on the document's page ("lessons-learned", "item-4")."""

    name: str
    question: str
    anchor: str

    def __str__(self) -> str:
        return f"{self.name[:1].upper()}{self.name[1:]}. {self.question}"


def questions(document: Document, standings: Sequence[Standing]) -> tuple[Gap, ...]:
    """The gaps, in the order of the document: sections without text, figures still owed, items that have no owner."""
    gaps = []
    for section in Section:
        text = document.text(section)
        name, question = QUESTIONS[section]
        anchor = section.value.replace("_", "-")
        if text is None and not (section is Section.ACTION_ITEMS and standings):
            gaps.append(Gap(name[0].lower() + name[1:], question, anchor))
        elif text is not None and section in _OWED_IN:
            for owed in dict.fromkeys(" ".join(found.split()) for found in _OWED.findall(text)):
                gaps.append(Gap(owed[0].lower() + owed[1:], f"{name} says that this is still to come.", anchor))
    for standing in standings:
        if standing.owner is None and not standing.ended:
            question = "Who will see it through?"
            if standing.done_when is None:
                question = "Who will see it through, and how can one tell that it is done?"
            gaps.append(Gap(f"the owner of “{standing.text}”", question, f"item-{standing.number}"))
    return tuple(gaps)


# --- the revisions table ----------------------------------------------------------------------------------------------

_TIMES = ("started_at", "detected_at", "mitigated_at", "resolved_at")


def to_json(document: Document) -> dict[str, Any]:
    """Only what JSON knows; times are ISO 8601 in UTC or null. `from_json` gives the same document back."""
    return {
        "title": document.title,
        "severity": document.severity,
        **{name: _iso(getattr(document, name)) for name in _TIMES},
        "sections": {
            section.value: {
                "text": said.text,
                "origin": said.origin.value,
                "source": said.source,
                "url": said.url,
                "by": said.by,
                "at": _iso(said.at),
            }
            for section, said in document.sections.items()
        },
        "timeline": [
            {"at": _iso(line.at), "text": line.text, "source": line.source, "url": line.url, "label": line.label}
            for line in document.timeline
        ],
        "from_payload": document.from_payload,
        "not_obeyed": list(document.not_obeyed),
    }


def from_json(stored: Mapping[str, Any]) -> Document:
    """What `to_json` made. A section that an older revision does not hold is not recorded."""
    sections = {section: NOTHING for section in Section}
    for name, said in stored["sections"].items():
        sections[Section(name)] = SectionText(
            said["text"], Origin(said["origin"]), said["source"], said["url"], said["by"], _time(said["at"])
        )
    return Document(
        title=stored["title"],
        severity=stored["severity"],
        started_at=_time(stored["started_at"]),
        detected_at=_time(stored["detected_at"]),
        mitigated_at=_time(stored["mitigated_at"]),
        resolved_at=_time(stored["resolved_at"]),
        sections=sections,
        timeline=tuple(
            TimelineLine(_time(line["at"]), line["text"], line["source"], line["url"], line["label"])
            for line in stored["timeline"]
        ),
        from_payload=stored["from_payload"],
        not_obeyed=tuple(stored["not_obeyed"]),
    )


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
