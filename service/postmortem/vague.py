"""Wishes of which nobody could tell when they are done: "be more careful", "improve communication"."""

from __future__ import annotations

import re

from service.postmortem.itemwords import ItemWords

_LONGEST = 14  # words; who writes more has said what is meant
_CHECKABLE = re.compile(r"[`\d#@/]|[a-z][A-Z]|\b[A-Z]{2,}\b|\w\.\w|_")
_TIED = re.compile(r" (?:if|whenever|unless|each time|every time) ", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)?")
_SMALL = frozenset(
    (
        "our",
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "in",
        "on",
        "for",
        "to",
        "more",
        "better",
        "this",
        "that",
        "all",
        "its",
    )
)


def is_vague(text: str, words: ItemWords) -> bool:
    """Whether nobody could tell when this is done."""
    if len(text) > 160:
        return False
    bare = text.strip(" .!*_").replace("’", "'")
    told = _WORD.findall(bare)
    if _TIED.search(bare):
        return False
    if len(told) > _LONGEST or _CHECKABLE.search(bare[1:]):
        return False
    if words.vague.match(bare):
        return True
    if len(told) > 6:
        return False
    found = words.vague_alone.match(bare)
    if found is None:
        return False
    rest = [word.lower() for word in _WORD.findall(bare[found.end() :]) if word.lower() not in _SMALL]
    return all(word in words.lists["vague_object"] for word in rest) and len(rest) <= 2
