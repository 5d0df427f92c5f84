"""Facts that stand around an item: fields in lines under it ("Owner: sam"), and the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem import itemdone, itemdue, itemkinds, itemtext, owners, references
from service.postmortem.given import Given
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.vocabulary import key

_TASK_BEHIND = re.compile(r" [-–—] [^\W\d_]+ [^\W\d_]+")
_FIELD = re.compile(r"\W{0,4}([^:=：\n]{1,40}?)\W{0,4}?[:=：]\W{0,3}? ?(.*)", re.DOTALL)


def field_of(text: str, words: ItemWords) -> tuple[str, str, str] | None:
    """Fact, name and value of a line such as "Owner: sam"; None if it is no field that is known here."""
    if ":" not in text[:60] and "=" not in text[:60] and "：" not in text[:60]:
        return None
    found = _FIELD.fullmatch(text) if len(text) < 2000 else None
    if found is None:
        return None
    name, value = found[1].strip(), found[2].strip()
    fact = words.fields.get(key(name)) or words.fields.get(key(name).removesuffix("s"))
    if fact is None or value.startswith("//"):
        return None
    if fact == "owner" and _TASK_BEHIND.search(value):
        return None  # "Owner: sam - add an alert" holds the task as well
    if fact == "refs" and not value.startswith(("#", "http", "<", "[", "(")) and len(value.split()) > 3:
        return None  # "Bug: the page is empty" names no issue
    return fact, name, value


def without_fields(spans: Sequence[Span], facts: Facts, given: Given, *, first: int = 0) -> tuple[Span, ...]:
    """The lines that are no fields, joined; the fields go to `facts`. `first`: the source line of the first, from 1."""
    words = item_words(given.words)
    kept: list[Span] = []
    here = facts.here
    for number, line in enumerate(lines_of(spans), first):
        found = field_of(plain(line), words)
        if found is None:
            kept.extend((*([Span("\n")] if kept else []), *line))
            continue
        if first:
            facts.here = (number, number)
        facts.add_refs(references.refs_of(line), f"the field “{found[1]}”")
        set_fact(facts, found[0], found[2], given, f"the field “{found[1]}”")
        facts.here = here
    return tuple(kept)


def set_fact(facts: Facts, fact: str, value: str, given: Given, why: str) -> None:
    """Keeps one stated fact; the first one that is stated stays."""
    words = item_words(given.words)
    if fact == "owner":
        facts.set_owner(owners.owner_of(value, given), why)
    elif fact == "due" and not given.words.nothing_said(value):
        itemdue.set_field(facts, value, given.today, why, words)
    elif fact == "priority":
        facts.set_priority(itemkinds.priority_of(value, words), value.strip(), why)
    elif fact == "type":
        facts.set_kind(itemkinds.kind_of(value, words), value.strip(), why)
    elif fact == "status":
        if done := itemdone.of_status(value, words):
            facts.set_done(done, why)
        elif words.open_status.match(value):
            facts.open = True
    elif fact in ("why", "done_when") and value and not given.words.nothing_said(value):
        setattr(facts, fact, getattr(facts, fact) or value[: itemtext.WHY_LIMIT])


def only_fields(block: Block, words: ItemWords) -> bool:
    """Whether a list holds nothing but fields of the item above it."""
    return block.kind == "list" and all(
        item.children and field_of(plain(item.children[0].spans)[:2000], words) for item in block.children
    )


def columns_of(header: Sequence[Sequence[Span]], words: ItemWords) -> dict[str, int]:
    """Which column of a table holds which fact, by the names in its header; the first of a kind counts."""
    names = [plain(cell) for cell in header]
    facts = [words.columns.get(key(name) or name.strip().lower()) if len(name) <= 60 else None for name in names]
    facts = [
        fact or ("status" if key(name).endswith((" status", " state")) else None)
        for name, fact in zip(names, facts, strict=True)
    ]
    columns: dict[str, int] = {}
    for index, (name, fact) in enumerate(zip(names, facts, strict=True)):
        if key(name) in words.lists["name_column"]:
            fact = "owner" if "text" in facts else "text"  # of a person, or of the task
        elif fact is None and name.startswith("#"):
            fact = "number"
        if fact and fact not in columns:
            columns[fact] = index
    return columns
