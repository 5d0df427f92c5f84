"""Fields cut out of a block of the tree: "**Impact:** half of the orders", "- **Impact**: …" with what is nested in it,
"Impact - …", a table whose rows are "Impact | …". The words after a name are cut from the tree's inline text, and from
the line in the source as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.postmortem.headings import joined
from service.postmortem.markdown import Block, Span, numbered, plain
from service.postmortem.model import Section
from service.postmortem.vocabulary import Vocabulary, key

_LONGEST_NAME = 64  # characters
_COLONS = re.compile("[:：]")
_DASH = re.compile(r"\s(?:-|–|—)\s")
_CLOSING = re.compile(
    r"(?:\]\([^()\s]{0,300}\))?\s{0,2}(?:[*_]{1,3}(?=[\s:]|$)|</[a-z]{1,10}>)?\s{0,2}[:：]?"
    r"(?:[*_]{1,3}(?=\s|$)|</[a-z]{1,10}>)?[ \t]*"
)
_TAG_CLOSED = re.compile(r"^</[a-z]{1,10}>[ \t:：]*")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Piece:
    """A field that names a section, or what stands between such. `start` and `end` are lines of the source."""

    name: str
    section: Section | None
    text: str
    blocks: tuple[Block, ...]
    start: int
    end: int


def pieces(block: Block, lines: Sequence[str], words: Vocabulary) -> list[Piece] | None:
    """The fields of a block in order; None if no field in it names a section."""
    if block.kind == "paragraph":
        found = _of_paragraph(block, lines, words)
    elif block.kind == "list":
        found = _of_list(block, lines, words)
    elif block.kind == "table":
        found = _of_table(block, lines, words)
    else:
        return None
    return found if any(piece.section for piece in found) else None


def field_in(spans: Sequence[Span], *, bold: bool = False) -> tuple[str, tuple[Span, ...]]:
    """Name and value of one line's inline text; ("", its spans) if it is no field. `bold`: a bold beginning is a name
    also without a colon."""
    taken = 0
    for index, span in enumerate(spans):
        if span.code or taken > _LONGEST_NAME or span.text == "\n":
            break
        colon = _COLONS.search(span.text)
        if colon and taken + colon.start() <= _LONGEST_NAME:
            rest = span.text[colon.end() :]
            if rest.startswith("//"):
                break
            name = plain((*spans[:index], replace(span, text=span.text[: colon.start()])))
            return name, _stripped((replace(span, text=rest), *spans[index + 1 :]))
        taken += len(span.text)
    if bold and spans and spans[0].bold and len(spans[0].text) <= _LONGEST_NAME:
        return plain(spans[:1]), _stripped(spans[1:])
    if len(spans) > 1 and spans[0].bold and not spans[1].bold and _DASH.match(spans[1].text):
        return plain(spans[:1]), _stripped((replace(spans[1], text=spans[1].text.lstrip()[1:]), *spans[2:]))
    dash = _DASH.search(spans[0].text[:_LONGEST_NAME]) if spans and not spans[0].code else None
    if dash:
        cut = (replace(spans[0], text=spans[0].text[dash.end() :]), *spans[1:])
        return spans[0].text[: dash.start()].strip(), _stripped(cut)
    return "", tuple(spans)


def _stripped(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Without the space, and the colon outside the bold, that follow a name."""
    rest = list(spans)
    while rest and not rest[0].code and rest[0].text != "\n":
        text = _TAG_CLOSED.sub("", rest[0].text.lstrip(" \t:："), count=1)
        if text:
            rest[0] = replace(rest[0], text=text)
            break
        rest.pop(0)
    return tuple(rest)


def after_name(line: str, name: str, rest: Sequence[Span]) -> str:
    """What stands behind the name of a field in its line, in the words of the source."""
    first = next((span for span in rest if span.text.strip()), None)
    if first is None or first.text == "\n":
        return ""
    at = line.find(name)
    if at < 0:  # a name with marks of its own inside
        return plain(rest)
    found = _CLOSING.match(line, at + len(name))
    tail = line[found.end() if found else at + len(name) :]
    if not tail.startswith(first.text[:1]) and (dash := re.match(r"[*_]{0,3}\s{0,4}(?:-|–|—)\s{1,4}", tail)):
        tail = tail[dash.end() :]
    if first.bold and tail.count("**") % 2:
        tail = "**" + tail
    return tail


def _of_paragraph(block: Block, lines: Sequence[str], words: Vocabulary) -> list[Piece]:
    groups: list[tuple[str, Section | None, str, int, list[tuple[Span, ...]]]] = []
    for number, spans in numbered(block):
        name, rest = field_in(spans)
        section = words.named(name) if name else None
        if section is not None and name[:1].islower() and name[:1].isascii():
            section = None
        known = bool(name) and (section is not None or key(name) in words.fact_names)
        if known or not groups:
            first = after_name(lines[number], name, rest) if section else lines[number]
            groups.append((name if known else "", section, first, number, [rest if section else spans]))
        else:
            groups[-1][4].append(spans)
    found: list[Piece] = []
    for index, (name, section, first, start, rows) in enumerate(groups):
        end = groups[index + 1][3] if index + 1 < len(groups) else block.end
        text = "\n".join([first, *lines[start + 1 : end]]).strip("\n")
        empty = not rows[0] and len(rows) > 1
        spans = joined(rows[1:] if empty else rows)
        blocks = (
            (Block("paragraph", start + empty, end, spans=spans),) if any(span.text.strip() for span in spans) else ()
        )
        found.append(Piece(name, section, text, blocks, start, end))
    return found


def _of_list(block: Block, lines: Sequence[str], words: Vocabulary) -> list[Piece]:
    found: list[Piece] = []
    for index, item in enumerate(block.children):
        end = block.children[index + 1].start if index + 1 < len(block.children) else block.end
        found.append(_of_item(block, item, lines, words, end))
    return found


def _of_item(block: Block, item: Block, lines: Sequence[str], words: Vocabulary, end: int) -> Piece:
    head = item.children[0] if item.children else None
    name, section = "", None
    rest: tuple[Span, ...] = ()
    if head is not None and head.kind == "paragraph":
        rows = numbered(head)
        name, rest = field_in(rows[0][1], bold=True)
        whole = plain(rows[0][1])
        if not name and len(whole) <= _LONGEST_NAME and (len(rows) > 1 or len(item.children) > 1):
            name, rest = whole, ()
        section = words.named(name) if name else None
    if head is None or section is None:
        text = "\n".join(lines[item.start : end]).rstrip()
        return Piece(name, None, text, (replace(block, start=item.start, end=end, children=(item,)),), item.start, end)
    first = after_name(lines[item.start], name, rest)
    text = "\n".join([first, *_dedented(lines[item.start + 1 : end])]).strip("\n").rstrip()
    inline = joined([rest, *(spans for _, spans in rows[1:])])
    start = head.start if rest else head.start + 1
    said = (Block("paragraph", start, head.end, spans=_stripped_break(inline)),) if plain(inline) else ()
    return Piece(name, section, text, (*said, *item.children[1:]), item.start, end)


def _stripped_break(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return spans[1:] if spans and spans[0].text == "\n" else spans


def _dedented(rows: Sequence[str]) -> list[str]:
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return [row[min(margin, len(row) - len(row.lstrip())) :] for row in rows]


def _of_table(block: Block, lines: Sequence[str], words: Vocabulary) -> list[Piece]:
    """Rows of two cells, the first a name. The rows that name no section stay one table, above the others."""
    if not block.rows or len(block.rows[0]) != 2:
        return []
    found: list[Piece] = []
    others: list[int] = []
    for index, row in enumerate(block.rows):
        name = plain(row[0]).rstrip(":： ")
        section = words.named(name) if name and len(row) > 1 else None
        if section is None:
            others.append(index)
            continue
        start = block.row_starts[index]
        cells = _CELL.split(lines[start].strip().strip("|"), maxsplit=1)
        text = _BREAK.sub("\n", cells[1].strip() if len(cells) > 1 else plain(row[1])).replace("\\|", "|")
        spans = tuple(_broken(row[1]))
        said = (Block("paragraph", start, start + 1, spans=spans),) if plain(spans) else ()
        found.append(Piece(name, section, text, said, start, start + 1))
    if others and found:
        head = ["| | |", "|---|---|"] if others[0] else []
        rows = [lines[block.row_starts[index]].strip() for index in others]
        if not head:
            rows[1:1] = ["|---|---|"]
        start = block.row_starts[others[0]]
        rest = replace(
            block,
            rows=tuple(block.rows[index] for index in others),
            row_starts=tuple(block.row_starts[index] for index in others),
        )
        found.insert(0, Piece("", None, "\n".join([*head, *rows]), (rest,), start, start + 1))
    return found


def _broken(cell: Sequence[Span]) -> list[Span]:
    """The inline text of a cell with <br> as line breaks."""
    out: list[Span] = []
    for span in cell:
        if span.code or "<" not in span.text:
            out.append(span)
            continue
        for index, text in enumerate(_BREAK.split(span.text)):
            out.extend((*([Span("\n")] if index else []), replace(span, text=text.strip() if index else text)))
    return out
