"""Items that are marked as such outside the section of action items: "ACTION ITEM: …", "- TODO: …", "Action items:"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.postmortem import itemdone, itemtable
from service.postmortem.itemfacts import Facts, source_of
from service.postmortem.itemlists import read_list
from service.postmortem.itemwalk import Walk, lines_of_block
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.model import Section
from service.postmortem.outline import Part
from service.postmortem.vocabulary import key

#: the column by which a table is one of action items, wherever it stands
_NAMED = frozenset(
    {"action item", "action items", "ação corretiva", "acción correctiva", "action corrective", "maßnahme"}
)
#: what "Action: …" says there was done there and then
_TELLING = frozenset({Section.TIMELINE, Section.RESOLUTION, Section.SUMMARY})
_LEAD = re.compile(r"[\W\d_]{0,24}(?:[xX]\][\W_]{0,8}|[a-z_]{2,20}:[\W_]{1,8})?")
#: what may stand before the word: a time, ":bulb:", an emoji
_SIGN = re.compile(
    r"^(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?(?: ?(?:UTC|GMT|[A-Z]{3,4}|[ap]m))?[\])]?[ :–—-]{0,3}"
    r"|:[a-z0-9_+-]{1,30}:|[^\w\s()\[\]*_@#`\"'<:-]{1,3}) ?"
)
_FOCUS = re.compile(
    r"\bwe(?: are|['’]re) (?:now |currently |also ){0,2}(?:focused on|focusing on|working on|doing|taking|planning)\b",
    re.IGNORECASE,
)


def read_marked(part: Part, walk: Walk) -> None:
    walk.source = source_of(part)
    if any(begins_marked(line, walk.words) for line in part.text.split("\n")):
        for block in _all(part.blocks):
            if block.kind == "paragraph":
                _paragraph(block, walk, weak=part.section not in _TELLING)
    if "|" in part.text and any(name in part.text.lower() for name in _NAMED):
        _tables(part.blocks, walk)
    if ":\n" in part.text or ":**\n" in part.text or "：\n" in part.text:
        _led(part.blocks, walk, told=part.section in _TELLING)


def _tables(blocks: Sequence[Block], walk: Walk) -> None:
    """Tables that name themselves in their header: "Action item | Type | Owner"."""
    for block in _all(blocks):
        if block.kind == "table" and block.rows and any(key(plain(cell)) in _NAMED for cell in block.rows[0]):
            with walk.under("", lines_of_block(block)):
                for _, facts, spans in itemtable.rows_of(block, walk.given):
                    walk.add(spans, facts)


def begins_marked(line: str, words: ItemWords) -> bool:
    """Whether a line may begin with the word for an action item: a cheap look, before its tree is asked."""
    lead = _LEAD.match(line)
    at = lead.end() if lead else 0
    if line[at : at + 2].lower() not in words.marker_heads:
        return False
    rest = line[at:]
    return words.marker.match(rest) is not None or words.weak_marker.match(rest) is not None


def _all(blocks: Sequence[Block]) -> Iterator[Block]:
    stack = list(blocks)[::-1]
    while stack:
        block = stack.pop()
        yield block
        stack.extend(reversed(block.children))


def _paragraph(block: Block, walk: Walk, *, weak: bool) -> None:
    for number, line in enumerate(lines_of(block.spans), block.start + 1):
        text = plain(line)
        box = itemdone.BOX.match(text)
        bare = _SIGN.sub("", text[box.end() :] if box else text, count=1)
        found = walk.words.marker.match(bare) or (walk.words.weak_marker.match(bare) if weak else None)
        if found is None or not bare[found.end() :].strip():
            continue
        facts = Facts(here=(number, number))
        if box:
            itemdone.take_box(text, facts)
        walk.add(_behind(line, len(text) - len(bare) + found.end()), facts)


def _behind(spans: Sequence[Span], count: int) -> list[Span]:
    """The spans without their first `count` characters, as plain() counts them."""
    kept: list[Span] = []
    left = count
    for span in spans:
        size = len(span.text) + (2 if span.code else 0)
        if left >= size:
            left -= size
            continue
        kept.append(replace(span, text=span.text[left:]) if left and not span.code else span)
        left = 0
    return kept


def _led(blocks: Sequence[Block], walk: Walk, *, told: bool) -> None:
    """Lists that a line leads to: "Action items:", "We are now focused on:". `told`: among what was done then,
    "Actions taken:" leads to none."""
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if (
            block.kind == "paragraph"
            and following is not None
            and following.kind == "list"
            and _leads(block.spans, walk, told=told)
        ):
            with walk.under("", lines_of_block(block)):
                read_list(following, walk)
        elif block.kind == "list":
            for item in block.children:
                head, nested = (item.children[0], item.children[1:]) if item.children else (None, ())
                if head is not None and head.kind == "paragraph" and _names(head.spans, walk, told=told):
                    for child in nested:
                        if child.kind == "list":
                            read_list(child, walk)


def _leads(spans: Sequence[Span], walk: Walk, *, told: bool) -> bool:
    text = plain(spans)
    if not text.endswith((":", "：")) or len(text) > 600:
        return False
    last = re.split(r"(?<=[.!?]) ", text)[-1]
    return (
        _names(spans, walk, told=told)
        or _FOCUS.search(last) is not None
        or bool(
            (walk.words.firm_promise.search(last) or walk.words.future_lead.search(last))
            and not re.search(r"\b(?:not|never|see|look at)\b", last)
        )
    )


def _names(spans: Sequence[Span], walk: Walk, *, told: bool) -> bool:
    """Whether a line is nothing but the name of the section of action items."""
    text, words = plain(spans).rstrip("*_ "), walk.given.words
    name = text.rstrip(":： ")
    if not text.endswith((":", "：")) or words.section_of(name, exact=True) is not Section.ACTION_ITEMS:
        return False
    return not (told and key(name) in words.around.get("past", ()))
