"""A timeline out of the text's own: tables, lists, headings, lines that begin with a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo

from service.postmortem import times, zones
from service.postmortem.markdown import Block, Span, lines_of, plain, words
from service.postmortem.model import Section, TimelineLine
from service.postmortem.outline import Part
from service.postmortem.vocabulary import key

LINE_LIMIT = 300  # characters of one line; the section keeps the rest

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"“(])")
_USUAL_DAY = re.compile(r"\b(?:events?|times?) (?:\w+ ){0,2}on (\d{4}-\d\d-\d\d)")
_TIME_COLUMN = re.compile(r"(?:date|time|when|timestamp|clock)\b.*|.*\b(?:time|date|utc|cet|timestamp)")


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
    parts: Iterable[Part], *, zone: tzinfo, day: date | None = None, source: str = "", url: str = ""
) -> list[TimelineLine]:
    """The lines in the order of the text. `day` is the day of a clock time before any day is written."""
    clock = times.Clock(zone, day)
    lines: list[TimelineLine] = []
    for part in parts:
        if part.section is None:
            dated = [block for block in _lists(part.blocks) if _is_log(block)]
            aside = times.Clock(clock.zone, clock.day)
            lines.extend(replace(line, source=source, url=url) for line in _blocks(dated, aside))
        if part.section is not Section.TIMELINE:
            continue
        stated = zones.stated_zone(part.text) or (zones.stated_zone(part.name) if part.begins else None)
        clock.zone = stated or clock.zone
        usual = _USUAL_DAY.search(part.text[:2000])
        clock.usual = times.day_at(usual[1], 0, day)[0] if usual else clock.usual
        heading_at: tuple[datetime | None, str] | None = None
        if not part.begins and part.name:
            at, rest, timed = clock.read(part.name)
            rest = rest.strip(" }{()")
            if timed and (at is not None or not part.blocks):
                heading_at = (at, rest)
        if heading_at is not None:
            body = [block for block in part.blocks if block.kind in ("paragraph", "list", "quote")]
            inner = _inner(body, clock)
            text = heading_at[1] or ("" if inner else words(body))
            if text:
                lines.append(TimelineLine(heading_at[0], shorten(text, LINE_LIMIT), source, url))
            lines.extend(replace(line, source=source, url=url) for line in inner)
        else:
            lines.extend(replace(line, source=source, url=url) for line in _blocks(part.blocks, clock))
    return lines


def _lists(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind == "list":
            yield block
            for item in block.children:
                yield from _lists(item.children)


def _is_log(block: Block) -> bool:
    """A list of which most items begin with a day and a time is a timeline, wherever it stands."""
    heads = [plain(item.children[0].spans) for item in block.children if item.children]
    stamps = [times.leading(head)[0] for head in heads]
    timed = sum(1 for stamp in stamps if stamp is not None and stamp.clock is not None and stamp.day is not None)
    return timed >= 3 and timed * 10 >= len(heads) * 6


def _inner(blocks: Sequence[Block], clock: times.Clock) -> list[TimelineLine]:
    """Timed lines below a timed heading; without a time they only tell more of the heading."""
    return [line for line in _blocks(blocks, clock) if line.at is not None]


def _blocks(blocks: Iterable[Block], clock: times.Clock) -> list[TimelineLine]:
    lines: list[TimelineLine] = []
    for block in blocks:
        if block.kind == "table":
            lines.extend(_table(block, clock))
        elif block.kind == "list":
            lines.extend(_list(block, clock))
        elif block.kind == "paragraph":
            lines.extend(_paragraph(block, clock))
        elif block.kind == "quote":
            lines.extend(_blocks(block.children, clock))
    return lines


def _table(block: Block, clock: times.Clock) -> list[TimelineLine]:
    if not block.rows:
        return []
    names = [key(plain(cell)) for cell in block.rows[0]]
    clock.zone = zones.stated_zone(" ".join(plain(cell) for cell in block.rows[0])) or clock.zone
    timed = [i for i, name in enumerate(names) if _TIME_COLUMN.fullmatch(name)] or [0]
    lines: list[TimelineLine] = []
    for row in block.rows[1:]:
        cells = [plain(cell) for cell in row]
        at, _, found = clock.read(" ".join(cells[i] for i in timed if i < len(cells)))
        text = ": ".join(cell for i, cell in enumerate(cells) if i not in timed and cell)
        if text and not _template(" ".join(cells)) and (found or timed != [0] or cells[0]):
            lines.append(TimelineLine(at, shorten(text, LINE_LIMIT)))
    return lines


def _template(text: str) -> bool:
    return re.search(r"\b(?:hh|HH):(?:mm|MM)\b|YYYY", text) is not None


def _list(block: Block, clock: times.Clock) -> list[TimelineLine]:
    lines: list[TimelineLine] = []
    for item in block.children:
        head = item.children[0] if item.children else None
        rest = item.children
        if head is not None and head.kind in ("paragraph", "heading"):
            rest = item.children[1:]
            spans = _joined(head.spans)
            lines.extend(_line(spans, clock, alone=True))
        inner = [line for child in rest if child.kind == "list" for line in _list(child, clock)]
        lines.extend(line for line in inner if line.at is not None)
    return lines


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(Span(" ") if span.text == "\n" else span for span in spans)


def _paragraph(block: Block, clock: times.Clock) -> list[TimelineLine]:
    """Each line that begins with a time, with the lines after it up to the next time."""
    lines: list[TimelineLine] = []
    open_line: tuple[datetime | None, list[str]] | None = None
    for spans in lines_of(block.spans):
        text = plain(spans)
        at, rest, timed = clock.read(text)
        if timed and at is not None:
            if open_line:
                lines.extend(_made(*open_line))
            open_line = (at, [rest])
        elif open_line:
            open_line[1].append(text)
    if open_line:
        lines.extend(_made(*open_line))
    return lines


def _made(at: datetime | None, texts: Sequence[str]) -> list[TimelineLine]:
    text = " ".join(text for text in texts if text)
    return [TimelineLine(at, shorten(text, LINE_LIMIT))] if text else []


def _line(spans: Sequence[Span], clock: times.Clock, *, alone: bool) -> list[TimelineLine]:
    text = plain(spans)
    if _template(text):
        return []
    at, rest, timed = clock.read(text)
    if not timed:
        named = re.match(r"(?:\*\*)?([^:\d]{3,40}?)(?::| -| –)? (?=\d)", text)
        if named:
            at, after, timed = clock.read(text[named.end() :])
            if timed and at is not None:
                rest = f"{named[1]}: {after}" if after else named[1]
    if timed and at is None and not rest.strip():
        return []
    text = rest if timed and at is not None else text
    return [TimelineLine(at, shorten(text.strip(), LINE_LIMIT))] if text.strip() and (at is not None or alone) else []


def in_order(lines: Iterable[TimelineLine]) -> tuple[TimelineLine, ...]:
    """Sorted by time; a line without one stays after the line before it. The same words in the same minute are one."""
    keyed: list[tuple[datetime, int, TimelineLine]] = []
    last: datetime | None = None
    for index, line in enumerate(lines):
        last = line.at or last
        keyed.append((last or datetime.min.replace(tzinfo=UTC), index, line))
    keyed.sort(key=lambda entry: entry[:2])
    seen: set[tuple[datetime | None, str]] = set()
    result: list[TimelineLine] = []
    for _, _, line in keyed:
        minute = line.at.replace(second=0, microsecond=0) if line.at else None
        name = (minute, " ".join(re.findall(r"\w+", line.text.lower())) or line.text)
        if name not in seen:
            seen.add(name)
            result.append(line)
    return tuple(result)
