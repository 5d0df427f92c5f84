"""Facts stated beside names: "Started: 2026-11-17 14:05 CET", "Severity | SEV2", "First detected 2026-11-17 14:05"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType

from service.postmortem import times, zones
from service.postmortem.given import Given
from service.postmortem.markdown import Block, lines_of, plain
from service.postmortem.model import Section
from service.postmortem.outline import Outline, field_of
from service.postmortem.vocabulary import Vocabulary, key

_SEVERITY = re.compile(
    r"(?<![A-Za-z0-9])(?:SEV(?:ERITY)?[ :/_-]{0,3}([0-5])|([PS][0-5])|"
    r"(critical|major|minor|high|medium|low|moderate|blocker))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"sev(?:erity)?[ :/_-]{0,3}(?:sev[ -]?)?[0-5]|(?:priority|prio)[ :/_-]{0,2}p?[0-5]|[ps][0-5]|"
    r"severity[:/ -]{1,2}\w+",
    re.IGNORECASE,
)
_NAMED = re.compile(r"([A-Za-z][A-Za-z ]{2,28}?):? (?=\d|~|[A-Z][a-z]{2,8} \d)")


@dataclass(slots=True)
class Stated:
    """`day` is the day that the text itself gives to the incident, for clock times without one."""

    moments: dict[str, datetime] = field(default_factory=dict)
    severity: str | None = None
    zone: tzinfo | None = None
    day: date | None = None
    people: set[str] = field(default_factory=set)


def severity_of(text: str) -> str | None:
    """SEV2 of "sev-2", P1 of "P1", Critical of "critical": one form for each, None if there is none."""
    found = _SEVERITY.search(text[:200])
    if found is None:
        return None
    if found[1]:
        return f"SEV{found[1]}"
    return found[2].upper() if found[2] else found[3].capitalize()


def severity_of_labels(labels: Iterable[str]) -> str | None:
    """The severity of a label such as sev2, severity:1, P1 or severity/critical."""
    for label in labels:
        if _LABEL.fullmatch(label.strip()):
            return severity_of(label)
    return None


def read_fields(outline: Outline, given: Given, near: Mapping[str, datetime] = MappingProxyType({})) -> Stated:
    """What a text states in fields, above all before its first section. A time without any day is left out.

    `near`: for each moment the time that a clock time without a day is closest to (opened, closed).
    """
    stated = Stated(zone=zones.stated_zone(outline.text))
    words, today = given.words, given.today
    pairs = [(key(name), value) for name, value in _pairs(outline, words)]
    here = stated.zone or given.zone
    for name, value in pairs:
        if name in words.facts["date"] and stated.day is None:
            stamp, _ = times.leading(value, today)
            stated.day = stamp.day if stamp else None
    if stated.day is None:
        stated.day = _first_day(outline, today)
    for name, value in pairs:
        if name in words.facts["severity"]:
            stated.severity = stated.severity or severity_of(value)
        elif name in words.moments:
            moment = words.moments[name]
            found = _moment(value, here, stated.day, near.get(moment))
            if found is not None:
                stated.moments.setdefault(moment, found)
        elif name in words.facts["span"]:
            _span(stated, value, here)
        elif name in words.facts["people"]:
            stated.people |= {person.strip(" @.*_`").lower() for person in re.split(r",|;| and ", value[:500])} - {""}
    return stated


def _pairs(outline: Outline, words: Vocabulary) -> Iterator[tuple[str, str]]:
    yield from outline.front.items()
    for part in outline.parts:
        if part.section in (None, Section.SUMMARY, Section.TIMELINE, Section.IMPACT):
            yield from _in_blocks(part.blocks, words, named=part.section is Section.TIMELINE or part.section is None)
            if part.section is None and part.name:
                yield part.name, plain_of(part.blocks)


def plain_of(blocks: Iterable[Block]) -> str:
    first = next((block for block in blocks if block.kind == "paragraph"), None)
    if first is not None:
        return plain(first.spans)
    listed = next((block for block in blocks if block.kind == "list"), None)
    return ", ".join(plain(item.children[0].spans) for item in listed.children if item.children) if listed else ""


def _in_blocks(blocks: Iterable[Block], words: Vocabulary, *, named: bool) -> Iterator[tuple[str, str]]:
    for block in blocks:
        if block.kind == "paragraph":
            for line in lines_of(block.spans):
                yield from _pair(plain(line), words, named=named)
        elif block.kind == "list":
            for item in block.children:
                yield from _in_blocks(item.children, words, named=named)
        elif block.kind == "table" and block.rows and len(block.rows[0]) == 2:
            for row in block.rows:
                yield plain(row[0]).rstrip(":"), plain(row[1]) if len(row) > 1 else ""
        elif block.kind == "quote":
            yield from _in_blocks(block.children, words, named=named)


def _pair(text: str, words: Vocabulary, *, named: bool) -> Iterator[tuple[str, str]]:
    name, value = field_of(text)
    if name and key(name) in words.fact_names:
        yield name, value
    elif named and (found := _NAMED.match(text)) and key(found[1]) in words.moments:
        yield found[1], text[found.end() :]


def _moment(value: str, zone: tzinfo, day: date | None, near: datetime | None) -> datetime | None:
    stamp, _ = times.leading(value, day or (near.date() if near else None))
    if stamp is None or stamp.clock is None:
        return None
    if stamp.day is not None or day is not None or near is None:
        return times.moment_of(replace(stamp, day=stamp.day or day), zone)
    return times.nearest(stamp, zone, near)


def _span(stated: Stated, value: str, zone: tzinfo) -> None:
    """ "21:45 to 23:28 UTC": start and end, on the day of the text."""
    stamp, _ = times.leading(value, stated.day)
    if stamp is None or stamp.clock is None:
        return
    day = stamp.day or stated.day
    if day is None:
        return
    start = times.moment_of(times.Stamp(day, stamp.clock, stamp.zone), zone)
    if start is not None:
        stated.moments.setdefault("started", start)
        if stamp.until is not None:
            end = times.moment_of(times.Stamp(day, stamp.until, stamp.zone), zone)
            if end is not None:
                stated.moments.setdefault("resolved", end if end >= start else end + timedelta(days=1))


def _first_day(outline: Outline, today: date | None) -> date | None:
    """The day in the title, else in the front matter."""
    for text in (outline.title, *(part.name for part in outline.parts[:2]), outline.front.get("date", "")):
        for word in re.finditer(r"(?<![\d-])\d{4}-\d\d-\d\d(?!\d)", text[:300]):
            day, _ = times.day_at(text, word.start(), today)
            if day is not None:
                return day
        for word in re.finditer(r"(?<!\w)(?=\d{1,2}|[A-Z][a-z]{2})", text[:120]):
            day, end = times.day_at(text, word.start(), None)
            if day is not None and re.search(r"\d{4}", text[word.start() : end]):
                return day
    return None
