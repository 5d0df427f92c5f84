"""Which of a vocabulary's phrases stand in a sentence: "went down", "back to normal". Made once for a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from service.postmortem.vocabulary import Vocabulary, either

_UNSURE = 24  # characters before a phrase in which a "not" still means it
_LETTERS = re.compile(r"[^\W\d_]+")


class Phrases(NamedTuple):
    """`lasts` are the last words of the phrases: a sentence with none of them is not looked at."""

    pattern: re.Pattern[str]
    lasts: frozenset[str]
    unsure: re.Pattern[str]


class Place(NamedTuple):
    start: int
    end: int


@lru_cache(maxsize=64)
def phrases(words: Vocabulary, kind: str) -> Phrases:
    """The phrases of one kind of fact."""
    known = words.facts.get(kind, frozenset())
    unsure = words.facts.get("unsure", frozenset())
    return Phrases(
        re.compile(rf"(?<!\w)(?:{either(known) or '(?!)'})(?!\w)"),
        frozenset(word for phrase in known for word in _LETTERS.findall(phrase)[-1:]),
        re.compile(rf"(?<![\w'])(?:{either(unsure) or '(?!)'})(?!\w)"),
    )


def flat(text: str) -> str:
    """A sentence as its phrases are compared, each letter in its place."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).replace("-", " ").replace("’", "'")


def letters_of(low: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(low))


def places(low: str, letters: Iterable[str], kind: Phrases, *, sure: bool = True) -> list[Place]:
    """Where phrases of this kind stand in a flat sentence; `sure`: without those after a "not" or a "should"."""
    if kind.lasts.isdisjoint(letters) and low.isascii():
        return []
    found = [Place(*one.span()) for one in kind.pattern.finditer(low)]
    if not sure:
        return found
    return [one for one in found if not kind.unsure.search(low, max(0, one.start - _UNSURE), one.start)]
