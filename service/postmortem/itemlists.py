"""Action items in lists: bullets, numbers and boxes; groups and details among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.postmortem import itemchores, itemdone, itemdue, itemfields, itemtext, references
from service.postmortem.itemfacts import Facts
from service.postmortem.itempast import is_past
from service.postmortem.itemwalk import Walk
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.vocabulary import key

_NUMBERED = re.compile(r"\s*(\d{1,9})[.)]")
_MOST_NAME = 6  # words of the name of a group that ends with a colon


def read_list(block: Block, walk: Walk) -> None:
    if _records(block, walk):
        return
    for item in block.children:
        _item(item, walk)


def numbered(block: Block, walk: Walk) -> int:
    """The first number of a numbered list, else 0."""
    lines = walk.source.stretch((block.start + 1, block.start + 1))
    found = _NUMBERED.match(lines[0]) if lines else None
    return int(found[1]) if found else 0


def _item(item: Block, walk: Walk) -> None:
    head = item.children[0] if item.children else None
    nested = [child for child in item.children if child.kind == "list"]
    if head is None or head.kind not in ("paragraph", "heading"):
        for child in nested:
            read_list(child, walk)
        return
    text = plain(head.spans)
    if nested and itemchores.is_foreign(text, walk.words):
        return
    if nested and _is_group(head, text, nested, walk):
        before = len(walk.found)
        with walk.under(text, (head.start + 1, head.end)):
            for child in nested:
                read_list(child, walk)
        if len(walk.found) > before:
            return
    tasks = _tasks(nested, walk) if not itemdone.BOX.match(text) else _boxes(nested, walk)
    facts = Facts(here=_lines(item, walk, tasks[0].start if tasks else item.end))
    spans = itemfields.without_fields(head.spans, facts, walk.given, first=head.start + 1)
    for child in item.children[1:]:
        details(child, facts, walk)
    add_with_lead(spans, facts, walk)
    for task in tasks:
        _item(task, walk)


def _lines(item: Block, walk: Walk, end: int) -> tuple[int, int]:
    """The lines of a bullet with its details, without the empty ones that follow."""
    while end > item.start + 1:
        if any(line.strip() for line in walk.source.stretch((end, end))):
            break
        end -= 1
    return item.start + 1, max(item.start + 1, end)


def add_with_lead(spans: Sequence[Span], facts: Facts, walk: Walk) -> None:
    """A bold beginning is the item and the rest explains it, unless the bold words only name what it is about."""
    itemdone.take_box(plain(spans), facts)
    lead, rest = lead_in(spans)
    name = itemdone.BOX.sub("", plain(lead), count=1)
    if lead and rest and walk.given.words.nothing_said(name):  # "**Action item 3:** Document the rebuild"
        spans = spans[len(lead) :]
    elif lead and rest and (state := state_of(name, walk)):  # "**Done:** the alert pages now"
        if state == "done":
            facts.set_done(name.rstrip(":： "), "its first word")
        spans = _without_lead(spans, len(lead))
    elif lead and rest and _stands_alone(name, spans, walk):
        facts.add_refs(references.refs_of(spans))
        past = itemdone.told(rest, walk.words) or itemdone.is_detail_done(rest, walk.words)
        facts.set_told(past, "it is told as done")
        rest = itemtext.take_facts(rest, facts, walk.given)
        facts.why, spans = facts.why or rest[: itemtext.WHY_LIMIT] or None, lead
    walk.add(spans, facts)


def state_of(name: str, walk: Walk) -> str | None:
    """Whether a bold beginning is only a state: "Done", "Open"."""
    lower = name.lower().rstrip(":： ")
    return next((state for state in ("done", "open") if lower in walk.words.lists[state]), None)


def _without_lead(spans: Sequence[Span], count: int) -> list[Span]:
    kept = list(spans[count:])
    while kept and not kept[0].text.strip(" :：-–—.\n"):
        del kept[0]
    if kept and not kept[0].code:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip(" :：-–—."))
    return kept


def lead_in(spans: Sequence[Span]) -> tuple[tuple[Span, ...], str]:
    """The bold beginning of a text, and the words after it."""
    count = 0
    while count < len(spans) and (
        spans[count].bold or (not count and itemdone.BOX.fullmatch(spans[0].text.strip() + " "))
    ):
        count += 1
    lead, rest = tuple(spans[:count]), plain(spans[count:])
    if not plain(lead).strip(" :") or not any(span.bold for span in lead):
        return (), ""
    broken = count < len(spans) and spans[count].text == "\n"
    if rest and not (broken or plain(lead)[-1] in ":.?：" or rest[0] in ":：-–—."):
        return (), ""
    return tuple(
        replace(span, text=span.text.rstrip(":： ")) if span is lead[-1] else span for span in lead
    ), rest.lstrip(":：-–—. ")


def _stands_alone(name: str, spans: Sequence[Span], walk: Walk) -> bool:
    """Whether a bold beginning is a thing to do by itself: it has a verb, or ends with a stop or its line. Of "**Retry
    limits**: add them to the proxy" the words behind the colon tell what to do."""
    count = next((index for index, span in enumerate(spans) if not span.bold), len(spans))
    written, behind = plain(spans[:count]), plain(spans[count:])
    colon = written[-1:] in (":", "：") or behind[:1] in (":", "：")
    if not colon:
        return len(name.split()) >= 3 or _begins_with_verb(name, walk)
    first = behind.lstrip(":：-–— ").split(" ", 1)[0].lower()
    told = first in walk.words.lists["verb"] or first in walk.words.lists["past"] or first.endswith("ing")
    return _begins_with_verb(name, walk) and not told


def _is_group(head: Block, text: str, nested: Sequence[Block], walk: Walk) -> bool:
    """ "Monitoring:" above a nested list names a group, "As a result we will:" leads to tasks; an item with details has
    a verb of its own, and what is below it has none."""
    if itemdone.BOX.match(text) or all(itemfields.only_fields(child, walk.words) for child in nested):
        return False
    bare = text.rstrip("*_ ")
    name = bare.rstrip(":：").strip()
    count = len(name.split())
    colon = bare.endswith((":", "："))
    if colon and count > 1 and is_past(name.split(" ", 1)[0], walk.words):
        return False  # "Enhanced the checks:" is told as done, and what is below it are its details
    verb = _begins_with_verb(name, walk)
    entries = [entry for child in nested for entry in child.children]
    tasks = sum(_is_task(entry, walk) for entry in entries)
    if key(name) in walk.words.kinds or walk.given.words.section_of(name, exact=True):
        return True
    bold = all(span.bold for span in head.spans if span.text.strip(" :."))
    if colon and verb and count > 2:
        return bool(tasks) and 2 * tasks >= len(entries) and count <= _MOST_NAME
    if colon:
        return count <= _MOST_NAME or (bool(tasks) and 2 * tasks >= len(entries))
    return not verb and (count <= 2 or (bold and count <= _MOST_NAME and 2 * tasks >= len(entries)))


def _begins_with_verb(text: str, walk: Walk) -> bool:
    return text.strip('*_`"“ ').split(" ", 1)[0].strip("*_`,:").lower() in walk.words.lists["verb"]


def _is_task(item: Block, walk: Walk) -> bool:
    head = item.children[0] if item.children else None
    if head is None or head.kind != "paragraph":
        return False
    text = plain(head.spans)
    return bool(itemdone.BOX.match(text) or text.startswith("@") or (_begins_with_verb(text, walk) and " " in text))


def _boxes(nested: Sequence[Block], walk: Walk) -> list[Block]:
    return [
        entry
        for child in nested
        for entry in child.children
        if entry.children and itemdone.BOX.match(plain(entry.children[0].spans)) and not _only_state(entry, walk)
    ]


def _only_state(item: Block, walk: Walk) -> bool:
    """ "[x] done", "✅ shipped" below an item: its state, and no task of its own."""
    text = plain(item.children[0].spans) if len(item.children) == 1 else ""
    box = itemdone.BOX.match(text)
    return box is not None and itemdue.done_word(text[box.end() :], walk.words)


def _tasks(nested: Sequence[Block], walk: Walk) -> list[Block]:
    """What stands below an item and is a task of its own: boxes, or several that begin with a verb."""
    if boxes := _boxes(nested, walk):
        return boxes
    tasks: list[Block] = []
    for child in nested:
        likely = [
            entry
            for entry in child.children
            if _is_task(entry, walk)
            and len(plain(entry.children[0].spans).split()) > 2
            and not itemfields.field_of(plain(entry.children[0].spans), walk.words)
        ]
        if len(likely) > 1 and 3 * len(likely) >= len(child.children):
            tasks.extend(likely)
    return tasks


def details(block: Block, facts: Facts, walk: Walk) -> None:
    """What stands under an item: fields of it, issues, and that it was done; plain details are not items."""
    here = facts.here
    if block.kind == "paragraph":
        _detail(block, facts, walk)
    elif block.kind in ("list", "quote"):
        for entry in block.children:
            head = entry.children[0] if entry.kind == "item" and entry.children else entry
            box = itemdone.BOX.match(plain(head.spans)) if head.kind == "paragraph" else None
            if box and _only_state(entry, walk):
                itemdone.take_box(plain(head.spans), facts)
            elif head.kind == "paragraph" and not box:
                _detail(head, facts, walk)
    facts.here = here


def _detail(block: Block, facts: Facts, walk: Walk) -> str:
    """What is said in a line below an item besides its fields."""
    facts.here = (block.start + 1, max(block.start + 1, block.end))
    rest = itemfields.without_fields(block.spans, facts, walk.given, first=block.start + 1)
    text = plain(rest)
    if text and (done := itemdone.is_detail_done(text, walk.words)):
        facts.set_done(done, "it is said below it")
        facts.add_refs(references.refs_of(rest), "named below it")
    elif text and block.spans and (pointed := references.pointed_at(rest)):
        facts.add_refs(pointed, "named below it")
    elif text and all(span.href or not span.text.strip(" ,;.&") for span in rest):
        facts.add_refs(references.refs_of(rest), "named below it")
    elif text.startswith("@") and " " not in text:
        facts.set_owner(text, "named below it")
    return text


def detail_text(block: Block, facts: Facts, walk: Walk) -> str:
    here = facts.here
    text = _detail(block, facts, walk)
    facts.here = here
    return text


def _records(block: Block, walk: Walk) -> bool:
    """A list whose entries are the fields of one item after another: "Action: …", "Owner: …", "Action: …"."""
    rows = [
        (entry, entry.children[0])
        for entry in block.children
        if entry.children and entry.children[0].kind == "paragraph"
    ]
    if len(rows) < 2 or len(rows) != len(block.children):
        return False
    return read_records(
        [(line, row.start + number) for _, row in rows for number, line in enumerate(lines_of(row.spans))], walk
    )


def read_records(lines: Sequence[tuple[Sequence[Span], int]], walk: Walk) -> bool:
    """Lines of fields, each item begun by one that says what is to be done. False: these are no such lines."""
    texts = [plain(line) for line, _ in lines]
    named = [_names_text(text, walk) for text in texts]
    fields = [itemfields.field_of(text, walk.words) for text in texts]
    if not named or not named[0] or not all(map(lambda one, other: one or other, named, fields)) or not any(fields):
        return False
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and not named[end]:
            end += 1
        facts = Facts(here=(lines[at][1] + 1, lines[at][1] + 1))
        whole = facts.here[0], lines[end - 1][1] + 1
        for line, number in lines[at + 1 : end]:
            itemfields.without_fields(line, facts, walk.given, first=number + 1)
        facts.here = whole
        walk.add(_without_name(lines[at][0]), facts)
        at = end
    return True


def _names_text(text: str, walk: Walk) -> bool:
    name, colon, rest = text.partition(":")
    return bool(colon and rest.strip()) and walk.words.columns.get(key(name.rstrip(" #0123456789"))) == "text"


def _without_name(spans: Sequence[Span]) -> list[Span]:
    """The words behind the first colon."""
    kept = list(spans)
    while kept and ":" not in kept[0].text:
        del kept[0]
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.split(":", 1)[1].lstrip(), bold=False)
    return kept
