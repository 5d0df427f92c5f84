"""A timeline out of the text's own: tables, lists, headings, lines that begin with a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo

from service.postmortem import days, linebreaks, times, timetable, zones
from service.postmortem.logclock import LogClock
from service.postmortem.markdown import Block, Span, lines_of, plain, words
from service.postmortem.model import Section, TimelineLine
from service.postmortem.outline import Part
from service.postmortem.timetable import template

LINE_LIMIT = 300  # characters of one line; the section keeps the rest

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"“(])")
_USUAL_DAY = re.compile(r"\b(?:events?|times?) (?:\w+ ){0,2}on (\d{4}-\d\d-\d\d)")
_NAMED = re.compile(r"([^:\d]{3,40}?)(:| -| –|) (?=\d|~|[A-Z][a-z]{2,8} \d)")
_LAST = re.compile(r"(?:[(\[]|\bat |, |[–—] )([^()\[\]]{4,50})[)\].]?$")
_SPEAKER = re.compile(r"([^\W\d][\w .@'-]{1,40}?) {1,4}(\[?\d{1,2}[:.]\d\d.{0,12})$")
_DOTTED = re.compile(r"^\W{0,8}\d{1,2}\.\d\d(?![\d.%]|\s?[kMGT]i?B)", re.MULTILINE)
_BARE = re.compile(r"^\W{0,8}(?:[01]\d|2[0-3])[0-5]\d(?![\d.,:/-])\b", re.MULTILINE)
_LOGS_ELSEWHERE = (None, Section.SUMMARY, Section.IMPACT, Section.RESOLUTION, Section.ROOT_CAUSE)


def shorten(text: str, limit: int) -> str:
    """The text, or as many of its first sentences or words as fit."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    cuts = [found.start() for found in _SENTENCE.finditer(head)]
    if cuts:
        return head[: cuts[-1]]
    return head[:limit].rsplit(" ", 1)[0].rstrip(" ,;:.-–—") + " …"


def read_timeline(
    parts: Iterable[Part],
    *,
    zone: tzinfo,
    day: date | None = None,
    source: str = "",
    url: str = "",
    clock: LogClock | None = None,
) -> list[TimelineLine]:
    """The lines in the order of the text. `day` is the day of a clock time before any day is written. A `clock` that is
    given is walked along, and keeps what had to be assumed."""
    parts = list(parts)
    clock = clock or LogClock(zone, day, habits=habits_of(parts))
    has_section = any(part.section is Section.TIMELINE for part in parts)
    lines: list[TimelineLine] = []
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if part.section is Section.TIMELINE:
            lines.extend(_part(part, clock, day, above=after is not None and after.level > part.level))
        elif part.section is None or (not has_section and part.section in _LOGS_ELSEWHERE):
            logs = [block for block in _logs(part.blocks) if _is_log(block)]
            if logs:
                aside = LogClock(clock.zone, clock.day, habits=clock.habits)
                lines.extend(_blocks(logs, aside))
                clock.bare = clock.bare or aside.bare
    if clock.loose and any(line.at for line in lines):
        lines = [line for line in lines if line.line not in clock.loose]
    return [replace(line, source=source, url=url) for line in lines] if source or url else lines


def habits_of(parts: Iterable[Part]) -> times.Habits:
    """How the timelines of a text write their clock times: 14.05 and 1405 are times where most lines begin so."""
    texts = [part.text for part in parts if part.section is Section.TIMELINE]
    return times.Habits(
        dotted=any(len(_DOTTED.findall(text)) > 1 for text in texts),
        bare=any(len(_BARE.findall(text)) > 1 for text in texts),
    )


def _part(part: Part, clock: LogClock, day: date | None, *, above: bool) -> list[TimelineLine]:
    """`above`: whether other headings stand below this one; a day with a name is then no line of its own."""
    stated = zones.stated_zone(part.text) or (zones.zone_in(part.name) if part.begins else None)
    clock.zone, clock.carries = stated or clock.zone, clock.carries and stated is None
    clock.carried = clock.carried or stated is not None
    usual = _USUAL_DAY.search(part.text[:2000])
    clock.usual = days.day_at(usual[1], 0, day).day if usual else clock.usual
    if not part.name:
        return _blocks(part.blocks, clock)
    if part.begins:
        clock.day = _day_in(part.name, clock) or clock.day
        return _blocks(part.blocks, clock)
    stamp, rest = times.leading(part.name, clock.day, clock.habits)
    if stamp is None:
        return _blocks(part.blocks, clock)
    at = clock.at(stamp)
    rest = rest.strip(" }{()")
    inner = _blocks(part.blocks, clock)
    timed = [line for line in inner if line.at is not None or at is None]
    if at is None and (timed or (above and stamp.clock is None)):
        return timed
    body = [block for block in part.blocks if block.kind in ("paragraph", "list", "quote")]
    text = rest or ("" if timed else words(body))
    if at is None and text:
        text = f"{part.name}: {text}" if not rest else part.name
    line = TimelineLine(at, shorten(text, LINE_LIMIT), line=part.start + 1)
    return [*([line] if text else []), *timed]


def _day_in(name: str, clock: LogClock) -> date | None:
    """The day that the heading of the timeline states: "Timeline, 3 March 2026"."""
    for word in re.finditer(r"(?<![\w-])[A-Z\d]", name[:120]):
        found = days.day_at(name, word.start(), clock.day, day_first=clock.habits.day_first)
        if found.day:
            return found.day
    return None


def _logs(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind == "table":
            yield block
        elif block.kind == "list":
            yield block
            for item in block.children:
                yield from _logs(item.children)


def _is_log(block: Block) -> bool:
    """A list or table of which most rows begin with a day and a time is a timeline, wherever it stands."""
    if block.kind == "table":
        columns = timetable.time_columns(block) if timetable.may_be_log(block) else []
        heads = [" ".join(plain(row[i]) for i in columns if i < len(row)) for row in block.rows[1:]] if columns else []
    else:
        first = [item.children[0].spans[:4] for item in block.children if item.children]
        heads = [plain(spans) if spans and times.may_lead(spans[0].text or "9") else "" for spans in first]
    anyday = days.made(2000, 1, 1)  # lends a year to "31 Aug", which is a day as well
    stamps = [times.leading(head, anyday)[0] if head else None for head in heads]
    timed = sum(1 for stamp in stamps if stamp is not None and stamp.clock is not None and stamp.day is not None)
    return timed >= 3 and timed * 10 >= len(heads) * 6


def _blocks(blocks: Iterable[Block], clock: LogClock) -> list[TimelineLine]:
    lines: list[TimelineLine] = []
    waiting: TimelineLine | None = None  # a time that stands alone: what follows it is its text
    for block in blocks:
        found: list[TimelineLine] = []
        if block.kind == "table":
            rows = timetable.rows_of(block, clock)
            found = [TimelineLine(at, shorten(text, LINE_LIMIT), line=line) for at, text, line in rows]
        elif block.kind == "list":
            found = _list(block, clock)
            if not any(line.at or any(map(str.isdigit, line.text)) for line in found):
                clock.loose.update(line.line for line in found)
        elif block.kind in ("paragraph", "code"):
            found = _paragraph(block, clock)
        elif block.kind == "quote":
            found = _blocks(block.children, clock)
        if waiting and not any(line.at for line in found):
            text = words([block]) if not found else found[0].text
            if text:
                lines.append(replace(waiting, text=shorten(text, LINE_LIMIT)))
                found, waiting = found[1:], None
        elif found:
            waiting = None
        if found and not found[-1].text:
            waiting = found.pop()
        lines.extend(line for line in found if line.text)
    return lines


def _list(block: Block, clock: LogClock) -> list[TimelineLine]:
    lines: list[TimelineLine] = []
    for item in block.children:
        head = item.children[0] if item.children else None
        if head is None or head.kind not in ("paragraph", "heading"):
            lines.extend(line for line in _blocks(item.children, clock) if line.at is not None)
            continue
        told = _line(_joined(head.spans), clock, head.start + 1)
        below = item.children[1:]
        inner = [line for child in below if child.kind == "list" for line in _list(child, clock)]
        timed = [line for line in inner if line.at is not None]
        if told and not told.text:
            told = replace(told, text="" if timed else shorten(words(below), LINE_LIMIT))
        lines.extend(line for line in (told, *timed) if line and line.text)
    return lines


def _joined(spans: Sequence[Span]) -> str:
    broken = any(span.text == "\n" for span in spans)
    return linebreaks.together(plain(line) for line in lines_of(spans)) if broken else plain(spans)


def _paragraph(block: Block, clock: LogClock) -> list[TimelineLine]:
    """Each line that begins with a time, with the lines after it up to the next time. The last may have no text yet."""
    if block.kind == "code":
        raw = block.spans[0].text.rstrip("\n").split("\n") if block.spans else []
        texts = [line.strip() for line in raw]
        begin = block.end - len(raw) if block.end - block.start == len(raw) else block.start + 1
        if sum(1 for text in texts if times.leading(text, clock.day, clock.habits)[0]) < 2:
            return []
    else:
        texts, begin = [plain(line) for line in lines_of(block.spans)], block.start
    told: list[tuple[datetime | None, list[str], int]] = []
    for number, text in enumerate(texts, start=begin + 1):
        stamp, rest = times.leading(text, clock.day, clock.habits)
        speaker = _SPEAKER.match(text) if stamp is None and len(text) < 60 and text[-1:].isalnum() else None
        if speaker:
            stamp, after = times.leading(speaker[2], clock.day, clock.habits)
            rest = f"{speaker[1]}:"
            stamp = None if after else stamp
        at = clock.at(stamp) if stamp else None
        if stamp and (at is not None or stamp.clock is not None or stamp.since is not None):
            told.append((at, [rest if at else text], number))
        elif told and stamp is None:
            told[-1][1].append(text)
    return [TimelineLine(at, shorten(linebreaks.together(texts), LINE_LIMIT), line=line) for at, texts, line in told]


def _line(text: str, clock: LogClock, line: int) -> TimelineLine | None:
    """The line of a list's entry. Its time may stand behind a name or at its end; without a time it stays a line."""
    if template(text):
        return None
    at, rest, stood = clock.read(text)
    if not stood:
        at, rest = _aside(text, clock)
    if at is not None:
        return TimelineLine(at, shorten(rest.strip(), LINE_LIMIT), line=line)
    if stood and not rest.strip():
        return None
    return TimelineLine(None, shorten(text.strip(), LINE_LIMIT), line=line)


def _aside(text: str, clock: LogClock) -> tuple[datetime | None, str]:
    """ "Declared: 14:05", "Rolled back (14:20 UTC)"."""
    named = _NAMED.match(text)
    if named:
        stamp, after = times.leading(text[named.end() :], clock.day, clock.habits)
        if stamp and stamp.clock and (named[2] or not after):
            return clock.at(stamp), f"{named[1]}: {after}" if after else named[1]
    if any(letter.isdigit() for letter in text[-14:]):
        last = _LAST.search(text[-80:])
        if last:
            stamp, after = times.leading(last[1], clock.day, clock.habits)
            if stamp and stamp.clock and not after:
                return clock.at(stamp), text[: len(text) - len(text[-80:]) + last.start()]
    return None, text


def in_order(lines: Iterable[TimelineLine]) -> tuple[TimelineLine, ...]:
    """Sorted by time; a line without one stays after the line before it. Of two lines in the same minute with nearly
    the same words, as a text and a comment tell them, the first stays."""
    keyed: list[tuple[datetime, int, TimelineLine]] = []
    last: datetime | None = None
    for index, line in enumerate(lines):
        last = line.at or last
        keyed.append((last or datetime.min.replace(tzinfo=UTC), index, line))
    keyed.sort(key=lambda entry: entry[:2])
    minute: datetime | None = None
    here: list[tuple[str, frozenset[str]]] = []  # the words of the lines of this minute
    untimed: set[str] = set()
    result: list[TimelineLine] = []
    for _, _, line in keyed:
        said = re.findall(r"\w+", line.text.lower())
        name, bag = " ".join(said) or line.text, frozenset(said)
        if line.at is None:
            if name not in untimed:
                untimed.add(name)
                result.append(line)
            continue
        now = line.at.replace(second=0, microsecond=0)
        if now != minute:
            minute, here = now, []
        if not any(name == other or _alike(bag, theirs) for other, theirs in here[-20:]):
            here.append((name, bag))
            result.append(line)
    return tuple(result)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Nearly the same words: some more of them, or other forms of the same. A number or name that differs is another
    thing."""
    mine, theirs = one - other, other - one
    if (len(mine) + len(theirs)) * 4 > len(one | other) or any(c.isdigit() for word in mine | theirs for c in word):
        return False
    if not mine or not theirs:
        return True
    return {word[:4] for word in mine} == {word[:4] for word in theirs} and min(map(len, mine | theirs)) > 3
