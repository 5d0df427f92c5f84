"""Action items out of the parts of their section: checklists, bullets, numbers, tables, headings, bold lead-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from service.postmortem import itemfields, itemtext, references
from service.postmortem.given import Given
from service.postmortem.itemtext import Facts
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.model import ReadItem, Section
from service.postmortem.outline import Part
from service.postmortem.vocabulary import key

_BULLET = re.compile(r"^(?:[•‣◦●▪·–—] ?|[-*+] |(?=\[[ xX]?\] )|(?=[☐☑☒]))")
_BOX = re.compile(r"^\[[ xX]?\](?: |$)|^[☐☑☒]")
_PERSON_END = re.compile(r"\(([A-ZÀ-Þ][\w.'-]{0,20}(?: [A-ZÀ-Þ][\w.'-]{0,20}){0,2})\)[.]?$")
_ALL_DONE = re.compile(r"[(\[](?:completed?|done|finished|fixed|closed)[)\]]", re.IGNORECASE)


@dataclass(slots=True)
class _Walk:
    given: Given
    found: list[tuple[str, Facts]] = field(default_factory=list)

    def add(self, spans: Sequence[Span], facts: Facts) -> None:
        text = itemtext.read_line(spans, facts, self.given)
        if self.given.words.nothing_said(text):
            if not facts.refs:
                return
            text = facts.refs[0]
        self.found.append((text, facts))


def read_items(parts: Iterable[Part], given: Given, *, anchor: str = "text") -> list[ReadItem]:
    """The items of all parts that belong to the section."""
    mine = [part for part in parts if part.section is Section.ACTION_ITEMS]
    walk = _Walk(replace(given, people=given.people | _named_by_convention(mine)))
    for part in mine:
        before = len(walk.found)
        lists = any(block.kind in ("list", "table") and not itemfields.only_fields(block) for block in part.blocks)
        if part.begins or part.level not in range(1, 7) or lists:
            _blocks(part.blocks, walk)
        else:
            _heading_item(part, walk)
        if _ALL_DONE.search(part.name):
            for _, facts in walk.found[before:]:
                facts.done = True
    return unite([itemtext.item(text, facts, anchor, 0) for text, facts in walk.found])


def unite(items: Iterable[ReadItem]) -> list[ReadItem]:
    """The same item twice is one: the first stays and takes what only the later one states. Positions are set anew."""
    kept: dict[str, ReadItem] = {}
    for one in items:
        name = key(one.text) or one.text
        first = kept.get(name)
        kept[name] = one if first is None else merge(first, one)
    positions: dict[str, int] = {}
    result: list[ReadItem] = []
    for one in kept.values():
        positions[one.anchor] = positions.get(one.anchor, -1) + 1
        result.append(replace(one, position=positions[one.anchor]))
    return result


def merge(first: ReadItem, other: ReadItem) -> ReadItem:
    return replace(
        first,
        owner=first.owner or other.owner,
        due=first.due or other.due,
        priority=first.priority or other.priority,
        done=first.done or other.done,
        refs=tuple(dict.fromkeys((*first.refs, *other.refs))),
        why=first.why or other.why,
        done_when=first.done_when or other.done_when,
    )


def _named_by_convention(parts: Sequence[Part]) -> frozenset[str]:
    """Names in brackets at the end of at least two items, and of half of them, are owners by the habit of that text."""
    heads = [
        plain(item.children[0].spans)
        for part in parts
        for block in part.blocks
        if block.kind == "list"
        for item in block.children
        if item.children
    ]
    names = [found[1].lower() for head in heads if (found := _PERSON_END.search(head))]
    return frozenset(names) if len(names) >= 2 and 2 * len(names) >= len(heads) else frozenset()


def _blocks(blocks: Sequence[Block], walk: _Walk) -> None:
    for index, block in enumerate(blocks):
        if block.kind == "list":
            _list(block, walk)
        elif block.kind == "table":
            _table(block, walk)
        elif block.kind == "paragraph":
            after = blocks[index + 1 :]
            category = bool(after) and after[0].kind in ("list", "table")
            _paragraph(block, walk, category=category, after=after)
        elif block.kind == "quote":
            _blocks(block.children, walk)


def _paragraph(block: Block, walk: _Walk, *, category: bool, after: Sequence[Block]) -> None:
    lines = lines_of(block.spans)
    bullets = [line for line in lines if _BULLET.match(plain(line))]
    if bullets:
        for line in bullets:
            first = line[0]
            text = first.text if first.code else _BULLET.sub("", first.text.lstrip(), count=1)
            walk.add((replace(first, text=text), *line[1:]), Facts())
        return
    lead, rest = _lead_in(block.spans)
    if not lead or (category and not rest):
        return
    facts = Facts()
    if not rest and after and after[0].kind == "paragraph" and not _lead_in(after[0].spans)[0]:
        rest = _take_fields(after[0], facts, walk)
    facts.why = facts.why or rest[: itemfields.WHY_LIMIT] or None
    walk.add(lead, facts)


def _list(block: Block, walk: _Walk) -> None:
    for item in block.children:
        head = item.children[0] if item.children else None
        nested = [child for child in item.children if child.kind == "list"]
        if head is None or head.kind not in ("paragraph", "heading"):
            for child in nested:
                _list(child, walk)
            continue
        text = plain(head.spans)
        if nested and _is_category(text) and not all(map(itemfields.only_fields, nested)):
            before = len(walk.found)
            for child in nested:
                _list(child, walk)
            if len(walk.found) > before:
                continue
        facts = Facts()
        spans = itemfields.without_fields(head.spans, facts, walk.given)
        for child in item.children[1:]:
            _details(child, facts, walk)
        lead, rest = _lead_in(spans)
        if lead and rest and len(plain(lead).split()) >= 3:
            facts.add_refs(references.refs_of(spans))
            rest = itemtext.take_facts(rest, facts, walk.given)
            facts.why, spans = facts.why or rest[: itemfields.WHY_LIMIT] or None, lead
        walk.add(spans, facts)
        if not _BOX.match(text):
            for child in nested:
                for inner in child.children:
                    if inner.children and _BOX.match(plain(inner.children[0].spans)):
                        walk.add(inner.children[0].spans, Facts())


def _is_category(text: str) -> bool:
    """ "Monitoring:" above a nested list names a group; a long sentence that ends so is an item with details."""
    return len(text.split()) <= (6 if text.rstrip("*_ ").endswith(":") else 2)


def _details(block: Block, facts: Facts, walk: _Walk) -> None:
    """What stands under an item: fields of it, and references; plain details are not items."""
    if block.kind == "paragraph":
        _take_fields(block, facts, walk)
    elif block.kind == "list":
        for item in block.children:
            if item.children and not _BOX.match(plain(item.children[0].spans)):
                _take_fields(item.children[0], facts, walk)


def _take_fields(block: Block, facts: Facts, walk: _Walk) -> str:
    return plain(itemfields.without_fields(block.spans, facts, walk.given))


def _heading_item(part: Part, walk: _Walk) -> None:
    """A heading of its own for one item, with prose or fields below it; a short bare heading is only a category."""
    if len(part.name.split()) < 3 if not part.blocks else walk.given.words.nothing_said(part.text):
        return
    facts = Facts()
    prose: list[str] = []
    for block in part.blocks:
        if block.kind == "paragraph":
            prose.append(_take_fields(block, facts, walk))
            facts.add_refs(references.refs_of(block.spans))
        else:
            _details(block, facts, walk)
    facts.why = facts.why or " ".join(text for text in prose if text)[: itemfields.WHY_LIMIT] or None
    spans = part.spans
    if spans and not spans[0].code:
        spans = (replace(spans[0], text=re.sub(r"^\d{1,2}[.):] ?", "", spans[0].text)), *spans[1:])
    walk.add(spans, facts)


def _lead_in(spans: Sequence[Span]) -> tuple[tuple[Span, ...], str]:
    """The bold beginning of a text, and the words after it."""
    count = 0
    while count < len(spans) and (spans[count].bold or (count and spans[count].code and spans[count].bold)):
        count += 1
    lead, rest = tuple(spans[:count]), plain(spans[count:])
    if not plain(lead).strip(" :"):
        return (), ""
    broken = count < len(spans) and spans[count].text == "\n"
    if rest and not (broken or plain(lead)[-1] in ":.?" or rest[0] in ":-–—."):
        return (), ""
    return tuple(
        replace(span, text=span.text.rstrip(": ")) if span is lead[-1] else span for span in lead
    ), rest.lstrip(":-–—. ")


def _table(block: Block, walk: _Walk) -> None:
    if not block.rows:
        return
    columns = itemfields.columns_of(block.rows[0])
    taken = set(columns.values())
    main = columns.pop("text", next((i for i in range(len(block.rows[0])) if i not in taken), 0))
    for row in block.rows[1:]:
        if main >= len(row) or not plain(row[main]):
            continue
        facts = Facts()
        for fact, index in columns.items():
            cell = row[index] if index < len(row) else ()
            facts.add_refs(references.refs_of(cell))
            itemfields.set_fact(facts, fact, plain(cell), walk.given)
        walk.add(row[main], facts)
