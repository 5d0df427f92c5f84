"""Markdown as a small tree: the only file of the reader that knows the parser.

Blocks know their lines in the source, so that a section keeps the words as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_SURROGATE = re.compile("[\ud800-\udfff\x00]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TAG = re.compile(
    r"</?(?:a|b|br|code|details|div|em|font|h[1-6]|hr|i|img|kbd|li|ol|p|small|span|strong|sub|summary|sup|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_LONGEST_HEADING = 120  # characters of a heading that is made by the line under it


@dataclass(frozen=True, slots=True)
class Span:
    """A run of inline text with its marks. A line break is the text "\\n"."""

    text: str
    bold: bool = False
    struck: bool = False
    code: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: heading, paragraph, list, item, table, quote, code or rule. `start` and `end` are lines, `end` excluded.

    `spans` is the inline text of a heading or paragraph; `rows` the cells of a table, its header first.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    spans: tuple[Span, ...] = ()
    children: tuple[Block, ...] = ()
    rows: tuple[tuple[tuple[Span, ...], ...], ...] = ()
    row_starts: tuple[int, ...] = ()  # the line of each row


_Row = tuple[tuple[Span, ...], ...]


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # Twenty lists inside each other are enough; the parser's time for "![![![…" grows with this number (default 100).
    return MarkdownIt("js-default", {"maxNesting": 40})


def tidy(text: str) -> str:
    """Text that every later step can rely on: \\n line ends, no NUL, no lone surrogate, no HTML comment.

    Line numbers stay as they are. A comment inside a code fence is code, and one that never ends is text.
    """
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\r\n", "\n").replace("\r", "\n")
    return _without_comments(text) if "<!--" in text else text


def _without_comments(text: str) -> str:
    out: list[str] = []
    fence = ""
    inside = False
    last_end = text.rfind("-->")
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        mark = _FENCE.match(line)
        if not inside and mark is not None:
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        if fence:
            out.append(line)
            continue
        kept: list[str] = []
        here = 0
        while here < len(line):
            if inside:
                end = line.find("-->", here)
                if end < 0:
                    break
                inside, here = False, end + 3
            else:
                begin = line.find("<!--", here)
                if begin < 0 or start + begin > last_end:
                    kept.append(line[here:])
                    break
                kept.append(line[here:begin])
                inside, here = True, begin + 4
        out.append("".join(kept))
    return "\n".join(out)


def parse(text: str, first: int = 0) -> tuple[Block, ...]:
    """The blocks of a tidied text, whose own first line is line `first` of the source. Nesting deeper than the parser's
    limit is cut, never an error."""
    open_blocks: list[tuple[Token | None, list[Block]]] = [(None, [])]
    rows: list[_Row] = []
    row: list[tuple[Span, ...]] = []
    row_starts: list[int] = []
    for token in _parser().parse(text):
        if token.type == "inline":
            spans = tuple(_spans(token.children or ()))
            if open_blocks[-1][0] is not None and open_blocks[-1][0].type == "table_open":
                row.append(spans)
            else:
                open_blocks[-1][1].append(Block("inline", 0, 0, spans=spans))
        elif token.type in ("fence", "code_block", "hr", "html_block"):
            kind = "rule" if token.type == "hr" else "code"
            start, end = token.map or (0, 0)
            open_blocks[-1][1].append(Block(kind, start + first, end + first, spans=(Span(token.content, code=True),)))
        elif token.type == "tr_open":
            row = []
            row_starts.append((token.map or (0, 0))[0] + first)
        elif token.type == "tr_close":
            rows.append(tuple(row))
        elif token.type.startswith(("thead", "tbody", "th_", "td_")):
            continue
        elif token.nesting == 1:
            if token.type == "table_open":
                rows, row_starts = [], []
            open_blocks.append((token, []))
        elif token.nesting == -1:
            opened, inner = open_blocks.pop()
            if opened is not None:
                open_blocks[-1][1].append(_close(opened, inner, rows, row_starts, first))
    return tuple(open_blocks[0][1])


_KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
}


def _close(token: Token, inner: Sequence[Block], rows: Sequence[_Row], row_starts: Sequence[int], first: int) -> Block:
    start, end = (line + first for line in token.map or (0, 0))
    kind = _KINDS.get(token.type, "quote")
    if kind in ("heading", "paragraph"):
        spans = inner[0].spans if inner else ()
        length = sum(len(span.text) for span in spans)
        if token.markup in ("-", "=") and (end - start > 2 or not 0 < length <= _LONGEST_HEADING):
            kind, end = "paragraph", end - 1  # a rule below a text makes it a heading by accident
        return Block(kind, start, end, int(token.tag[1]) if kind == "heading" else 0, spans)
    if kind == "table":
        return Block(kind, start, end, rows=tuple(rows), row_starts=tuple(row_starts))
    return Block(kind, start, end, children=tuple(inner))


def _spans(tokens: Iterable[Token]) -> Iterable[Span]:
    bold = struck = 0
    hrefs: list[str] = []
    for token in tokens:
        if token.type == "strong_open":
            bold += 1
        elif token.type == "strong_close":
            bold -= 1
        elif token.type == "s_open":
            struck += 1
        elif token.type == "s_close":
            struck -= 1
        elif token.type == "link_open":
            hrefs.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close" and hrefs:
            hrefs.pop()
        elif token.type in ("softbreak", "hardbreak"):
            yield Span("\n", bold > 0, struck > 0)
        elif token.type in ("text", "code_inline") and token.content:
            href = hrefs[-1] if hrefs else ""
            yield Span(token.content, bold > 0, struck > 0, token.type == "code_inline", href)


def plain(spans: Iterable[Span]) -> str:
    """One line of text: no marks but backticks around code, links by their words, no HTML tags."""
    parts = [
        f"`{span.text}`" if span.code else _TAG.sub(" ", span.text) if "<" in span.text else span.text for span in spans
    ]
    return " ".join("".join(parts).split())


def words(blocks: Iterable[Block]) -> str:
    """The prose of some blocks in one line, without code, tables and rules."""
    found: list[str] = []
    stack = list(blocks)[::-1]
    while stack:
        block = stack.pop()
        if block.kind in ("heading", "paragraph"):
            found.append(plain(block.spans))
        stack.extend(reversed(block.children))
    return " ".join(text for text in found if text)


def lines_of(spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    """The inline text cut at its line breaks."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span.text == "\n" and not span.code:
            lines.append([])
        else:
            lines[-1].append(span)
    return [tuple(line) for line in lines if line]


def numbered(block: Block) -> list[tuple[int, tuple[Span, ...]]]:
    """The lines of a paragraph with their numbers; one entry where the text hides some of its line breaks."""
    lines: list[tuple[int, list[Span]]] = [(block.start, [])]
    for span in block.spans:
        if span.text == "\n" and not span.code:
            lines.append((lines[-1][0] + 1, []))
        else:
            lines[-1][1].append(span)
    if len(lines) != block.end - block.start:
        return [(block.start, block.spans)]
    return [(number, tuple(spans)) for number, spans in lines]
