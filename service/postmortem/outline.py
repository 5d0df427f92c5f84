"""A text as a flat outline: front matter, title, and parts, each with its section.

A part begins at a heading of any style (headings.py) or at a field that names a section (cutting.py). A part under a
heading of a section belongs to that section, unless its own name begins another. The parts hold every line of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from service.postmortem import cutting, frontmatter, times, titles
from service.postmortem.cutting import Piece
from service.postmortem.headings import BOLD_LINE, FIELD, LABEL, Fold, Heading, Mark, marks, planning
from service.postmortem.markdown import Block, Span, parse, plain, tidy
from service.postmortem.markdown import words as prose_of
from service.postmortem.model import Section
from service.postmortem.vocabulary import Vocabulary, key

__all__ = ["BOLD_LINE", "FIELD", "LABEL", "Outline", "Part", "field_of", "outline"]

_FIELD_LINE = re.compile(
    r"[ \t]{0,8}(?:[-*+] |\d{1,2}[.)] )?[ \t]{0,3}[*_]{0,3}(?P<name>[^\s:*_|][^:*_|\n]{0,48}?)[*_]{0,3} ?:[*_]{0,3}"
    r"[ \t]{0,4}(?P<rest>.*)",
    re.DOTALL,
)
_AHEAD = (Section.LESSONS_LEARNED, Section.ACTION_ITEMS)
_FREE = (None, Section.SUMMARY)  # where fields may name sections
_TOLD = (Section.RESOLUTION, Section.TIMELINE)  # where actions are what was done then
_FOLD_LINE = re.compile(r"[ \t]{0,8}</?details\b[^<>]{0,100}>[ \t]*", re.IGNORECASE)


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
    titled_at: int = -1  # the line of the title, from 0; -1: it has none in the text


@dataclass(slots=True)
class _Open:
    name: str
    level: int
    section: Section | None
    begins: bool
    start: int
    body: int  # the first line below its heading
    spans: tuple[Span, ...] = ()
    blocks: list[Block] = field(default_factory=list)
    lists: bool = False  # among its blocks is a list or a table


def outline(text: str, words: Vocabulary) -> Outline:
    """The outline of a text. A heading of the first level that names no section is the title."""
    front, body = frontmatter.split(tidy(text))
    walk = _Walk(body.split("\n"), words, front.get("title", ""))
    blocks = parse(body)
    walk.titled = -1 if walk.title else titles.title_place(blocks, words)
    walk.fields_run_in = sum(1 for block in blocks if _runs_in(block, words)) > 1
    found = planning(list(marks(blocks, walk.lines, words)), words)
    for index, mark in enumerate(found):
        walk.step(mark, found[index + 1] if index + 1 < len(found) else None)
    walk.close(len(walk.lines))
    return Outline(titles.bare(walk.title), front, tuple(walk.parts), body, walk.titled)


def _runs_in(block: Block, words: Vocabulary) -> bool:
    """Whether a paragraph begins with a section's name in it: "**Impact:** half of the orders"."""
    if block.kind != "paragraph":
        return False
    name, rest = cutting.field_in(block.spans)
    return bool(name and plain(rest)) and words.named(name) is not None


@dataclass(slots=True)
class _Walk:
    lines: list[str]
    words: Vocabulary
    title: str
    titled: int = -1
    fields_run_in: bool = False
    parts: list[Part] = field(default_factory=list)
    stack: list[tuple[int, Section | None]] = field(default_factory=list)
    folds: list[int] = field(default_factory=list)
    here: _Open = field(default_factory=lambda: _Open("", 0, None, False, 0, 0))

    def step(self, mark: Mark, after: Mark | None) -> None:
        if isinstance(mark, Heading) and self.is_heading(mark):
            self.heading(mark, after)
        elif isinstance(mark, Fold):
            self.fold(mark)
        elif not isinstance(mark, Heading):
            self.block(mark)
        elif mark.block.spans or mark.block.kind != "paragraph":
            self.block(mark.block)

    def outer(self) -> Section | None:
        return self.stack[-1][1] if self.stack else None

    def in_entry(self) -> bool:
        """Whether the part is that of a list's lone entry ("- **Impact**:", and then paragraphs)."""
        return bool(self.stack) and self.stack[-1][0] == LABEL

    def beside(self) -> Section | None:
        """The section that such an entry stands in."""
        return (self.stack[-2][1] if len(self.stack) > 1 else None) if self.in_entry() else self.outer()

    def open(self, name: str, level: int, section: Section | None, begins: bool, start: int, body: int) -> None:
        self.close(start)
        self.here = _Open(name, level, section, begins, start, body)

    def close(self, end: int) -> None:
        """The part that is open ends before line `end`."""
        here = self.here
        rows = self.lines[here.body : end]
        text = "\n".join(row for row in rows if "<" not in row or not _FOLD_LINE.fullmatch(row)).strip("\n").rstrip()
        if not (here.name or here.blocks or text.strip()) and self.parts:
            return
        blank = next((i for i, row in enumerate(rows) if row.strip()), 0) if here.start == here.body else 0
        self.add(
            here.name, here.level, here.section, here.begins, text, here.blocks, here.start + blank, end, here.spans
        )

    def add(
        self,
        name: str,
        level: int,
        section: Section | None,
        begins: bool,
        text: str,
        blocks: Sequence[Block],
        start: int,
        end: int,
        spans: tuple[Span, ...] = (),
    ) -> None:
        while end > start and not self.lines[end - 1].strip():
            end -= 1
        self.parts.append(Part(name, level, section, begins, text, tuple(blocks), spans, start, end))

    def is_heading(self, mark: Heading) -> bool:
        if mark.block.kind == "heading":
            return True
        if mark.block.kind == "list":
            return (mark.named and self.beside() in _FREE) or self.in_entry()
        if mark.announces:
            return self.here.section not in (Section.TIMELINE, Section.ACTION_ITEMS)
        return mark.named or self.here.section is not Section.ACTION_ITEMS

    def heading(self, mark: Heading, after: Mark | None) -> None:
        name, level = titles.name_of(mark.spans), mark.level
        if mark.start == self.titled:
            self.title, self.stack = name, []
            self.open(name, 1, None, False, mark.start, mark.end)
            self.here.spans = mark.spans
            return
        entry = mark.block.kind == "list"
        if level == LABEL and not entry and not mark.announces and self.outer() is None:
            level = BOLD_LINE
        if self.outer() is Section.TIMELINE and _dated(name):
            level = max(level, self.stack[0][0] + 1)
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()
        inherited = self.outer()
        own = Section.ACTION_ITEMS if mark.announces else self.own_section(name, inherited, after)
        if own is None and inherited is None and level <= BOLD_LINE and (self.parts or self.here.blocks):
            own = self.words.told_by(name)
        if own is Section.ACTION_ITEMS and titles.is_sequel(name, self.words):
            own = None
        if level != LABEL or entry:
            self.stack.append((level, own or inherited))
        self.open(name, level, own or inherited, own is not None, mark.start, mark.end)
        self.here.spans = mark.spans

    def own_section(self, name: str, inherited: Section | None, after: Mark | None) -> Section | None:
        """Inside action items a sub-heading is an item or a category; inside another section only an exact name counts;
        a phase of a timeline ("Mitigation", and then a time) is a part of it."""
        if inherited is Section.ACTION_ITEMS:
            return None
        if inherited in _TOLD and "(" not in name and key(name) in self.words.around.get("past", ()):
            return None  # "Immediate actions (completed)" is a list that somebody keeps
        own = self.words.section_of(name, exact=inherited is not None)
        if inherited is not None and own is None and (longer := self.words.section_of(name)) in _AHEAD:
            own = longer
        if inherited is Section.TIMELINE and isinstance(after, Block) and _dated(prose_of([after])[:60]):
            return None
        return None if own is inherited else own

    def fold(self, mark: Fold) -> None:
        if mark.opens:
            self.folds.append(len(self.stack))
            return
        depth = self.folds.pop() if self.folds else len(self.stack)
        if depth < len(self.stack):
            del self.stack[depth:]
            self.open("", LABEL, self.outer(), False, mark.line + 1, mark.line + 1)

    def block(self, block: Block) -> None:
        here, outer = self.here, self.outer()
        found = cutting.pieces(block, self.lines, self.words) if self.may_hold_fields(block) else None
        if found is not None and any(piece.section not in (None, here.section) for piece in found):
            self.fields(block, found)
            return
        if here.level in (BOLD_LINE, LABEL) and here.section is not None and self.is_other(block):
            while self.stack and self.stack[-1][0] >= BOLD_LINE:
                self.stack.pop()
            self.open("", LABEL, self.outer(), False, block.start, block.start)
            here, outer = self.here, self.outer()
        if here.lists and block.kind == "paragraph" and here.level == LABEL and not self.in_entry():
            self.open("", LABEL, outer, False, block.start, block.start)
        self.here.blocks.append(block)
        self.here.lists |= block.kind in ("list", "table")

    def is_other(self, block: Block) -> bool:
        """Whether a paragraph begins with a bold name of something else ("**Detection:** a customer wrote")."""
        if block.kind != "paragraph" or not block.spans or not block.spans[0].bold:
            return False
        name, _ = cutting.field_in(block.spans)
        return bool(name) and self.words.is_other(name)

    def may_hold_fields(self, block: Block) -> bool:
        """Before the first section and inside the summary, where people put them, and after another field; a bold
        beginning of a paragraph ("**Resolution:** the pool was …") in every section that does not look ahead, and of
        an entry where a section began with a bold line. Not among references."""
        if self.here.name and key(self.here.name) in self.words.around.get("apart", ()):
            return False
        if block.kind == "list" and self.here.level == BOLD_LINE and self.here.section not in _AHEAD:
            heads = block.children[0].children if block.children else ()
            return bool(heads and heads[0].spans and heads[0].spans[0].bold)
        if block.kind == "paragraph" and block.spans and block.spans[0].bold and self.here.section not in _AHEAD:
            return True
        return self.here.section in _FREE or (self.here.level == LABEL and self.beside() in _FREE)

    def fields(self, block: Block, found: Sequence[Piece]) -> None:
        """The parts of a block whose lines, items or rows are fields. An empty last one ("- **Review actions**:") holds
        what follows; so does the last one where fields are the headings of the text."""
        self.close(block.start)
        if self.in_entry():
            self.stack.pop()
        outer = self.outer()
        for piece in found:
            level = FIELD if piece.section else LABEL
            section = piece.section or outer
            if piece.text.strip():
                self.add(
                    piece.name,
                    level,
                    section,
                    piece.section is not None,
                    piece.text,
                    piece.blocks,
                    piece.start,
                    piece.end,
                )
        last = found[-1]
        if not last.text.strip():
            self.here = _Open(last.name, LABEL, last.section or outer, last.section is not None, last.start, block.end)
        elif self.fields_run_in and block.kind == "paragraph" and found[0].section and last.section:
            self.here = _Open("", LABEL, last.section, False, block.end, block.end)
        else:
            self.here = _Open("", LABEL, outer, False, block.end, block.end)


def _dated(name: str) -> bool:
    stamp, _ = times.leading(name, date(2000, 1, 1))
    return stamp is not None


def field_of(line: str) -> tuple[str, str]:
    """Name and value of a line such as "**Impact:** half of the orders"; ("", line) if it is none."""
    found = _FIELD_LINE.match(line[:2000])
    if found is None or found["name"].lower() in ("http", "https") or found["rest"].startswith("//"):
        return "", line
    return found["name"].strip(), found["rest"] + line[2000:]
