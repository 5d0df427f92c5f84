"""A heading of its own for one action item, with prose or fields below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem import itemdone, itemfields, itemtext, references
from service.postmortem.itemblocks import read_blocks
from service.postmortem.itemfacts import Facts, Source
from service.postmortem.itemlists import detail_text, details
from service.postmortem.itemwalk import Walk
from service.postmortem.itemwords import ItemWords
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.outline import Part
from service.postmortem.vocabulary import key

#: "1) …", "A2. …", "Action 3: …" before what is to be done
NUMBER = re.compile(
    r"^(?:\d{1,2}[.):、．]|[A-Z]-?\d{1,2}(?:[.):]| [–—-])"
    r"|(?:action(?: item)?|ai|item|task|maßnahme|acci[oó]n|ação|tâche|対策|措施)[ -]?#?\d{1,3}(?!\w) ?"
    r"[.):：、–—-]?) ?",
    re.IGNORECASE,
)


def begins_with_verb(part: Part, words: ItemWords) -> bool:
    return part.name.split(" ", 1)[0].lower() in words.lists["verb"]


def is_work(part: Part, walk: Walk) -> bool:
    """Whether a heading below the heading of a group is a thing to do, and no topic that is only told of."""
    words = walk.words
    if (
        begins_with_verb(part, words)
        or part.name.split(" ", 1)[0].lower() in words.lists["wish"]
        or references.refs_of(part.spans)
        or "@" in part.name
    ):
        return True
    return any(
        words.promise.search(plain(block.spans))
        or words.need.search(plain(block.spans))
        or itemdone.told(plain(block.spans), words)
        for block in part.blocks
        if block.kind == "paragraph"
    )


def has_fields(part: Part, walk: Walk) -> bool:
    """Whether the first lines below a heading are fields of one item: "**Priority:** High", "Owner: sam"."""
    head = part.blocks[0] if part.blocks else None
    if head is None or head.kind != "paragraph":
        return False
    return any(
        (field := itemfields.field_of(plain(line), walk.words)) and field[0] in ("priority", "owner", "due", "status")
        for line in lines_of(head.spans)[:6]
    )


def no_boxes(blocks: Sequence[Block]) -> bool:
    return not any(
        entry.children and itemdone.BOX.match(plain(entry.children[0].spans))
        for block in blocks
        if block.kind == "list"
        for entry in block.children
    )


def read_heading(part: Part, walk: Walk, *, counted: bool) -> None:
    """A heading of its own for one item, with prose or fields below it; a short bare heading is only a category."""
    name = NUMBER.sub("", part.name, count=1) or part.name
    verb = name.split(" ", 1)[0].lower() in walk.words.lists["verb"]
    short = len(name.split()) < 3 and not (verb and " " in name) and not counted
    refs = references.refs_of(part.spans)
    if part.blocks and not (verb or counted or refs) and all(block.kind == "code" for block in part.blocks):
        return  # an example
    if short and not refs if not part.blocks else walk.given.words.nothing_said(part.text):
        return
    if (short and not refs) or key(name) in walk.words.kinds:
        read_blocks(part.blocks, walk, answer=True)
        return
    line = part.start + 1
    facts = Facts(here=(line, line))
    prose: list[str] = []
    for block in part.blocks:
        if block.kind == "paragraph":
            prose.append(detail_text(block, facts, walk))
            facts.add_refs(references.refs_of(block.spans), "named below it")
        else:
            details(block, facts, walk)
    told = " ".join(text for text in prose if text)
    facts.why = facts.why or told[: itemtext.WHY_LIMIT] or None
    if told and (past := itemdone.told(told, walk.words)):
        facts.here = (part.blocks[0].start + 1, part.end)
        facts.set_told(past, "it is told as done")
    facts.here = (line, max(line, part.end))
    spans: Sequence[Span] = part.spans
    if spans and not spans[0].code:
        bare = NUMBER.sub("", spans[0].text, count=1)
        state, _, work = bare.partition(" ")  # "TODO Alerts for the queue"
        if state.isupper() and state.lower() in walk.words.lists["open"] and work.strip():
            bare = work.lstrip()
        spans = (replace(spans[0], text=bare), *spans[1:])
    body = walk.source
    above = [""] * max(0, body.first - line - 1)
    walk.source = Source((plain(part.spans), *above, *body.lines), line) if body.first > line else body
    walk.add(spans, facts)
    walk.source = body
