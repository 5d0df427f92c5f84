"""Action items in what stands below a heading: lists, tables, lines with typed bullets, bold lead-ins, prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from service.postmortem import (
    itemchores,
    itemdone,
    itemfields,
    itemhtml,
    itemprose,
    itemrawtable,
    itemtable,
    itemtext,
    itemtold,
    references,
)
from service.postmortem.itemfacts import Facts
from service.postmortem.itemgroups import group_of
from service.postmortem.itemlines import read_task_lines
from service.postmortem.itemlists import (
    add_with_lead,
    detail_text,
    details,
    lead_in,
    numbered,
    read_list,
    read_records,
    state_of,
)
from service.postmortem.itemprose import sentences
from service.postmortem.itemwalk import Walk, lines_of_block
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.vocabulary import key

_BULLET = re.compile(r"^(?:[•‣◦●▪·–—] ?|[-*+] |\d{1,2}[.)] |(?=\[[ xX]?\] )|(?=[☐☑☒✅⬜]))")


def read_blocks(blocks: Sequence[Block], walk: Walk, *, answer: bool = False) -> None:
    explained = _explained(blocks, walk)
    outer = walk.group
    skipped = False
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.kind in ("list", "table") and skipped:
            skipped = False
        elif block.kind == "list":
            if index in explained and walk.found:
                _explain(block, walk)
            else:
                before = len(walk.found)
                read_list(block, walk)
                itemtold.settle(walk.found[before:], walk.words)
        elif block.kind == "table":
            for _, facts, spans in itemtable.rows_of(block, walk.given):
                walk.add(spans, facts)
        elif block.kind == "paragraph" and (typed := itemrawtable.table_of(block)):
            for line, facts, spans in itemtable.rows_of(typed[0], walk.given):
                facts.here = (line, typed[1][line])
                facts.said = {name: replace(said, lines=facts.here) for name, said in facts.said.items()}
                walk.add(spans, facts)
        elif block.kind == "paragraph" and (tagged := itemhtml.list_of(block)):
            _paragraph(tagged[0], walk, (), leads=True, answer=answer)
            read_list(tagged[1], walk)
        elif block.kind == "paragraph":
            leads = following is not None and following.kind in ("list", "table")
            only = following is not None and itemfields.only_fields(following, walk.words)
            if leads and not only and _names_group(block, walk):
                skipped = itemchores.is_foreign(plain(block.spans).rstrip(": "), walk.words)
                around = replace(outer, done=None, open=False) if walk.label else outer
                walk.group = group_of(plain(block.spans), walk.given, lines_of_block(block)).within(around)
                continue
            _paragraph(block, walk, blocks[index + 1 :], leads=leads and not only, answer=answer)
        elif block.kind == "quote":
            read_blocks(block.children, walk)
    walk.group = outer


def _explained(blocks: Sequence[Block], walk: Walk) -> set[int]:
    """Bullets between numbered lists that count on explain the item above them."""
    lists = [
        (index, numbered(block, walk), len(block.children))
        for index, block in enumerate(blocks)
        if block.kind == "list"
    ]
    if sum(1 for _, number, _ in lists if number > 1) == 0:
        return set()
    explained: set[int] = set()
    for (_, number, _), (index, other, _) in pairwise(lists):
        if not other and (number or index - 1 in explained):
            explained.add(index)
    return explained


def _explain(block: Block, walk: Walk) -> None:
    last = walk.found[-1].facts
    details(block, last, walk)
    last.here = (last.here[0], lines_of_block(block)[1])


def _names_group(block: Block, walk: Walk) -> bool:
    """A line above a list: "**Short term:**", "Prevent", "The following actions are planned:"."""
    text = plain(block.spans)
    lead, rest = lead_in(block.spans)
    bold = bool(lead) and not rest
    return (
        bold
        or (text.endswith((":", "：")) and "\n" not in "".join(span.text for span in block.spans))
        or key(text) in walk.words.kinds
    )


def _paragraph(block: Block, walk: Walk, after: Sequence[Block], *, leads: bool, answer: bool) -> None:
    lines = lines_of(block.spans)
    if any(map(_has_bullet, lines)):
        _typed_bullets(block, lines, walk, _has_bullet)
        return
    if len(lines) > 1 and read_records([(line, block.start + number) for number, line in enumerate(lines)], walk):
        return
    if read_task_lines(block, lines, walk):
        return
    lead, rest = lead_in(block.spans)
    if _marked(lines, walk):
        _typed_bullets(block, lines, walk, lambda line: _has_mark(line, walk))
        return
    if lead and not (leads and not rest):
        name = plain(lead)
        if rest and itemchores.is_foreign(name.rstrip(": "), walk.words):
            return
        state = state_of(name, walk) if rest else None
        if state == "open" and any(itemprose.promised(plain(one[0]), walk.words) for one in sentences(block.spans)):
            walk.add_sentences(block)
            return
        if state or (rest and walk.given.words.nothing_said(name)):
            add_with_lead(block.spans, Facts(here=lines_of_block(block)), walk)
            return
        if rest and len(name.split()) < 3 and name.split()[0].lower() not in walk.words.lists["verb"]:
            walk.add_sentences(block, answer=True)
            return
        facts = Facts(here=lines_of_block(block))
        following = after[0] if after else None
        if not rest and following is not None and following.kind == "paragraph" and not lead_in(following.spans)[0]:
            rest = detail_text(following, facts, walk)
            facts.here = (facts.here[0], lines_of_block(following)[1])
        elif not rest and following is not None and itemfields.only_fields(following, walk.words):
            details(following, facts, walk)
            facts.here = (facts.here[0], lines_of_block(following)[1])
        facts.why = facts.why or rest[: itemtext.WHY_LIMIT] or None
        if rest:
            facts.set_told(itemdone.told(rest, walk.words), "it is told as done")
        walk.add(lead, facts)
    elif references.refs_of(block.spans) and _is_bare(block.spans):
        walk.add(block.spans, Facts(here=lines_of_block(block)))
    elif not lead:
        walk.add_sentences(block, firm=leads, answer=answer and not leads)


def _has_bullet(line: Sequence[Span]) -> bool:
    return _BULLET.match(plain(line)) is not None


def _has_mark(line: Sequence[Span], walk: Walk) -> bool:
    """ "AI: add an alert": the line says of itself that it is an item, and what is to be done."""
    text = plain(line)
    found = walk.words.marker.match(text) or walk.words.weak_marker.match(text)
    return found is not None and len(text[found.end() :].split()) > 1


def _marked(lines: Sequence[Sequence[Span]], walk: Walk) -> bool:
    """Whether a paragraph is a list of such lines, or one of them that promises nothing in its sentences."""
    marked = [line for line in lines if _has_mark(line, walk)]
    if len(marked) > 1:
        return _has_mark(lines[0], walk)
    return bool(marked) and len(lines) == 1 and not itemprose.promised(plain(lines[0]), walk.words)


def _is_bare(spans: Sequence[Span]) -> bool:
    """Nothing but the names of issues."""
    shown = [span for span in spans if span.text.strip(" .,;-–—:()\n")]
    return all(
        span.href or re.fullmatch(r"\W{0,4}(?:https?://\S+|[\w./-]*#\d+|[A-Z][A-Z0-9_]+-\d+)\W{0,3}", span.text.strip())
        for span in shown
    )


def _typed_bullets(
    block: Block, lines: Sequence[Sequence[Span]], walk: Walk, begins: Callable[[Sequence[Span]], bool]
) -> None:
    """Lines that begin with a typed bullet, a box or a mark; what follows one without them belongs to it."""
    items: list[tuple[list[Sequence[Span]], int]] = []
    for number, line in enumerate(lines):
        if begins(line):
            items.append(([line], block.start + number))
        elif items:
            items[-1][0].append(line)
    for own, start in items:
        facts = Facts(here=(start + 1, start + len(own)))
        first = own[0][0]
        text = first.text if first.code else _BULLET.sub("", first.text.lstrip(), count=1)
        spans = [replace(first, text=text), *own[0][1:]]
        for line in own[1:]:
            spans.extend((Span("\n"), *line))
        add_with_lead(itemfields.without_fields(spans, facts, walk.given, first=start + 1), facts, walk)
