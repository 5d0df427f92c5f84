"""An item's priority and what it is for, where the text states them.

A priority is P0 to P4, or the word of a column or a field of that name as it is written ("High"): which of the five
such a word is, every team says for itself. "P1 (high)" is P1.
"""

from __future__ import annotations

import re

from service.postmortem.itemdone import cut
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords
from service.postmortem.model import Kind
from service.postmortem.vocabulary import key

_EDGE = re.compile(r"^[(\[*]{0,3}([Pp][0-4])[)\]*]{0,3}(?: ?[:,–—-])? +|(?: ?[-–—,;|])? *[(\[]?\b(P[0-4])[)\]]?[.,;]?$")
_MIDDLE = re.compile(r" [(\[]([Pp][0-4])[)\]](?= \S)")
_TAG = re.compile(r"^[(\[]([^()\[\]]{2,30})[)\]](?: ?[:–—-])? +|[ ]?[(\[]([^()\[\]]{2,30})[)\]][.,;]?$")
_FIELD = re.compile(r"\W{0,3}P?([0-4])\b.{0,20}|.{0,20}\((P[0-4])\)", re.IGNORECASE)


def take_field(text: str, facts: Facts, words: ItemWords) -> str:
    """Without "priority: 1"."""
    found = words.priority.search(text)
    if found is None:
        return text
    level = "P" + found[1][-1] if found[1][-1].isdigit() else found[1]
    facts.set_priority(level, found[0].strip(), "behind “priority”")
    return cut(text, found.start(), found.end())


def take_edge(text: str, facts: Facts) -> str:
    """Without "[P1]" or "P1:" before it, or "P1" behind it."""
    found = _EDGE.search(text) or _MIDDLE.search(text)
    if found is None:
        return text
    level = found[1] or (found[2] if found.re is _EDGE else "")
    facts.set_priority(level.upper(), level, "at the edge of its line" if found.re is _EDGE else "in brackets")
    return text[: found.start()] + text[found.end() :]


def take_tag(text: str, facts: Facts, words: ItemWords) -> str:
    """Without "[detect]" before or behind it."""
    found = _TAG.search(text) if text[:1] in "([" or text[-2:].rstrip(".,;")[-1:] in (")", "]") else None
    if found is None or len(text) == len(found[0]):
        return text
    name = key("x " + (found[1] or found[2])).removeprefix("x ")
    kind = words.kinds.get(name)
    if kind is None and not (name in words.lists["other_kind"] and "[" in found[0]):
        return text
    facts.set_kind(kind, found[1] or found[2], "in brackets")
    return text[: found.start()] + text[found.end() :]


def priority_of(text: str, words: ItemWords) -> str | None:
    """The priority of a cell or a field: "P1", "High"."""
    word = text.strip().strip("*_`[]() ").lstrip("🔴🟠🟡🟢⚪🔵⬆⬇\ufe0f ")
    if word.lower() in words.lists["priority_word"]:
        return word
    found = _FIELD.fullmatch(text.strip())
    return f"P{(found[1] or found[2])[-1]}" if found else None


def kind_of(text: str, words: ItemWords) -> Kind | None:
    """The kind that a cell, a field or the name of a group states."""
    return words.kinds.get(key(text))
