"""Trouble that somebody has: "the shop experienced a seven minute cascading failure", "we had a brief outage".

A verb, up to six words, and a name of trouble. What is only seen, or what is done about it ("had an incident review"),
is none. The words are data (config/vocabulary/times.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import NamedTuple

from service.postmortem.phrases import Place
from service.postmortem.vocabulary import Vocabulary, either

_UNSURE = 40  # characters before a verb in which an "if" or a "no" still means it
_WORDS = r"(?: [^\s.,;:()!?]{1,24}){0,6}?"


class _Underwent(NamedTuple):
    """`names`: the last words of the names of trouble; `verbs` the first of what is done with it."""

    verbs: Set[str]
    names: Set[str]
    told: re.Pattern[str]
    none: re.Pattern[str]
    unsure: re.Pattern[str]


@lru_cache(maxsize=8)
def _of(words: Vocabulary) -> _Underwent:
    verbs, had, names, outages, beside, fewer, watching = (
        sorted(word.strip(" /") for word in words.facts.get(f"said_{kind}", ()))
        for kind in ("underwent", "had", "hardship", "hardship_whole", "hardship_not", "hardship_less", "watching")
    )
    every = [*names, *outages]
    return _Underwent(
        verbs=frozenset(verb.split()[0] for verb in (*verbs, *had)),
        names=frozenset(re.findall(r"[^\W\d_]+", name)[-1] for name in every),
        told=re.compile(
            rf"(?<!\w)(?:(?:{_one(verbs)}){_WORDS} (?:{_one(every)})|"
            rf"(?<!\w)(?:{_one(had)}){_WORDS} (?:{_one(outages)}))(?!\w)(?! (?:{_one(beside)})(?!\w))"
        ),
        none=re.compile(rf"(?<!\w)(?:{_one(fewer)})(?!\w)"),
        unsure=re.compile(rf"(?<![\w'])(?:{_one(words.facts.get('unsure', ()))}|{_one(watching)})(?!\w)"),
    )


def _one(words: Iterable[str]) -> str:
    return either(words) or "(?!)"


def names_of(words: Vocabulary) -> Set[str]:
    """The last words of the names of trouble."""
    return _of(words).names


def places(low: str, letters: Set[str], words: Vocabulary) -> list[Place]:
    """Where a flat sentence tells that somebody has trouble."""
    known = _of(words)
    if letters.isdisjoint(known.verbs) or letters.isdisjoint(known.names):
        return []
    return [
        Place(one.start(), one.end())
        for one in known.told.finditer(low)
        if not known.none.search(low, one.start(), one.end() + 24)
        and not known.unsure.search(low, max(low.rfind(",", 0, one.start()), one.start() - _UNSURE, 0), one.start())
    ]
