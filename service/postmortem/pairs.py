"""Names with values in a text: fields of lines and lists, tables of facts, front matter. Each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import NamedTuple

from service.postmortem import frontnames, times, zones
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.model import Section
from service.postmortem.outline import Outline, Part, field_of
from service.postmortem.texts import Texts
from service.postmortem.vocabulary import Vocabulary, key

_NAMED = re.compile(r"([^\W\d_][^\W\d_ ]{0,20}(?: [^\W\d_]{1,20}){0,3}):? (?=\d|~|[A-Z][a-z]{2,8} \d)")
_STATUS = re.compile(r"([^\W\d_]{3,20})[\s:,(@–-]{1,3}(?:(?:at|on|since) )?(?=\d|[A-Z][a-z]{2,8} \d)")
_SIGNS = re.compile(r"[^\w\s(\[~≈<*_`\"'+.…-]{1,4}\s+(?=\w)")  # "🕒 14:05"
_SHORT = 200  # letters of a value in which its times stand
_BAR = re.compile(r" \| (?=[^|:]{2,40}:\s)")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_JOINT = re.compile(r" ?[,;/|]? {1,2}(?=[^\W\d_][\w ]{2,24}: ?[\w~])")
_SECTIONS = (None, Section.SUMMARY, Section.TIMELINE, Section.IMPACT)


#: the name of what may state a span of time and has no name
TITLE = ""


class Pair(NamedTuple):
    """`name` is a key of the vocabulary; `first` and `last` are lines from 1; `where`: what kind of place it is,
    `under` its heading, `zone` that of its name ("Start (PDT)")."""

    name: str
    value: str
    first: int
    last: int
    where: str
    under: str = ""
    zone: tzinfo | None = None


def pairs_of(outline: Outline, words: Vocabulary, texts: Texts) -> Iterator[Pair]:
    """The fields that a text states, above all before its first section. Only names that the vocabulary knows."""
    front = len(outline.text) - len(outline.text.lstrip("\n"))
    for name, value in frontnames.of(outline.front, words):
        yield Pair(name, value, 1, max(front, 1), "the front matter")
    under = ""
    for part in outline.parts:
        under = part.name if 1 <= part.level <= 7 and part.name else under
        if part.section not in _SECTIONS:
            name, zone = _known(part.name, words)
            if part.begins and part.blocks and name in words.moments:  # "Recovery: 15:10"
                where = f"the field “{part.name}”"
                yield Pair(name, plain_of(part.blocks), part.start + 1, part.blocks[0].end, where, zone=zone)
            continue
        named = part.section is Section.TIMELINE or part.section is None
        for pair in _in_blocks(part.blocks, words, texts, named=named):
            yield pair._replace(under=under)
        if 1 <= part.level <= 6 and ":" in part.name:  # "## Time: 15:30 UTC"
            yield from _pair(part.name, words, part.start + 1, named=False)
        name, zone = _known(part.name, words) if part.section in (None, Section.IMPACT) and part.blocks else ("", None)
        if name in words.fact_names:
            where, first = f"the heading “{part.name}”", part.blocks[0].start + 1
            yield Pair(name, plain_of(part.blocks), first, part.blocks[-1].end, where, zone=zone)
    line = max(outline.titled_at, 0) + 1
    yield Pair(TITLE, outline.title, line, line, "the title")
    yield from _alone(outline, texts)


def _known(name: str, words: Vocabulary) -> tuple[str, tzinfo | None]:
    """A name as it is looked up, and the zone that stands with it: "Start (UTC)", "End time PDT"."""
    found = key(name)
    if found in words.fact_names:
        return found, zones.zone_in(name) if "(" in name or "[" in name else None
    head, _, last = name.strip(" *_:").rpartition(" ")
    if head and (zone := zones.zone_named(last)) is not None and key(head) in words.fact_names:
        return key(head), zone
    return found, None


def _alone(outline: Outline, texts: Texts) -> Iterator[Pair]:
    """A line below the title that is nothing but a day and a span of time: "*3 March 2026, 14:05–15:10 UTC*"."""
    for part in first_parts(outline):
        for block in part.blocks[:2]:
            if block.kind == "paragraph" and texts.may_hold_a_time(block):
                yield from _spans_alone(texts.lines(block))
        if part.name:
            yield from _spans_alone([(part.name, part.start + 1)])


def _spans_alone(lines: Iterable[tuple[str, int]]) -> Iterator[Pair]:
    for text, line in lines:
        stamp, rest = times.leading(text.strip(" *_()")) if len(text) < _SHORT // 2 else (None, "")
        if stamp and stamp.day and stamp.year_known and stamp.until and not rest:
            yield Pair(TITLE, text, line, line, "a line of its own")


def plain_of(blocks: Iterable[Block]) -> str:
    """The first paragraph, else the items of the first list."""
    blocks = list(blocks)
    first = next((block for block in blocks if block.kind == "paragraph"), None)
    if first is not None:
        return plain(first.spans)
    listed = next((block for block in blocks if block.kind == "list"), None)
    return ", ".join(plain(item.children[0].spans) for item in listed.children if item.children) if listed else ""


def _in_blocks(blocks: Iterable[Block], words: Vocabulary, texts: Texts, *, named: bool) -> Iterator[Pair]:
    for block in blocks:
        if block.kind == "paragraph":
            raw = texts.raw(block)
            if ":" in raw or "：" in raw or "?" in raw[:60] or (named and texts.may_hold_a_time(block)):
                lines = segments(block, words) if "<br" in raw.lower() else texts.lines(block)
                for text, number in lines:
                    several = _BAR.split(text) if " | " in text else (text,)  # "Severity: SEV1 | Duration: 2h"
                    for piece in several:
                        yield from _pair(piece, words, number, named=named)
        elif block.kind == "list":
            for item in block.children:
                yield from _in_blocks(item.children, words, texts, named=named)
        elif block.kind == "table":
            yield from _in_table(block, words)
        elif block.kind == "quote":
            yield from _in_blocks(block.children, words, texts, named=named)


def _in_table(block: Block, words: Vocabulary) -> Iterator[Pair]:
    """A table of two columns, its first column of names, or two rows, the first of names."""
    if not block.rows or len(block.rows[0]) < 2:
        return
    heads = [_known(plain(cell), words) for cell in block.rows[0]]
    if len(block.rows) == 2 and sum(head in words.fact_names for head, _ in heads) > 1 and len(heads) > 2:
        line = _line(block, 1)
        for (head, zone), cell in zip(heads, block.rows[1], strict=False):
            if head in words.fact_names:
                yield Pair(head, plain(cell), line, line, "a table of facts", zone=zone)
        return
    for number, row in enumerate(block.rows):
        if len(row) < 2 or not row[0] or len(name := plain(row[0])) > 60:
            continue
        known, zone = _known(name.rstrip(":"), words)
        if known in words.fact_names:
            line = _line(block, number)
            yield Pair(known, plain(row[1]), line, line, "a table of facts", zone=zone)
        elif any("<br" in span.text.lower() for span in row[1]):
            for piece in _pieces(row[1]):
                yield from _pair(piece, words, _line(block, number), named=False)


def _line(block: Block, row: int) -> int:
    return block.row_starts[row] + 1 if row < len(block.row_starts) else block.start + 1


def _pair(text: str, words: Vocabulary, line: int, *, named: bool) -> Iterator[Pair]:
    if ":" in text[:80]:
        name, value = field_of(text)
        value = value if value.isascii() else _SIGNS.sub("", value, count=1) if _SIGNS.match(value) else value
        if name and key(name) in words.facts["other"] and (found := _STATUS.match(value)):
            if words.moments.get(key(found[1])) == "resolved":  # "Status: Resolved (3 March 2026, 15:10 UTC)"
                yield Pair(key(found[1]), value[found.end() :], line, line, f"the field “{name}”")
            return
        known, zone = _known(name, words) if name else ("", None)
        if known in words.fact_names:
            for joint in _JOINT.finditer(value, 0, _SHORT) if known in words.moments else ():
                other, second = field_of(value[joint.end() :])
                if key(other) in words.moments:  # "Start: 14:05, End: 15:10"
                    yield Pair(key(other), second, line, line, f"the field “{other}”")
                    value = value[: joint.start()]
                    break
            yield Pair(known, value, line, line, f"the field “{name}”", zone=zone)
            return
    asked = text.find("?", 0, 60) if text[:1] in ("W", "w") else -1
    if asked > 0 and (known := key(text[:asked])) in words.fact_names:  # "When did it start? 14:05"
        yield Pair(known, text[asked + 1 :].strip(" :*_–—-"), line, line, f"the field “{text[:asked]}?”")
        return
    if named and (found := _NAMED.match(text)) and key(found[1]) in words.moments:
        stamp, _ = times.leading(text[found.end() :])
        if stamp and stamp.until:  # "From 14:05 to 15:10 a job was slow" is a sentence
            return
        yield Pair(key(found[1]), text[found.end() :], line, line, f"the field “{found[1]}”")


def _pieces(spans: Iterable[Span]) -> list[str]:
    """The texts between the line breaks that are written as HTML."""
    pieces: list[list[Span]] = [[]]
    for span in spans:
        for number, text in enumerate(_BREAK.split(span.text) if not span.code else (span.text,)):
            if number:
                pieces.append([])
            pieces[-1].append(replace(span, text=text))
    return [plain(piece) for piece in pieces]


def segments(block: Block, words: Vocabulary) -> Iterator[tuple[str, int]]:
    """The lines of a paragraph that breaks them as HTML does, each with its first line in the source, from 1."""
    kept, begun = "", block.start + 1
    for number, line in enumerate(lines_of(block.spans), start=block.start + 1):
        first, *rest = _pieces(line)
        if kept and (":" not in first or key(field_of(first)[0]) not in words.fact_names):
            kept = f"{kept} {first}" if len(kept) < _SHORT else kept
        else:
            if kept:
                yield kept, begun
            kept, begun = first, number
        for piece in rest:
            if kept:
                yield kept, begun
            kept, begun = piece, number
    if kept:
        yield kept, begun


def first_parts(outline: Outline) -> Iterator[Part]:
    """The parts before the first section."""
    for part in outline.parts:
        if part.section is not None:
            return
        yield part
