"""Start, detection, mitigation and end of an incident, as sentences and lines of a timeline say them.

Only what is said in plain words counts: "went down at 14:05", "from 14:05 to 15:10", "Back to normal". The words are
data (config/vocabulary/times.toml); an event that only somebody who understands it would call a start is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo

from service.postmortem import days, durations, times
from service.postmortem.model import Evidence, Section, TimelineLine
from service.postmortem.outline import Part
from service.postmortem.phrases import Phrases, Place, flat, letters_of, phrases, places
from service.postmortem.texts import Texts, may_hold_a_time, paragraphs
from service.postmortem.vocabulary import Vocabulary, key

MOMENTS = ("started", "detected", "mitigated", "resolved")
LABELS = {name: name.capitalize() for name in MOMENTS}

_CLOCKISH = re.compile(r"\d(?::\d\d|\.\d\d|\d\d\d| ?[ap]\.?m\b| ?h\b|h\d\d| Uhr|時)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])(?<![ap]\.m\.)(?<!approx\.)(?<!ca\.)\s+(?=[A-Z`\"“(À-Þ])|(?<=[。！？])")
_PLACE = re.compile(
    r"(?<![\w.:/#-])(?:(?=\d)|(?=[A-Z][a-zäéû]{2,8},? (?:the )?\d)|(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day))",
    re.I,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_SPAN_BEFORE = re.compile(
    r"(?:between|from|zwischen|von|entre|de|du|desde|des)\W{1,3}(?:\w{2,13}\W{1,2})?$", re.IGNORECASE
)
_FOR = re.compile(
    r"(?:\bfor|\blast(?:ed|s|ing)?|\bdauerte|\bduré|\bduró|\bdurou|\bdurante|\bdurant|\bpendant) ?(?:\w{2,13} )?$", re.I
)
_OUTAGE_AFTER = re.compile(
    r"[ -]?(?:\w{2,12} )?(?:outage|downtime|disruption|interruption|of downtime|of outage)\b", re.I
)
_SECTIONS = (None, Section.SUMMARY, Section.IMPACT, Section.RESOLUTION)
_FAR = 120  # characters between a time and the phrase it belongs to
_LONGEST = 700  # characters of a sentence that are looked at
_MOST = 400  # sentences of a text with a time in them


@dataclass(slots=True)
class Said:
    """What sentences say. `firm`: those that a sentence names itself, and not as the end of a span. `bare`: a time
    without a zone was used."""

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


def sentences(parts: Iterable[Part], texts: Texts) -> Iterator[tuple[str, int, int]]:
    """The sentences with a clock time or a length of time, outside the timeline, with the lines of their paragraph."""
    count = 0
    for part in parts:
        if part.section not in _SECTIONS:
            continue
        for block in paragraphs(part.blocks):
            text = texts.of(block) if may_hold_a_time(block) else ""
            if not text or not (_CLOCKISH.search(text) or _FOR_WORDS.search(text)):
                continue
            for sentence in _SENTENCE.split(text) if len(text) > 60 else [text]:
                if count < _MOST and (_CLOCKISH.search(sentence) or _FOR_WORDS.search(sentence)):
                    count += 1
                    yield sentence[:_LONGEST], block.start + 1, block.end


_FOR_WORDS = re.compile(
    r"\b(?:for|last(?:ed|s|ing)?|outage|downtime|duration|dauerte|dur(?:é|ó|ou|ante|ant)|pendant)\b", re.I
)


def stamps_in(text: str, base: date | None, habits: times.Habits) -> list[tuple[times.Stamp, int, int]]:
    """The times of a sentence in their order; a clock time without a day has that of the time before it."""
    found: list[tuple[times.Stamp, int, int]] = []
    end = 0
    day: date | None = None
    for place in _PLACE.finditer(text):
        at = place.start()
        if at < end:
            continue
        stamp, after = times.stamp_at(text, at, day or base, habits)
        if stamp is None:
            continue
        end = after
        day = stamp.until_day or stamp.day or day
        if stamp.clock is not None:
            found.append((replace(stamp, day=stamp.day or day), at, after))
    return found


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
    kinds = {name: phrases(words, f"said_{name}") for name in (*MOMENTS, "trouble", "planned", "lasted")}
    for sentence, first, last in sentences(parts, texts):
        low = flat(sentence)
        letters = letters_of(low)
        if places(low, letters, kinds["planned"]):
            continue
        if said.duration is None:
            _length(said, sentence, low, letters, kinds, (first, last))
        if _CLOCKISH.search(sentence):
            stamps = stamps_in(sentence, base, habits)
            stamps = [(replace(stamp, day=stamp.day or day), start, end) for stamp, start, end in stamps]
            if stamps:
                _moments(
                    said,
                    sentence,
                    stamps,
                    {name: places(low, letters, kinds[name]) for name in kinds},
                    zone,
                    (first, last),
                )
    return said


def _moments(
    said: Said,
    sentence: str,
    stamps: Sequence[tuple[times.Stamp, int, int]],
    found: dict[str, list[Place]],
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
        elif stamp.until is None and near:
            place = min(near, key=lambda one: max(one.start - end, start - one.end, 0))
            if max(place.start - end, start - place.end, 0) <= _FAR and not _between(stamps, start, end, place):
                name = near[place]
                why = replace(evidence, why=f"“{sentence[place.start : place.end]}” beside it")
                used = said.keep(name, times.moment_of(stamp, zone), why, firm=True, later=name == "resolved")
        if used:
            said.bare = said.bare or stamp.zone is None
            said.stamps.append(stamp)


def _is_span(sentence: str, start: int) -> bool:
    return (
        _SPAN_BEFORE.search(sentence, max(0, start - 40), start) is not None
        or "and" not in sentence[start : start + 24]
    )


def _between(stamps: Sequence[tuple[times.Stamp, int, int]], start: int, end: int, place: Place) -> bool:
    """Whether another time stands between this one and the phrase."""
    low, high = min(end, place.end), max(start, place.start)
    return any(low <= other < high for _, other, _ in stamps if other != start)


def _length(
    said: Said, sentence: str, low: str, letters: frozenset[str], kinds: dict[str, Phrases], lines: tuple[int, int]
) -> None:
    """ "lasted 2 hours", "down for about 45 minutes", "a 45-minute outage"."""
    trouble: list[Place] | None = None
    lasted: list[Place] | None = None
    for length in durations.lengths_in(sentence):
        before = _FOR.search(sentence, max(0, length.start - 30), length.start)
        if before is not None and before[0].lower().startswith(("for", "durant", "pendant")):
            trouble = places(low, letters, kinds["trouble"]) if trouble is None else trouble
            before = before if trouble else None
        if before is None:
            lasted = places(low, letters, kinds["lasted"]) if lasted is None else lasted
            near = any(0 <= length.start - place.end <= 18 for place in lasted)
            if not near and not _OUTAGE_AFTER.match(sentence, length.end):
                continue
        said.duration = length.length
        words = sentence[length.start : length.end].strip()
        said.evidence["duration"] = Evidence(words, *lines, "a length of time in a sentence about the incident")
        return


def named(text: str, words: Vocabulary) -> str | None:
    """The moment that a line of a timeline names itself: "Incident starts", "Recovery: …", "… (resolved)"."""
    head = text[:60]
    for mark in (":", " - ", " – ", " — ", "."):
        cut = head.find(mark)
        if cut > 0:
            head = head[:cut]
    if head and len(head) < 50 and (moment := words.moments.get(key(head))):
        return moment if len(head) > 5 or len(text) <= len(head) + 1 or text[len(head)] == ":" else None
    tail = text.rstrip(" .)")
    cut = max(tail.rfind("("), tail.rfind(": ")) if len(text) < 400 else -1
    return words.moments.get(key(tail[cut + 1 :])) if cut >= 0 and 4 < len(tail) - cut < 30 else None


def in_lines(lines: Sequence[TimelineLine], words: Vocabulary) -> dict[str, TimelineLine]:
    """What the lines of a timeline say: those that name a moment before those with a phrase; the first start and the
    last end."""
    kinds = {name: phrases(words, f"said_{name}") for name in MOMENTS}
    lasts = {last for kind in kinds.values() for last in kind.lasts}
    firm: dict[str, TimelineLine] = {}
    loose: dict[str, TimelineLine] = {}
    for line in lines:
        if line.at is None:
            continue
        name = named(line.text, words)
        if name:
            if name not in firm or name == "resolved":
                firm[name] = line
            continue
        low = flat(line.text[:200])
        letters = letters_of(low)
        if low.isascii() and letters.isdisjoint(lasts):
            continue
        for kind in MOMENTS:
            if (kind == "resolved" or kind not in loose) and places(low, letters, kinds[kind]):
                loose[kind] = line
                break
    return loose | firm


def labelled(lines: Sequence[TimelineLine], read: dict[str, int]) -> list[TimelineLine]:
    """The lines, with a label where a moment was read from one. `read`: moment → its line in the source."""
    labels = {line: LABELS[moment] for moment, line in read.items() if line}
    return [replace(line, label=labels[line.line]) if line.line in labels and line.at else line for line in lines]


def only_day(parts: Iterable[Part], texts: Texts, base: date | None, habits: times.Habits) -> date | None:
    """The day of clock times that have none: the only whole one that the text names before its timeline."""
    found: set[date] = set()
    left = _MOST
    for part in parts:
        if part.section is Section.TIMELINE:
            break
        for block in paragraphs(part.blocks) if part.section in (None, Section.SUMMARY, Section.IMPACT) else ():
            if left <= 0 or not any(_YEAR.search(span.text) for span in block.spans):
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
