"""What the name of a group says of the items in it: "Prevent", "Actions (completed)", "Long term (Q4 2026)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.postmortem import dates, itemkinds, itemstates, owners
from service.postmortem.given import Given
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords, item_words
from service.postmortem.model import Kind
from service.postmortem.vocabulary import key

_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]]")
_NOT = re.compile(r"\b(?:in progress|not|partial|partly|planned|ongoing|to be|nicht|teilweise)\b", re.IGNORECASE)
_SO_FAR = re.compile(r" (?:so far|already|by now|up to now)$")
_BEHIND = re.compile(r"(?: [-–—]|:) ?([\w ]{3,20})$")
_THESE = re.compile(r"(?:these|all of these|all of this|both)\b", re.IGNORECASE)
_RANGE = re.compile(r" ?(?:-|–|—|to|bis|until) ?")


@dataclass(frozen=True, slots=True)
class Group:
    """The facts that a name states, with the words of each and the lines of the name, from 1."""

    kind: tuple[Kind, str] | None = None
    done: str | None = None
    due_text: str | None = None
    owner: str | None = None
    lines: tuple[int, int] = (0, 0)
    open: bool = False

    def give(self, facts: Facts) -> None:
        """What the item does not state itself, the group states for it."""
        here, facts.here = facts.here, self.lines
        if self.kind:
            facts.set_kind(self.kind[0], self.kind[1], f"under “{self.kind[1]}”")
        if self.done:
            facts.set_told(self.done, f"under “{self.done}”")
        if self.due_text and not facts.due:
            facts.set_due(None, self.due_text, "in the name of its group")
        facts.set_owner(self.owner, "in the name of its group")
        facts.here = here

    def within(self, outer: Group) -> Group:
        """What it leaves open is as in the group around it."""
        return Group(
            self.kind or outer.kind,
            self.done or outer.done,
            self.due_text or outer.due_text,
            self.owner or outer.owner,
            self.lines if self.kind or self.done or self.due_text or self.owner else outer.lines,
            self.open or outer.open,
        )


def group_of(name: str, given: Given, lines: tuple[int, int]) -> Group:
    words = item_words(given.words)
    name = name.strip().rstrip(":").strip()
    if not name or len(name) > 120:
        return Group()
    kind = itemkinds.kind_of(name, words)
    owner = None
    if name.startswith("@") and " " not in name:
        owner = name
    elif found := words.owner.match(name):
        owner = owners.owner_of(found[1], given)
    return Group(
        (kind, name) if kind else None,
        _done(name, words),
        _due(name),
        owner,
        lines,
        name.lower() in words.lists["open"],
    )


def _done(name: str, words: ItemWords) -> str | None:
    if _NOT.search(name):
        return None
    found = _SO_FAR.sub("", key(name))
    if _is_done(found, words):
        return name
    named = [*_BRACKET.findall(name), *_BEHIND.findall(name)]
    bracket: str | None = next((one for one in named if _is_done(one.strip(" )*_").lower(), words)), None)
    if bracket:
        return bracket
    if found in words.lists["done_group"]:
        return name
    told = words.done_told.fullmatch(name) if _THESE.match(name) and not itemstates.is_part(name) else None
    return name if told else None


def _is_done(said: str, words: ItemWords) -> bool:
    return any(said.removeprefix(before) in words.lists["done"] for before in ("", "already ", "all "))


def _due(name: str) -> str | None:
    """Words about a time in brackets, which no calendar date is made of: "(Q4 2025 - Q1 2026)"."""
    for found in _BRACKET.finditer(name):
        said = found[1].strip()
        end = dates.due_words(said, 0)
        if end and (between := _RANGE.match(said, end)):
            end = dates.due_words(said, between.end()) or end
        if end and end >= len(said):
            return said
    return None
