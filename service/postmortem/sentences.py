"""Start, detection, mitigation, end and length of an incident, as sentences say them.

Only plain words count: "went down at 14:05", "from 14:05 to 15:10 … was unavailable", "back to normal". The words are
data (config/vocabulary/times.toml); an event that only somebody who understands it would call a start is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from service.postmortem import days, durations, times
from service.postmortem.model import Evidence, Section
from service.postmortem.outline import Part
from service.postmortem.phrases import Phrases, Place, flat, letters_of, phrases, places
from service.postmortem.texts import Texts, paragraphs
from service.postmortem.vocabulary import Vocabulary

MOMENTS = ("started", "detected", "mitigated", "resolved")

_CLOCKISH = re.compile(r"\d(?::\d\d|\.\d\d|\d\d\d| ?[ap]\.?m\b| ?h\b|h\d\d| Uhr|時)", re.IGNORECASE)
_STOP = re.compile(r"[.!?]\s+(?=[A-Z`\"“(À-Þ])|[。！？]")
_NO_STOP = ("a.m", "p.m", "approx", "ca", "e.g", "i.e", "No", "Nr")
_PLACE = re.compile(
    r"(?<![\w.:/#-])(?:(?=\d)|(?=[A-Z][a-zäéû]{2,8}\.?,? (?:the )?\d)|(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_UP_TO = re.compile(
    r"(?:→|->|=>|–|—| - |から|～|〜|"
    r"\b(?:to|until|till|through|bis|à|hasta|até|tot|til|ended|ends|resolved|restored|recovered|fixed)\b)"
)
_SPAN_BEFORE = re.compile(
    r"(?:between|from|zwischen|von|entre|de|du|desde|des)\W{1,3}(?:\w{2,13}\W{1,2})?$", re.IGNORECASE
)
_STARTING = re.compile(
    r"\b(?:start|beginn)ing (?:(?:at|from|on|around|about|approximately|roughly|ca\.?) ){0,2}[~`]?$", re.IGNORECASE
)
_FOR = re.compile(r"\b(?:for|durante|durant|pendant) ?(?:\w{2,13} )?$", re.IGNORECASE)
_FOR_WORDS = ("for ", "last", "outage", "downtime", "disruption", "interruption", "duration", "dur", "pendant", "dauer")
_OUTAGE_AFTER = re.compile(r"[ -]?(?:\w{2,12} )?(?:outage|downtime|disruption|interruption)\b", re.IGNORECASE)
_SECTIONS = (None, Section.SUMMARY, Section.IMPACT, Section.RESOLUTION)
_WAITING = (" at", " by", " until")
_FAR = 120  # characters between a time and the phrase it belongs to
_LONGEST = 700  # characters of a sentence that are looked at
_PARAGRAPH = 2_000  # characters before it in which its day may stand
_MOST = 400  # sentences of a text with a time in them


@dataclass(slots=True)
class Said:
    """What sentences say. `firm`: the moments that a sentence names itself, not only as an end of a span. `bare`: a
    time without a zone was used; `stamps`: the times that were used."""

    moments: dict[str, datetime] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    firm: set[str] = field(default_factory=set)
    duration: timedelta | None = None
    bare: bool = False
    stamps: list[times.Stamp] = field(default_factory=list)

    def keep(self, moment: str, at: datetime | None, evidence: Evidence, *, firm: bool, later: bool = False) -> bool:
        """Keeps the first that is said of a kind, but a firm one before a span's, and the last of the firm ends."""
        if at is None or (moment in self.moments and not (firm and (later or moment not in self.firm))):
            return False
        self.moments[moment], self.evidence[moment] = at, evidence
        if firm:
            self.firm.add(moment)
        return True


@lru_cache(maxsize=8)
def _kinds(words: Vocabulary) -> tuple[Mapping[str, Phrases], Set[str]]:
    """The phrases of each kind, and the last words of those that name a moment or a trouble."""
    kinds = {name: phrases(words, f"said_{name}") for name in (*MOMENTS, "trouble", "planned", "lasted")}
    return kinds, {last for name in (*MOMENTS, "trouble") for last in kinds[name].lasts}


def _sentences(parts: Iterable[Part], texts: Texts) -> Iterator[tuple[str, int, int, str]]:
    """The sentences with a number, outside the timeline, with the lines of their paragraph and what it says before."""
    for part in parts:
        if part.section not in _SECTIONS:
            continue
        for block in paragraphs(part.blocks):
            if texts.may_hold_a_time(block):
                text, begin = texts.of(block), 0
                for stop in _STOP.finditer(text) if len(text) > 60 else ():
                    if not text.endswith(_NO_STOP, begin, stop.start()):
                        yield (
                            text[begin : stop.start() + 1],
                            block.start + 1,
                            block.end,
                            text[max(0, begin - _PARAGRAPH) : begin],
                        )
                        begin = stop.end()
                yield text[begin:], block.start + 1, block.end, text[max(0, begin - _PARAGRAPH) : begin]


def in_prose(
    parts: Iterable[Part],
    texts: Texts,
    words: Vocabulary,
    zone: tzinfo,
    day: date | None,
    base: date | None,
    habits: times.Habits,
) -> Said:
    """What sentences say. `day`: of clock times without any; `base` lends its year to days without one."""
    said = Said()
    kinds, lasts = _kinds(words)
    left = _MOST
    for whole, first, last, before in _sentences(parts, texts):
        sentence = whole[:_LONGEST]
        low = flat(sentence)
        clocked = _CLOCKISH.search(sentence) is not None
        length = said.duration is None and any(word in low for word in _FOR_WORDS)
        if left <= 0 or not (clocked or length):
            continue
        letters = letters_of(low)
        named = not low.isascii() or not lasts.isdisjoint(letters)
        if not (named or length):
            continue
        left -= 1
        if places(low, letters, kinds["planned"]):
            continue
        if length:
            _length(said, sentence, low, letters, kinds, (first, last))
        if clocked and named:
            found = {name: places(low, letters, kinds[name]) for name in (*MOMENTS, "trouble")}
            if any(found.values()):
                here = _last_day(before, base, habits) or day
                _moments(said, sentence, stamps_in(sentence, here, base, habits), found, zone, (first, last))
    return said


def _last_day(text: str, base: date | None, habits: times.Habits) -> date | None:
    """The last whole day that the sentences before in a paragraph name."""
    found = (days.day_at(text, place.start(), base, day_first=habits.day_first) for place in _PLACE.finditer(text))
    named = [read.day for read in found if read.day and read.year_known] if "20" in text else []
    return named[-1] if named else None


def stamps_in(
    text: str, day: date | None, base: date | None, habits: times.Habits
) -> list[tuple[times.Stamp, int, int]]:
    """The clock times of a sentence in their order; one without a day has that of the time before it, else `day`."""
    found: list[tuple[times.Stamp, int, int]] = []
    end = 0
    here: date | None = None
    for place in _PLACE.finditer(text):
        if place.start() < end:
            continue
        stamp, after = times.stamp_at(text, place.start(), here or base, habits)
        if stamp is None:
            continue
        end = after
        here = stamp.until_day or stamp.day or here
        if stamp.clock is not None:
            found.append((replace(stamp, day=stamp.day or here or day), place.start(), after))
    return found


def both_in(value: str, day: date | None, base: date | None, habits: times.Habits) -> tuple[times.Stamp | None, str]:
    """Start and end with their words, of a field about the length: "(down 21:01 UTC → resolved 23:09 UTC)". Two times
    and no more."""
    found = stamps_in(value, day, base, habits)
    spans = [stamp for stamp, _, _ in found if stamp.until is not None]
    if len(spans) == len(found) == 1:
        both = spans[0]
    elif len(found) == 2 and not spans and _UP_TO.search(value, found[0][2], found[1][1]):
        (first, _, _), (last, _, _) = found
        until_day = last.day if last.day != first.day else None
        both = replace(first, until=last.clock, until_day=until_day, zone=first.zone or last.zone)
    else:
        return None, ""
    return both, value[found[0][1] : found[-1][2]].strip(" ,;")


def _moments(
    said: Said,
    sentence: str,
    stamps: Sequence[tuple[times.Stamp, int, int]],
    found: Mapping[str, list[Place]],
    zone: tzinfo,
    lines: tuple[int, int],
) -> None:
    near = {place: name for name in MOMENTS for place in found[name]}
    for stamp, start, end in stamps:
        evidence = Evidence(sentence[start:end].strip(" ,"), *lines, "")
        used = False
        if stamp.until is not None and (found["trouble"] or found["started"]) and _is_span(sentence, start):
            why = replace(evidence, why="a span of time in a sentence about the incident")
            used = said.keep("started", times.moment_of(stamp, zone), why, firm=False)
            used = said.keep("resolved", times.end_of(stamp, zone), why, firm=False) or used
        elif stamp.until is None and found["trouble"] and _STARTING.search(sentence, max(0, start - 40), start):
            why = replace(evidence, why="“starting” before it, in a sentence about the incident")
            used = said.keep("started", times.moment_of(stamp, zone), why, firm=False)
        elif stamp.until is None and near:
            place = min(near, key=lambda one: _distance(sentence, one, start, end))
            if _distance(sentence, place, start, end) <= _FAR and not _between(stamps, start, end, place):
                name = near[place]
                why = replace(evidence, why=f"“{sentence[place.start : place.end]}” beside it")
                used = said.keep(name, times.moment_of(stamp, zone), why, firm=True, later=name == "resolved")
        if used:
            said.bare = said.bare or stamp.zone is None
            said.stamps.append(stamp)


def _distance(sentence: str, place: Place, start: int, end: int) -> int:
    """Characters between a phrase and a time; "and ended at" waits for the time behind it."""
    if place.start >= end and sentence.endswith(_WAITING, place.start, place.end):
        return _LONGEST
    return max(place.start - end, start - place.end, 0)


def _is_span(sentence: str, start: int) -> bool:
    before = _SPAN_BEFORE.search(sentence, max(0, start - 40), start)
    return before is not None or "and" not in sentence[start : start + 24]


def _between(stamps: Sequence[tuple[times.Stamp, int, int]], start: int, end: int, place: Place) -> bool:
    """Whether another time stands between this one and the phrase."""
    low, high = min(end, place.end), max(start, place.start)
    return any(low <= other < high for _, other, _ in stamps if other != start)


def _length(
    said: Said, sentence: str, low: str, letters: Set[str], kinds: Mapping[str, Phrases], lines: tuple[int, int]
) -> None:
    """ "lasted 2 hours", "down for about 45 minutes", "a 45-minute outage"."""
    lasted = places(low, letters, kinds["lasted"])
    for length in durations.lengths_in(sentence):
        near = any(0 <= length.start - place.end <= 18 for place in lasted)
        if not near and _FOR.search(sentence, max(0, length.start - 30), length.start):
            near = bool(places(low, letters, kinds["trouble"]))
        if near or _OUTAGE_AFTER.match(sentence, length.end):
            said.duration = length.length
            words = sentence[length.start : length.end].strip()
            said.evidence["duration"] = Evidence(words, *lines, "a length of time in a sentence about the incident")
            return


def only_day(parts: Iterable[Part], texts: Texts, base: date | None, habits: times.Habits) -> date | None:
    """The day of clock times that have none: the only whole one that the text names before its timeline."""
    found: set[date] = set()
    left = _MOST
    for part in parts:
        if part.section is Section.TIMELINE:
            break
        for block in paragraphs(part.blocks) if part.section in (None, Section.SUMMARY, Section.IMPACT) else ():
            if left <= 0 or not _YEAR.search(texts.raw(block)):
                continue
            left -= 1
            text = texts.of(block)
            for place in _PLACE.finditer(text[:_LONGEST]):
                read = days.day_at(text, place.start(), base, day_first=habits.day_first)
                if read.day and read.year_known:
                    found.add(read.day)
                if len(found) > 1:
                    return None
    return found.pop() if found else None
