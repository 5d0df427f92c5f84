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
from itertools import takewhile
from typing import NamedTuple

from service.postmortem import days, durations, nearness, spans, times, underwent
from service.postmortem.markdown import Block
from service.postmortem.model import Evidence, Section
from service.postmortem.outline import Part
from service.postmortem.phrases import Phrases, Place, flat, letters_of, phrases, places
from service.postmortem.rows import rows_of, seen_only
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
_UP_TO = re.compile(
    r"(?:→|->|=>|–|—| - |から|～|〜|"
    r"\b(?:to|until|till|through|bis|à|hasta|até|tot|til|ended|ends|resolved|restored|recovered|fixed)\b)"
)
_AFTER_UNTIL = re.compile(r"\b(?:until|till) (?:(?:about|around) )?$", re.IGNORECASE)
_FOUR = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?=[,.)]|$)")  # "till about 1300, some servers were stuck"
_FOR = re.compile(r"\b(?:for|durante|durant|pendant) ?(?:\w{2,13} )?$", re.IGNORECASE)
_FOR_WORDS = ("for ", "last", "outage", "downtime", "disruption", "interruption", "duration", "dur", "pendant", "dauer")
_OUTAGE_AFTER = re.compile(r"[ -]?(?:\w{2,12} )?(?:outage|downtime|disruption|interruption)\b", re.IGNORECASE)
_SECTIONS = (None, Section.SUMMARY, Section.IMPACT, Section.RESOLUTION)
_LATER = (Section.ROOT_CAUSE, Section.LESSONS_LEARNED)
_DAY, _NIGHT = timedelta(days=1), timedelta(hours=12)
_LONGEST = 700  # characters of a sentence that are looked at
_PARAGRAPH = 2_000  # characters before it in which its day may stand
_MOST = 400  # sentences of a text with a time in them


@dataclass(slots=True)
class Said:
    """What sentences say. `firm`: the moments that a sentence names itself, not only as an end of a span. `dated`: the
    end has its day beside it. `bare`: a time without a zone was used; `stamps`: the times that were used."""

    moments: dict[str, datetime] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    firm: set[str] = field(default_factory=set)
    duration: timedelta | None = None
    dated: bool = False
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
    kinds |= {"began": phrases(words, "row_began"), "broke": phrases(words, "said_broke")}
    kinds["told"] = phrases(words, "said_told")
    lasts = {last for name in (*MOMENTS, "trouble", "began", "broke") for last in kinds[name].lasts}
    return kinds, lasts | underwent.names_of(words)


class _Sentence(NamedTuple):
    """`first` and `last` are the lines of its paragraph, `before` what the paragraph says before it. `summing`: no
    part above it sums the incident up."""

    text: str
    first: int
    last: int
    before: str
    section: Section | None
    summing: bool


def _sentences(parts: Iterable[Part], texts: Texts, sections: Sequence[Section | None]) -> Iterator[_Sentence]:
    """The sentences with a number in these sections, and above the rows of the timeline."""
    summing = True
    for part in parts:
        if part.section is Section.TIMELINE and part.begins and sections is _SECTIONS:
            blocks: Iterable[Block] = takewhile(lambda block: _is_prose(block, texts), part.blocks)
        else:
            blocks = paragraphs(part.blocks) if part.section in sections else ()
        for block in blocks:
            if texts.may_hold_a_time(block):
                text, begin = texts.of(block), 0
                for stop in _STOP.finditer(text) if len(text) > 60 else ():
                    if not text.endswith(_NO_STOP, begin, stop.start()):
                        said, here = text[begin : stop.start() + 1], text[max(0, begin - _PARAGRAPH) : begin]
                        yield _Sentence(said, block.start + 1, block.end, here, part.section, summing)
                        begin = stop.end()
                here = text[max(0, begin - _PARAGRAPH) : begin]
                yield _Sentence(text[begin:], block.start + 1, block.end, here, part.section, summing)
        summing = summing and part.section is None


def _is_prose(block: Block, texts: Texts) -> bool:
    """A paragraph above the rows of a timeline that is none of them itself."""
    return block.kind == "paragraph" and all(times.leading(line)[0] is None for line, _ in texts.lines(block))


def in_prose(
    parts: Iterable[Part],
    texts: Texts,
    words: Vocabulary,
    zone: tzinfo,
    day: date | None,
    base: date | None,
    habits: times.Habits,
    *,
    later: bool = False,
) -> Said:
    """What sentences say. `day`: of clock times without any; `base` lends its year to days without one. `later`: what
    those about the cause and the lessons say in passing."""
    said = Said()
    kinds, lasts = _kinds(words)
    left = _MOST
    for one in _sentences(parts, texts, _LATER if later else _SECTIONS):
        sentence = one.text[:_LONGEST]
        low = flat(sentence)
        clocked = _CLOCKISH.search(sentence) is not None
        length = said.duration is None and any(word in low for word in _FOR_WORDS)
        if left <= 0 or not (clocked or length):
            continue
        letters = letters_of(low)
        ill = clocked and spans.of_trouble(low, one.section, words, summing=one.summing)
        named = ill or not low.isascii() or not lasts.isdisjoint(letters)
        if not (named or length):
            continue
        left -= 1
        if places(low, letters, kinds["planned"]):
            continue
        if length:
            _length(said, sentence, low, letters, kinds, (one.first, one.last))
        if clocked and named:
            found = {name: places(low, letters, kinds[name]) for name in (*MOMENTS, "trouble")}
            found["started"] += underwent.places(low, letters, words)
            if not found["started"] and one.section in (None, Section.SUMMARY):
                found["started"] = _began(low, letters, kinds, words)
            if ill or any(found.values()):
                found["told"] = places(low, letters, kinds["told"]) if found["started"] else []
                stamps = stamps_in(sentence, _last_day(one.before, base, habits), base, habits)
                dated = {at for stamp, at, _ in stamps if stamp.day}
                stamps = [(replace(stamp, day=stamp.day or day), at, end) for stamp, at, end in stamps]
                _moments(said, sentence, low, stamps, dated, found, zone, (one.first, one.last), ill=ill, words=words)
    _past_midnight(said, base, habits)
    return said


def _past_midnight(said: Said, base: date | None, habits: times.Habits) -> None:
    """An end before the start, without a day of its own, is of the day after; one that is not named itself is none."""
    start, end = said.moments.get("started"), said.moments.get("resolved")
    if start is None or end is None or end >= start:
        return
    stamp, _ = times.leading(said.evidence["resolved"].words, base, habits)
    if stamp and stamp.day is None and end + _DAY - start <= _NIGHT:
        said.moments["resolved"] = end + _DAY
    elif "started" in said.firm and "resolved" not in said.firm:
        del said.moments["resolved"], said.evidence["resolved"]


def _began(low: str, letters: Set[str], kinds: Mapping[str, Phrases], words: Vocabulary) -> list[Place]:
    """ "the database crashed", not "a user reported that the database crashed"."""
    found = [*places(low, letters, kinds["began"]), *places(low, letters, kinds["broke"])]
    return [place for place in found if not seen_only(low, place, rows_of(words))]


def _last_day(text: str, base: date | None, habits: times.Habits) -> date | None:
    """The last whole day that the sentences before in a paragraph name."""
    found = (days.day_at(text, place.start(), base, day_first=habits.day_first) for place in _PLACE.finditer(text))
    named = [read.day for read in found if read.day and read.year_known] if "20" in text else []
    return named[-1] if named else None


def stamps_in(
    text: str, day: date | None, base: date | None, habits: times.Habits
) -> list[tuple[times.Stamp, int, int]]:
    """The clock times of a sentence in their order; one without a day has that of the time before it, else `day`."""
    text = days.plainly(text)
    found: list[tuple[times.Stamp, int, int]] = []
    end = 0
    here: date | None = None
    for place in _PLACE.finditer(text):
        if place.start() < end:
            continue
        at = place.start()
        till = _FOUR.match(text, at) and _AFTER_UNTIL.search(text, max(0, at - 20), at)
        stamp, after = times.stamp_at(text, at, here or base, replace(habits, bare=True) if till else habits)
        if stamp is None:
            continue
        end = after
        here = stamp.until_day or stamp.day or here
        if stamp.clock is not None:
            found.append((replace(stamp, day=stamp.day or here or day), at, after))
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
    low: str,
    stamps: Sequence[tuple[times.Stamp, int, int]],
    dated: Set[int],
    found: Mapping[str, list[Place]],
    zone: tzinfo,
    lines: tuple[int, int],
    *,
    ill: bool,
    words: Vocabulary,
) -> None:
    names = underwent.names_of(words)
    near = {place: name for name in MOMENTS for place in found[name]}
    of_each = nearness.of_each(sentence, stamps, near) if near else {}
    for stamp, start, end in stamps:
        evidence = Evidence(sentence[start:end].strip(" ,"), *lines, "")
        used = False
        trouble = ill or bool(found["trouble"])
        if stamp.until is not None and (trouble or found["started"]) and spans.is_span(sentence, start):
            why = replace(evidence, why="a span of time in a sentence about the incident")
            used = said.keep("started", times.moment_of(stamp, zone), why, firm=False)
            used = said.keep("resolved", times.end_of(stamp, zone), why, firm=False) or used
        elif stamp.until is None and (
            (trouble and (spans.is_starting(sentence, start, names) or spans.is_from(low, start, end, words)))
            or spans.is_since(low, found["trouble"], start)
        ):
            why = replace(evidence, why="“starting” or “from” before it, in a sentence about the incident")
            used = said.keep("started", times.moment_of(stamp, zone), why, firm=False)
        elif stamp.until is None and trouble and spans.is_until(sentence, low, start):
            why = replace(evidence, why="“until” before it, in a sentence about the incident")
            used = said.keep("resolved", times.moment_of(stamp, zone), why, firm=False)
        elif (place := of_each.get(start)) and not _is_told(low, found, near[place], place, end, ill):
            name = near[place]
            why = replace(evidence, why=f"“{sentence[place.start : place.end]}” beside it")
            later = name == "resolved" and (start in dated or not said.dated)
            used = said.keep(name, times.moment_of(stamp, zone), why, firm=True, later=later)
            said.dated = said.dated or (used and name == "resolved" and start in dated)
        if used:
            said.bare = said.bare or stamp.zone is None
            said.stamps.append(stamp)


def _is_told(low: str, found: Mapping[str, list[Place]], name: str, place: Place, end: int, ill: bool) -> bool:
    """ "At 14:05 we were told that the shop went down"; "and ended at" without a word of what."""
    if name == "resolved" and low.startswith("and ", place.start):
        return not (ill or found["started"] or found["trouble"])
    return name == "started" and any(end <= told.start and told.end <= place.start for told in found["told"])


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
