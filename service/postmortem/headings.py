"""Which blocks and lines of a text are headings, in whatever style people write them.

Besides # and underlined headings: a line in bold, a name with a colon, a name alone on its line, tags (<h2>, <b>,
<summary>), a list of one entry that is a name ("1. **Summary**").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from service.postmortem.markdown import Block, Span, numbered, plain
from service.postmortem.model import Section
from service.postmortem.vocabulary import Vocabulary, key

BOLD_LINE, LABEL, FIELD = 7, 8, 9  # levels below the six of headings

_LONGEST = 100  # characters of a heading that is no # heading
_LONGEST_SENTENCE = 240
_TAGGED = re.compile(r"\s{0,8}(?:<details\b[^<>]{0,100}>\s{0,8})?<(?:h([1-6])|(summary|b|strong)\b)", re.IGNORECASE)
_TAG_END = re.compile(
    r"</(?:h[1-6]|summary|b|strong)>\s{0,4}:?\s{0,8}(?:</(?:b|strong|p|summary)>\s{0,8})?$", re.IGNORECASE
)
_FOLD = re.compile(r"<(/?)details\b", re.IGNORECASE)
_ENDS_SENTENCE = (".", "!", "?", ":", ";", ")", "…", "。", "：", "！", "？")


@dataclass(frozen=True, slots=True)
class Heading:
    """`named`: its name is that of a section. `block` is what it is if it turns out to be no heading. `announces`: a
    sentence right above the list of action items, or without `spans` the place between the two; or a heading of states
    of work ("Remediation", and below it "Completed" and "In progress")."""

    level: int
    spans: tuple[Span, ...]
    start: int
    end: int
    named: bool
    block: Block
    announces: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """<details> or </details>: what begins inside it ends with it."""

    opens: bool
    line: int


Mark = Heading | Fold | Block


def marks(blocks: Sequence[Block], lines: Sequence[str], words: Vocabulary) -> Iterator[Mark]:
    """The blocks in order, with the headings found among them. `lines` are those of the source."""
    for index, block in enumerate(blocks):
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.kind == "heading":
            yield Heading(block.level, block.spans, block.start, block.end, False, block)
        elif block.kind == "paragraph":
            announced = list(_announced(block, after, words)) if _ends_open(block, after) else []
            remarked = [] if announced or not _remarked(block, after, words) else [_whole(block)]
            yield from announced or remarked or _paragraph(block, after, lines, words)
        elif block.kind == "list" and len(block.children) == 1:
            yield _lone_entry(block, after, words) or block
        else:
            yield block


def planning(found: list[Mark], words: Vocabulary) -> list[Mark]:
    """The same, where a heading of a resolution whose sub-headings are states of work, one of them of open work, is one
    of action items."""
    headed = [(index, mark) for index, mark in enumerate(found) if isinstance(mark, Heading) and mark.level < BOLD_LINE]
    open_, states = _states(words)
    for place, (index, mark) in enumerate(headed[:-1]):
        below = headed[place + 1][1]
        if below.level <= mark.level or key(plain(below.spans)) not in states or not _of_resolution(mark, words):
            continue
        names = _below(headed, place)
        if states.issuperset(names) and not open_.isdisjoint(names):
            found[index] = replace(mark, announces=True)
    return found


@lru_cache(maxsize=8)
def _states(words: Vocabulary) -> tuple[frozenset[str], frozenset[str]]:
    """The states of work that is still to do, and all states."""
    of = {name: frozenset(map(key, words.items.get(name, ()))) for name in ("open", "done", "done_group")}
    return of["open"], of["open"] | of["done"] | of["done_group"]


def _below(headed: Sequence[tuple[int, Heading]], place: int) -> list[str]:
    """The names of the headings below one, however deep."""
    end = place + 1
    while end < len(headed) and headed[end][1].level > headed[place][1].level:
        end += 1
    return [key(plain(mark.spans)) for _, mark in headed[place + 1 : end]]


def _of_resolution(mark: Heading, words: Vocabulary) -> bool:
    return words.section_of(plain(mark.spans), exact=True) is Section.RESOLUTION


def _ends_open(block: Block, after: Block | None) -> bool:
    return (
        after is not None and after.kind == "list" and bool(block.spans) and block.spans[-1].text.endswith((":", "："))
    )


def _announced(block: Block, after: Block | None, words: Vocabulary) -> Iterator[Mark]:
    """The paragraph above a list of action items, if its last sentence says that they follow."""
    text = plain(block.spans)
    last = max(text.rfind(mark, 0, -1) for mark in (". ", "? ", "! ", "。")) + 1
    if after is None or len(text) - last > _LONGEST_SENTENCE or not words.looks_ahead(text[last:]):
        return
    if not last:
        yield Heading(LABEL, block.spans, block.start, block.end, True, block, announces=True)
        return
    yield block
    here = after.start
    yield Heading(LABEL, (), here, here, True, Block("paragraph", here, here), announces=True)


def _remarked(block: Block, after: Block | None, words: Vocabulary) -> bool:
    """ "**Timeline** (UTC, 2026-11-17; times of people are …)" over several lines: a name, and a remark in brackets."""
    if after is None or after.kind not in ("list", "table") or block.end - block.start < 2 or not block.spans[0].bold:
        return False
    name, text = block.spans[0].text, plain(block.spans)
    rest = text[len(name) :].strip(" \n:")
    return len(text) <= _LONGEST_SENTENCE and rest[:1] == "(" and rest[-1:] == ")" and words.named(name) is not None


def _whole(block: Block) -> Heading:
    return Heading(BOLD_LINE, block.spans, block.start, block.end, True, block)


def _paragraph(block: Block, after: Block | None, lines: Sequence[str], words: Vocabulary) -> Iterator[Mark]:
    raw = lines[block.start : block.end]
    if all(len(line) > _LONGEST and "<" not in line for line in raw):
        yield block
        return
    rows = numbered(block) if len(raw) > 1 else [(block.start, block.spans)]
    kept: list[tuple[int, tuple[Span, ...]]] = []
    for index, (number, spans) in enumerate(rows):
        line = lines[number]
        folds = [Fold(not tag[1], number) for tag in _FOLD.finditer(line)] if "<" in line or "details" in line else []
        last = index == len(rows) - 1
        before = plain(kept[-1][1]) if kept else ""
        end = block.end if last else number + 1
        found = _heading(spans, line, words, alone=len(rows) == 1, before=before, last=last, after=after)
        if found is None and not folds:
            kept.append((number, spans))
            continue
        yield from _joined(kept, number)
        kept = []
        yield from (fold for fold in folds if fold.opens)
        if found is not None:
            alone = Block("paragraph", number, end, spans=spans)
            yield Heading(found[0], spans, number, end, found[1], alone)
        elif plain(spans):
            kept.append((number, spans))
        yield from (fold for fold in folds if not fold.opens)
    yield from _joined(kept, block.end) if len(kept) < len(rows) or len(rows) == 1 else (block,)


def _joined(rows: Sequence[tuple[int, tuple[Span, ...]]], end: int) -> Iterator[Block]:
    if rows:
        yield Block("paragraph", rows[0][0], end, spans=joined(spans for _, spans in rows))


def joined(rows: Iterator[tuple[Span, ...]] | Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    """Lines as one inline text."""
    spans: list[Span] = []
    for index, row in enumerate(rows):
        spans.extend((*([Span("\n")] if index else []), *row))
    return tuple(spans)


def _heading(
    spans: tuple[Span, ...],
    line: str,
    words: Vocabulary,
    *,
    alone: bool,
    before: str,
    last: bool,
    after: Block | None,
) -> tuple[int, bool] | None:
    """The level of a line that is a heading, and whether it names a section."""
    if len(line) > 2 * _LONGEST or (alone and any(span.text == "\n" for span in spans)):
        return None
    tag = _TAGGED.match(line) if "<" in line else None
    if tag and not _TAG_END.search(line):
        tag = None
    marked = [span for span in spans if span.text.strip(" :.：")]
    bold = bool(marked) and all(span.bold for span in marked)
    text = plain(spans)
    if not 0 < len(text) <= _LONGEST:
        return None
    name = text.rstrip(":： ")
    if tag and tag[1]:
        return int(tag[1]), words.section_of(name) is not None
    if (tag and (tag[2] or "").lower() != "summary") or bold:
        first, _, rest = name.partition(":")
        if rest.strip() and words.named(first) is not None:
            return None  # "**Impact: half of the orders**" is a field
    if tag or bold:
        named = words.section_of(name) is not None
        folded = tag is not None and (tag[2] or "").lower() == "summary"
        return (BOLD_LINE, named) if alone or named or folded or words.is_other(name) else None
    if name != text:
        return (LABEL, True) if words.section_of(name, exact=not alone) is not None else None
    if name[0].islower() or (last and after is None):
        return None
    if words.named(name) is not None:
        apart = alone or not before or before.endswith(_ENDS_SENTENCE) or name.isupper()
        return (LABEL, True) if apart and not name.endswith((".", ",", ";", "。")) else None
    near = alone and after is not None and after.kind == "list" and name[-1].isalnum()
    return (LABEL, True) if near and words.section_of(name) is not None else None


def _lone_entry(block: Block, after: Block | None, words: Vocabulary) -> Heading | None:
    """ "1. **Summary**" and then a paragraph: a list of one entry that is nothing but a name."""
    entry = block.children[0]
    if len(entry.children) != 1 or entry.children[0].kind not in ("paragraph", "heading"):
        return None
    if entry.children[0].end - entry.children[0].start > 1:
        return None
    spans = entry.children[0].spans
    text = plain(spans)
    if not 0 < len(text) <= _LONGEST or after is None:
        return None
    named = words.named(text.rstrip(":： ")) is not None
    if not named and not (text.endswith((":", "：")) and spans[0].bold):
        return None
    end = entry.children[0].end
    return Heading(entry.children[0].level or LABEL, spans, block.start, end, named, replace(block, end=end))
