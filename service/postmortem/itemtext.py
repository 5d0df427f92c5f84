"""One line of text as one action item: what to do, and the marks around it taken off and kept as facts.

Only what is clearly written is taken: an unclear owner or date stays None, and its words stay in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from service.postmortem import references, times
from service.postmortem.given import Given
from service.postmortem.markdown import Span, plain
from service.postmortem.model import ReadItem

_BOX = re.compile(r"^\[([ xX✓✔*-]?)\](?: |$)|^([☐☑☒✅✔✓❌])\ufe0f? ?")
#: a login, a team, or an Atlassian account id such as 712020:5b10a284-4c20, which is no time of day
_MENTION = (
    r"@(?:[0-9]{5,6}:[A-Za-z0-9-]{0,62}[A-Za-z0-9]"
    r"|[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?(?:/[A-Za-z0-9-]{1,39})?)"
)
_AT_START = re.compile(rf"^`?({_MENTION})`?(?: ?(?::|,|-|–|—|→)| to\b| will\b| should\b)? +", re.IGNORECASE)
_AT_END = re.compile(
    r"(?: ?[-–—,;:|→/]| and| by| assigned to| owner| with)? ?[(\[]?"
    rf"(?<!\w)`?({_MENTION})`?[)\]]?(?: \[\w{{1,20}}\])?[.,;]?$",
    re.IGNORECASE,
)
_BEGIN = r"(?:^|(?<=[\s(\[|,;.—–-]))[*_]{0,2}"  # a field's name stands at the start or after a separator
_IS = r"[*_]{0,2} ?[:=][*_]{0,2} ?"
_OWNER = re.compile(
    _BEGIN + r"(?:owner|assignee|assigned to|responsible|dri|lead|who)s?" + _IS + r"(@?[^\W\d_][^()\[\],;:|\n]{0,60})",
    re.IGNORECASE,
)
_DUE = re.compile(
    _BEGIN + r"(?:due(?: date| by| on)?|deadline|target date|eta|complete by)[*_]{0,2} ?[:=]?[*_]{0,2} ?", re.IGNORECASE
)
_TICKET = re.compile(_BEGIN + r"(?:ticket|issue|jira|tracked in|tracking)" + _IS + r"([^\s,;()\[\]]{1,200})", re.I)
_BY = re.compile(r"(?:^|(?<=[\s(\[|,;—–-]))by (?=\d|[A-Z][a-z])")
_PAREN_DATE = re.compile(r"\((?=\d{4}-\d\d-\d\d\))")
_PRIORITY_FIELD = re.compile(_BEGIN + r"(?:priority|prio)" + _IS + r"(P?[0-4])(?!\w)", re.IGNORECASE)
_PRIORITY = re.compile(
    r"^[(\[*]{0,3}(P[0-4])[)\]*]{0,3}(?: ?[:,–—-])? +|(?: ?[-–—,;|])? *[(\[]?\b(P[0-4])[)\]]?[.,;]?$"
)
_DONE_WORD = r"done|completed?|fixed|resolved|closed|shipped|merged|implemented|finished|erledigt"
_DONE_BRACKET = re.compile(
    rf"[(\[]\**(?:{_DONE_WORD})(?: (?:in|on|by|via) [^()\[\]]{{1,80}}| ✅)?\**[)\]]", re.IGNORECASE
)
_DONE_EDGE = re.compile(
    rf"^(?:DONE|COMPLETED?|FIXED)\b(?: ?[:–—-])? *|^(?:{_DONE_WORD}) ?[:–—] *"
    r"|(?<=[.!?)`\w]) +DONE(?: (?:in|via|with|by)\b.{0,120})?[.!]?$"
    rf"|(?: [-–—:|]|:) *(?i:{_DONE_WORD})[.!]?$",
)
_DONE_MARK = re.compile(r"(?:[✅☑✔]\ufe0f?|:white_check_mark:|:heavy_check_mark:)")
_HINT = re.compile(r" ?\[(?:add |insert |put )?(?:a )?links? (?:to|of) [^\[\]]{0,40}\]", re.IGNORECASE)
_BRACED = re.compile(r"^\{\{ ?([^{}]{3,}?) ?\}\}")
_OWNER_END = re.compile(r" (?:due|by|priority|status|deadline|ticket|issue)\b| [-–—] ", re.IGNORECASE)
_EDGES = " \t-–—:;,|→>/"
_STATUS_DONE = re.compile(
    rf"(?:[✅☑✔]\ufe0f? ?)?\W{{0,4}}(?:{_DONE_WORD}|yes|x|✓|✔)\b|^\W{{0,2}}[✅☑✔✓]|\[[xX]\]", re.IGNORECASE
)


@dataclass(slots=True)
class Facts:
    """What stands around an item's text: in its line, in the cells beside it, in the lines under it."""

    owner: str | None = None
    due: date | None = None
    priority: str | None = None
    done: bool = False
    refs: list[str] = field(default_factory=list)
    why: str | None = None
    done_when: str | None = None

    def add_refs(self, refs: Sequence[str]) -> None:
        self.refs.extend(ref for ref in refs if ref not in self.refs)


def read_line(spans: Sequence[Span], facts: Facts, given: Given) -> str:
    """The clean text of one line; what is taken off it goes to `facts`, which may hold more already."""
    shown = [span for span in spans if span.text.strip() and not _BOX.fullmatch(span.text.strip())]
    if shown and all(span.struck for span in shown):
        facts.done = True
    else:
        spans = [span for span in spans if not span.struck]
    facts.add_refs(references.refs_of(spans))
    text = plain(references.without_pointers(spans))
    box = _BOX.match(text)
    if box:
        facts.done = (
            facts.done or (box[1] or "").strip() in ("x", "X", "✓", "✔") or ((box[2] or "") in "☑✅✔✓" and bool(box[2]))
        )
        text = text[box.end() :]
    return take_facts(text, facts, given)


def take_facts(text: str, facts: Facts, given: Given) -> str:
    """Takes done marks, priority, due date and owner off a text, from its edges inwards."""
    text = _HINT.sub("", text)
    whole = text.strip()
    if _DONE_MARK.search(text):
        facts.done, text = True, _DONE_MARK.sub("", text)
    for pattern in (_DONE_BRACKET, _DONE_EDGE):
        found = pattern.search(text)
        if found:
            facts.done, text = True, _cut(text, found.start(), found.end())
    text = _take_due(text, facts, given.today)
    found = _PRIORITY_FIELD.search(text)
    if found:
        facts.priority = facts.priority or "P" + found[1][-1]
        text = _cut(text, found.start(), found.end())
    found = _OWNER.search(text)
    if found:
        facts.owner = facts.owner or owner_of(found[1], given)
        text = _cut(text, found.start(), found.end())
    named = text
    found = _TICKET.search(text)
    if found and found[1] in facts.refs:
        text = _cut(text, found.start(), found.end())
    for _ in range(4):
        before = text = text.strip().rstrip(_EDGES).lstrip(_EDGES)
        found = _PRIORITY.search(text)
        if found:
            facts.priority = facts.priority or found[1] or found[2]
            text = text[: found.start()] + text[found.end() :]
        elif facts.owner is None and (found := _AT_START.search(text) or _AT_END.search(text)):
            facts.owner = found[1]
            text = text[: found.start()] + text[found.end() :]
        elif facts.owner is None and (person := _person(text, given.people)):
            facts.owner, text = person
        if text == before:
            break
    text = _BRACED.sub(r"\1", text.strip().strip("_*").strip(_EDGES)).strip()
    text = references.without_last_url(text, facts.refs).rstrip(_EDGES)
    if text[:1].islower() and not named.lstrip(_EDGES).startswith(text[:20]):
        text = text[0].upper() + text[1:]
    return text or ("" if given.words.nothing_said(whole) else whole if facts.owner is None and not facts.due else "")


def _person(text: str, people: frozenset[str]) -> tuple[str, str] | None:
    """A known person who stands as "Alex to …", "Alex: …", "… (Alex)" or "… @Alex Example"."""
    for end in (re.search(r" \(([^()]{2,40})\)\.?$", text), re.search(r" @([^@()]{2,60})$", text)):
        if end and end[1].lower() in people:
            return end[1], text[: end.start()]
    begin = re.match(r"([^\W\d_][\w.' -]{1,40}?)(?: to | will |: )", text)
    if begin and begin[1].lower() in people:
        return begin[1], text[begin.end() :]
    return None


def _take_due(text: str, facts: Facts, today: date | None) -> str:
    for pattern in (_DUE, _PAREN_DATE, _BY):
        for found in pattern.finditer(text):
            due, end = due_at(text, found.end(), today)
            if due is not None:
                facts.due = facts.due or due
                return _cut(text, found.start(), end)
    return text


def due_at(text: str, at: int, today: date | None) -> tuple[date | None, int]:
    """A date that stands at this place, and where it ends. Without a day, a month, or a year to lean on: None."""
    return times.day_at(text, at, today, ahead=True)


def due_of(text: str, today: date | None) -> date | None:
    """The date of a cell or a field, if the whole of it is one."""
    text = text.strip().strip("*_`().").strip()
    due, end = due_at(text, 0, today)
    return due if not text[end:].strip(" .,;)") else None


def owner_of(text: str, given: Given) -> str | None:
    """The owner of a cell or a field as it was written; None for "TBD", "-" and the like."""
    text = text.strip().strip("*_`()[].,;|").strip()
    text = _OWNER_END.split(text, maxsplit=1)[0].strip()
    if (
        given.words.nothing_said(text)
        or len(text) > 60
        or text.lower() in ("unassigned", "nobody", "no one", "everyone")
    ):
        return None
    return text


def done_of(text: str) -> bool:
    """Whether a status cell or field says that the item is done."""
    return _STATUS_DONE.match(text.strip()) is not None and not text.strip().lower().startswith("not")


def priority_of(text: str) -> str | None:
    found = re.fullmatch(r"\W{0,3}P?([0-4])\b.{0,20}", text.strip(), re.IGNORECASE)
    return f"P{found[1]}" if found else None


def _cut(text: str, start: int, end: int) -> str:
    """Without a stretch, nor the brackets and separators that held it."""
    left, right = text[:start].rstrip(" -–—,;|"), text[end:].lstrip(" ")
    if left.endswith(("(", "[")) and right.startswith((")", "]")):
        left, right = left[:-1].rstrip(), right[1:]
    elif left.endswith(("(", "[")) or right.startswith((")", "]")):
        right = right.lstrip(",;| ")
        if right.startswith((")", "]")) and left.count("(") <= left.count(")"):
            right = right[1:]
    return f"{left} {right}".strip() if right[:1] not in ".,;:)" else f"{left}{right}"


def item(text: str, facts: Facts, anchor: str, position: int) -> ReadItem:
    return ReadItem(
        text,
        facts.owner,
        facts.due,
        priority=facts.priority,
        done=facts.done,
        refs=tuple(facts.refs),
        why=facts.why,
        done_when=facts.done_when,
        anchor=anchor,
        position=position,
    )
