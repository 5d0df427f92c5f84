"""Facts that stand around an item: fields in lines under it ("Owner: sam"), and the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem import itemtext, references
from service.postmortem.given import Given
from service.postmortem.itemtext import Facts
from service.postmortem.markdown import Block, Span, lines_of, plain
from service.postmortem.vocabulary import key

WHY_LIMIT = 600  # characters; the rest stays in the section

_FIELD = re.compile(
    r"\W{0,4}(owner|assignee|assigned to|responsible|dri|due|due date|deadline|eta|target date|priority|prio|why|"
    r"reason|rationale|done when|acceptance criteria|acceptance|definition of done|status|state|ticket|issue|tracking|"
    r"jira|link|tracked in|pr)s?\W{0,4}?[:=]\W{0,3}? ?(.*)",
    re.IGNORECASE,
)
_FIELD_FACT = {
    **dict.fromkeys(("owner", "assignee", "assigned to", "responsible", "dri"), "owner"),
    **dict.fromkeys(("due", "due date", "deadline", "eta", "target date"), "due"),
    **dict.fromkeys(("priority", "prio"), "priority"),
    **dict.fromkeys(("why", "reason", "rationale"), "why"),
    **dict.fromkeys(("done when", "acceptance criteria", "acceptance", "definition of done"), "done_when"),
    **dict.fromkeys(("status", "state"), "done"),
}
_COLUMN_PATTERNS = {
    fact: re.compile(names)
    for fact, names in {
        "done_when": r"done when|acceptance.*|definition of done",
        "text": r"actions?|action items?|items?|tasks?|description|what|to ?do|todos|follow.?ups?|title|summary|"
        r"improvement|measure|next steps?|corrective action|name",
        "owner": r"owners?|owned by|assignees?|assigned(?: to)?|who|responsible|responsibility|dri|leads?|person|team",
        "due": r"due|due date|due by|deadline|eta|target(?: date)?|when|by when|date|completion date",
        "priority": r"priority|prio|p|urgency",
        "done": r"status|state|done|done\?|progress|completed?",
        "refs": r"issues?|tickets?|links?|tracking|tracking issue|jira|bugs?|prs?|references?|tracked in|github issue|"
        r"issue link|url",
        "why": r"why|reason|rationale|notes?|comments?|details?",
    }.items()
}


def without_fields(spans: Sequence[Span], facts: Facts, given: Given) -> tuple[Span, ...]:
    """The lines that are no fields, joined; the fields go to `facts`."""
    kept: list[Span] = []
    for line in lines_of(spans):
        found = _FIELD.fullmatch(plain(line)) if len(plain(line)) < 2000 else None
        if found is None:
            kept.extend((*([Span(" ")] if kept else []), *line))
            continue
        facts.add_refs(references.refs_of(line))
        set_fact(facts, _FIELD_FACT.get(found[1].lower(), "refs"), found[2].strip(), given)
    return tuple(kept)


def set_fact(facts: Facts, fact: str, value: str, given: Given) -> None:
    """Keeps one stated fact; the first one that is stated stays."""
    if fact == "owner":
        facts.owner = facts.owner or itemtext.owner_of(value, given)
    elif fact == "due":
        facts.due = facts.due or itemtext.due_of(value, given.today)
    elif fact == "priority":
        facts.priority = facts.priority or itemtext.priority_of(value)
    elif fact == "done":
        facts.done = facts.done or itemtext.done_of(value)
    elif fact in ("why", "done_when") and value and not given.words.nothing_said(value):
        setattr(facts, fact, getattr(facts, fact) or value[:WHY_LIMIT])


def only_fields(block: Block) -> bool:
    """Whether a list holds nothing but fields of the item above it."""
    return block.kind == "list" and all(
        item.children and _FIELD.fullmatch(plain(item.children[0].spans)[:2000]) for item in block.children
    )


def columns_of(header: Sequence[Sequence[Span]]) -> dict[str, int]:
    """Which column of a table holds which fact, by the names in its header; the first of a kind counts."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = key(plain(cell)) or plain(cell).lower()
        fact = next((fact for fact, names in _COLUMN_PATTERNS.items() if names.fullmatch(name)), None)
        if fact and fact not in columns:
            columns[fact] = index
    return columns
