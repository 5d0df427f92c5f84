"""The document: one ticket's reading, merged with what people wrote. Pure: no I/O, no clock.

Who wins, per section: a person's edit, else what the ticket says now, else (summary only) a few sentences made from
the ticket's facts, else "not recorded yet".

    build(ticket, reading, previous, words) -> Document        words: service.texts.Texts
    edit(document, section, text, *, by, at) -> Document
    same(a, b) -> bool                                         no new revision is needed
    to_json(document) -> dict, from_json(dict) -> Document     exact round trip, for the revisions table

What is missing in it: service/postmortem/gaps.py, also reached as `questions(document, standings)` here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from connectors.base import Ticket
from service.postmortem.gaps import questions as questions
from service.postmortem.heeded import asked
from service.postmortem.model import Asked, Document, Origin, Reading, ReadItem, Section, SectionText, TimelineLine

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
    duration: timedelta | None = None  # as stated


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
        reading.duration,
    )
    kept = previous if ticket.from_payload else None
    started = reading.started_at or _stated_before(kept, "started_at")
    resolved = reading.resolved_at or _stated_before(kept, "resolved_at")
    guesses = {"started_at": started is None, "resolved_at": resolved is None and ticket.closed_at is not None}
    timeline = reading.timeline
    if kept is not None and len(kept.timeline) > len(timeline):
        timeline = kept.timeline
    sections = {}
    for section in Section:
        before = previous.sections[section] if previous else NOTHING
        now = _stated(reading, section)
        unasked = now is NOTHING and kept is not None and before.origin is Origin.READ
        if before.origin is Origin.EDITED or unasked:
            now = before
        elif now is NOTHING:
            now = _made(section, facts, timeline, reading.items, words)
        sections[section] = now
    return Document(
        title=facts.title,
        severity=severity,
        started_at=started or ticket.opened_at,
        detected_at=reading.detected_at or (kept.detected_at if kept else None),
        mitigated_at=reading.mitigated_at or (kept.mitigated_at if kept else None),
        resolved_at=resolved or ticket.closed_at,
        sections=sections,
        timeline=timeline,
        from_payload=ticket.from_payload,
        not_obeyed=reading.not_obeyed,
        asked=asked(reading.decisions),
        unstated=tuple(name for name, guessed in guesses.items() if guessed),
        other=_other(reading, kept),
        doubts=reading.doubts if kept is None else tuple(dict.fromkeys((*kept.doubts, *reading.doubts))),
        duration=reading.duration or (kept.duration if kept else None),
    )


def _other(reading: Reading, kept: Document | None) -> SectionText:
    """What stands in none of the seven sections; a person edits it in the ticket alone."""
    if reading.other.text is not None and reading.other.text.strip():
        return reading.other
    return kept.other if kept else NOTHING


def _stated_before(kept: Document | None, name: str) -> datetime | None:
    """The time that somebody stated in an earlier reading."""
    if kept is None or name in kept.unstated:
        return None
    return kept.started_at if name == "started_at" else kept.resolved_at


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


# --- the revisions table ----------------------------------------------------------------------------------------------

_TIMES = ("started_at", "detected_at", "mitigated_at", "resolved_at")


def to_json(document: Document) -> dict[str, Any]:
    """Only what JSON knows; times are ISO 8601 in UTC or null. `from_json` gives the same document back."""
    return {
        "title": document.title,
        "severity": document.severity,
        **{name: _iso(getattr(document, name)) for name in _TIMES},
        "sections": {section.value: _plain(said) for section, said in document.sections.items()},
        "timeline": [
            {"at": _iso(line.at), "text": line.text, "source": line.source, "url": line.url, "label": line.label}
            for line in document.timeline
        ],
        "from_payload": document.from_payload,
        "not_obeyed": list(document.not_obeyed),
        "asked": [
            {"comment": one.comment, "verb": one.verb, "numbers": list(one.numbers), "who": one.who}
            for one in document.asked
        ],
        "unstated": list(document.unstated),
        "other": _plain(document.other),
        "doubts": list(document.doubts),
        "duration": document.duration.total_seconds() if document.duration is not None else None,
    }


def from_json(stored: Mapping[str, Any]) -> Document:
    """What `to_json` made. What an older revision does not hold is not recorded."""
    sections = dict.fromkeys(Section, NOTHING)
    sections |= {Section(name): _section(said) for name, said in stored["sections"].items()}
    seconds = stored.get("duration")
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
        asked=tuple(
            Asked(one["comment"], one["verb"], tuple(one["numbers"]), one["who"]) for one in stored.get("asked", ())
        ),
        unstated=tuple(stored.get("unstated", ())),
        other=_section(stored["other"]) if "other" in stored else NOTHING,
        doubts=tuple(stored.get("doubts", ())),
        duration=timedelta(seconds=seconds) if seconds is not None else None,
    )


def _plain(said: SectionText) -> dict[str, Any]:
    return {
        "text": said.text,
        "origin": said.origin.value,
        "source": said.source,
        "url": said.url,
        "by": said.by,
        "at": _iso(said.at),
    }


def _section(said: Mapping[str, Any]) -> SectionText:
    return SectionText(said["text"], Origin(said["origin"]), said["source"], said["url"], said["by"], _time(said["at"]))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
