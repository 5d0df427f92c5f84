"""A text as a flat outline: front matter, title, and parts, each with its section.

A part begins at a heading, at a line that stands alone in bold, at a label ("Impact:"), or at a field of a list
("- **Impact**: …"). A part under a heading of a section belongs to that section, unless its own name begins another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from service.postmortem import times
from service.postmortem.markdown import Block, Span, parse, plain, tidy
from service.postmortem.model import Section
from service.postmortem.vocabulary import Vocabulary, key

BOLD_LINE, LABEL, FIELD = 7, 8, 9  # levels below the six of headings

_FRONT = re.compile(r"[ \t]{0,4}([A-Za-z][\w-]{0,30})[ \t]{0,4}[:=][ \t]{0,4}(.{1,300})")
_FIELD_LINE = re.compile(
    r"[ \t]{0,8}(?:[-*+] |\d{1,2}[.)] )?[ \t]{0,3}[*_]{0,3}(?P<name>[^\s:*_|][^:*_|\n]{0,48}?)[*_]{0,3} ?:[*_]{0,3}"
    r"[ \t]{0,4}(?P<rest>.*)",
    re.DOTALL,
)
_BOLD_FIELD = re.compile(
    r"[ \t]{0,8}(?:[-*+] |\d{1,2}[.)] )[ \t]{0,3}[*_]{2,3}(?P<name>[^:*_|\n]{1,48})[*_]{2,3} ?(?P<rest>.*)", re.DOTALL
)
_TITLE_PREFIX = re.compile(
    r"^(?:post-?mortem|incident(?: report)?|pir|rca|retrospective) ?(?::|-|–|—) ?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """`level` 1 to 6 is a heading, 0 the text before any. `begins`: its own name begins its section (else inherited).

    `text` is the Markdown under it as it was written, `blocks` the same as a tree; neither holds sub-parts. `start` and
    `end` are the lines of its heading and body in the source, from 0, `end` excluded.
    """

    name: str
    level: int
    section: Section | None
    begins: bool
    text: str
    blocks: tuple[Block, ...]
    spans: tuple[Span, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    title: str
    front: dict[str, str]
    parts: tuple[Part, ...]
    text: str


@dataclass(slots=True)
class _Open:
    name: str
    level: int
    section: Section | None
    begins: bool
    spans: tuple[Span, ...] = ()
    start: int = -1  # the line of its heading; -1: it has none
    end: int = 0
    blocks: list[Block] = field(default_factory=list)


def outline(text: str, words: Vocabulary) -> Outline:
    """The outline of a text. A heading of the first level that names no section is the title."""
    text = tidy(text)
    front, body = _front_matter(text)
    lines = body.split("\n")
    blocks = parse(body)
    title = front.get("title", "")
    parts: list[Part] = []
    stack: list[tuple[int, Section | None]] = []
    here = _Open("", 0, None, False)
    for block in _with_bold_first_lines_apart(blocks, words):
        heading = _heading(block, here, words)
        if heading is None:
            outer = stack[-1][1] if stack else None
            fields = _fields(block, here, outer, lines, words)
            if fields is not None:
                parts.extend((_closed(here, lines), *fields[:-1]))
                last = fields[-1]  # an empty last field ("- **Review actions**:") holds what follows
                if last.text.strip():
                    parts.append(last)
                    here = _Open("", LABEL, outer, False)
                else:
                    here = _Open(last.name, LABEL, last.section, last.begins, start=last.start, end=last.end)
                continue
            if (
                here.level == LABEL
                and block.kind == "paragraph"
                and any(b.kind in ("list", "table") for b in here.blocks)
            ):
                parts.append(_closed(here, lines))
                here = _Open("", LABEL, outer, False)
            here.blocks.append(block)
            continue
        parts.append(_closed(here, lines))
        level, spans = heading
        name = plain(spans).strip().rstrip("#").strip()
        if level == 1 and not title and words.section_of(name, exact=True) is None:
            title = name
            stack = []
            here = _Open(name, 1, None, False, spans, block.start, block.end)
            continue
        if stack and stack[-1][1] is Section.TIMELINE and _dated(name):
            level = max(level, stack[0][0] + 1)
        while stack and stack[-1][0] >= level:
            stack.pop()
        inherited = stack[-1][1] if stack else None
        own = _own_section(name, inherited, words)
        if level != LABEL:
            stack.append((level, own or inherited))
        here = _Open(name, level, own or inherited, own is not None, spans, block.start, block.end)
    parts.append(_closed(here, lines))
    return Outline(_TITLE_PREFIX.sub("", title).strip() or title, front, tuple(parts), body)


def _with_bold_first_lines_apart(blocks: Iterable[Block], words: Vocabulary) -> Iterator[Block]:
    """A paragraph whose first line is bold and names a section is that heading and the paragraph below it."""
    for block in blocks:
        cut = next((index for index, span in enumerate(block.spans) if span.text == "\n" and not span.code), 0)
        first = block.spans[:cut]
        bold = block.kind == "paragraph" and first and all(span.bold for span in first if span.text.strip(" :."))
        if bold and words.section_of(plain(first).rstrip(": ")) is not None:
            yield replace(block, end=block.start + 1, spans=first)
            yield replace(block, start=block.start + 1, spans=block.spans[cut + 1 :])
        else:
            yield block


def _dated(name: str) -> bool:
    stamp, _ = times.leading(name, date(2000, 1, 1))
    return stamp is not None


def _own_section(name: str, inherited: Section | None, words: Vocabulary) -> Section | None:
    """Inside action items a sub-heading is an item or a category; inside another section only an exact name counts."""
    if inherited is Section.ACTION_ITEMS:
        return None
    own = words.section_of(name, exact=inherited is not None)
    if inherited is not None and own is None and words.section_of(name) is Section.ACTION_ITEMS:
        own = Section.ACTION_ITEMS
    return None if own is inherited else own


def _heading(block: Block, here: _Open, words: Vocabulary) -> tuple[int, tuple[Span, ...]] | None:
    """The level and text of a block that is a heading, whatever its style."""
    if block.kind == "heading":
        return block.level, block.spans
    if block.kind != "paragraph" or any(span.text == "\n" for span in block.spans):
        return None
    text = plain(block.spans)
    if not 0 < len(text) <= 100:
        return None
    marked = [span for span in block.spans if span.text.strip(" :.")]
    if here.section is not Section.ACTION_ITEMS and marked and all(span.bold for span in marked):
        return BOLD_LINE, block.spans
    if words.section_of(text.rstrip(": "), exact=not text.endswith(":")) and (text.endswith(":") or marked[0].bold):
        return (BOLD_LINE if marked and all(span.bold for span in marked) else LABEL), block.spans
    return None


def _closed(here: _Open, lines: Sequence[str]) -> Part:
    text = "\n".join(lines[here.blocks[0].start : here.blocks[-1].end]).strip("\n").rstrip() if here.blocks else ""
    start = here.start if here.start >= 0 else here.blocks[0].start if here.blocks else 0
    end = _written(lines, start, here.blocks[-1].end if here.blocks else here.end)
    return Part(here.name, here.level, here.section, here.begins, text, tuple(here.blocks), here.spans, start, end)


def _written(lines: Sequence[str], start: int, end: int) -> int:
    """The end of these lines without the empty ones that close them."""
    end = min(end, len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end


def _fields(
    block: Block, here: _Open, outer: Section | None, lines: Sequence[str], words: Vocabulary
) -> list[Part] | None:
    """The parts of a block whose lines or items are fields that name sections; None if it is an ordinary block.

    Looked for only before the first section and inside the summary, where people put them, and after another field.
    """
    if here.section not in (None, Section.SUMMARY) and (here.level != LABEL or outer not in (None, Section.SUMMARY)):
        return None
    if block.kind == "paragraph":
        pieces = _paragraph_pieces(lines, block, words)
    elif block.kind == "list":
        pieces = [_item_piece(lines, item, words) for item in block.children]
    else:
        return None
    if all(section in (None, here.section) for _, section, *_ in pieces):
        return None
    return [
        Part(
            name,
            FIELD if section else LABEL,
            section or outer,
            section is not None,
            rest,
            parse(rest, start),
            (),
            start,
            end,
        )
        for index, (name, section, rest, start, end) in enumerate(pieces)
        if rest.strip() or index == len(pieces) - 1
    ]


_Piece = tuple[str, Section | None, str, int, int]


def _paragraph_pieces(lines: Sequence[str], block: Block, words: Vocabulary) -> list[_Piece]:
    pieces: list[tuple[str, Section | None, list[str], int]] = []
    for number, line in enumerate(lines[block.start : block.end], start=block.start):
        name, rest = field_of(line)
        section = words.section_of(name, exact=True) if name else None
        known = name and (section or key(name) in words.fact_names)
        if known or not pieces:
            pieces.append((name if known else "", section, [rest if section else line], number))
        else:
            pieces[-1][2].append(line)
    return [(name, section, "\n".join(rest), start, start + len(rest)) for name, section, rest, start in pieces]


def _item_piece(whole: Sequence[str], item: Block, words: Vocabulary) -> _Piece:
    end = _written(whole, item.start, item.end)
    lines = whole[item.start : end]
    name, rest = field_of(lines[0]) if lines else ("", "")
    found = _BOLD_FIELD.match(lines[0]) if lines and not name else None
    if found:
        name, rest = found["name"].strip(), found["rest"]
    section = words.section_of(name, exact=True) if name else None
    if section is None:
        return name, None, "\n".join(lines), item.start, end
    return name, section, "\n".join([rest, *_dedent(lines[1:])]), item.start, end


def _dedent(lines: Sequence[str]) -> Iterator[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    for line in lines:
        yield line[min(margin, len(line) - len(line.lstrip())) :]


def field_of(line: str) -> tuple[str, str]:
    """Name and value of a line such as "**Impact:** half of the orders"; ("", line) if it is none."""
    found = _FIELD_LINE.match(line[:2000])
    if found is None or found["name"].lower() in ("http", "https") or found["rest"].startswith("//"):
        return "", line
    return found["name"].strip(), found["rest"] + line[2000:]


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Simple "name: value" lines between --- (YAML) or +++ (TOML) at the top. Their lines stay, empty."""
    start = text.lstrip("\ufeff \n")
    mark = start[:4]
    if mark not in ("---\n", "+++\n"):
        return {}, text.lstrip("\ufeff")
    end = start.find("\n" + mark[:3], 3)
    if end < 0 or end > 10_000:
        return {}, text.lstrip("\ufeff")
    found: dict[str, str] = {}
    for line in start[4:end].split("\n"):
        pair = _FRONT.match(line)
        if pair and pair[1].lower() not in found:
            found[pair[1].lower()] = pair[2].strip().strip("\"'").strip()
    rest = start[end + 4 :].lstrip("-+ \t")
    return found, "\n" * (text.count("\n") - rest.count("\n")) + rest
