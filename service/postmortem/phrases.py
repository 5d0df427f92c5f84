"""Which of a vocabulary's phrases stand in a sentence: "went down", "back to normal". Made once for a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import NamedTuple

from service.postmortem.vocabulary import Vocabulary, either

_UNSURE = 24  # characters before a phrase in which a "not" still means it
_GAP = 40  # characters, and as few as three words, that " / " in a phrase stands for
_LETTERS = re.compile(r"[^\W\d_]+")


class Phrases(NamedTuple):
    """`by_last`: the phrases by their last words, so that a sentence is asked only for those that it can hold; those in
    scripts without spaces stand in `unspaced`."""

    by_last: Mapping[str, tuple[str, ...]]
    unspaced: tuple[str, ...]
    unsure: re.Pattern[str]

    @property
    def lasts(self) -> Set[str]:
        return self.by_last.keys()


class Place(NamedTuple):
    start: int
    end: int


@lru_cache(maxsize=64)
def phrases(words: Vocabulary, kind: str) -> Phrases:
    """The phrases of one kind of fact."""
    by_last: dict[str, list[str]] = {}
    unspaced = []
    for phrase in sorted(words.facts.get(kind, ())):
        if ord(phrase[0]) > 0x2FFF:
            unspaced.append(phrase)
        else:
            by_last.setdefault(_LETTERS.findall(phrase)[-1], []).append(phrase)
    unsure = re.compile(rf"(?<![\w'])(?:{either(words.facts.get('unsure', ())) or '(?!)'})(?!\w)")
    return Phrases({last: tuple(found) for last, found in by_last.items()}, tuple(unspaced), unsure)


def flat(text: str) -> str:
    """A sentence as its phrases are compared, each letter in its place."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).replace("-", " ").replace("’", "'")


def letters_of(low: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(low))


def places(low: str, letters: Set[str], kind: Phrases) -> list[Place]:
    """Where phrases of this kind stand in a flat sentence, without those after a "not" or a "should"."""
    found = [place for word in kind.lasts & letters for phrase in kind.by_last[word] for place in _whole(low, phrase)]
    if not low.isascii():
        found += [Place(at, at + len(phrase)) for phrase in kind.unspaced if (at := low.find(phrase)) >= 0]
    found.sort()
    return [one for one in found if not kind.unsure.search(low, max(0, one.start - _UNSURE), one.start)]


def _whole(low: str, phrase: str) -> Iterator[Place]:
    head, gap, tail = phrase.partition(" / ")
    at = low.find(head)
    while at >= 0:
        end = here = at + len(head)
        if gap:
            here = _tail(low, end, tail)
        if here and not low[at - 1 : at].isalnum() and not low[here : here + 1].isalnum():
            yield Place(at, here)
        at = low.find(head, end)


def _tail(low: str, end: int, tail: str) -> int:
    """Where the second half of a phrase ends, three words behind the first at most; 0 if it does not stand there."""
    found = low.find(f" {tail}", end, end + _GAP + len(tail))
    between = low[end:found]
    if found < 0 or between.count(" ") > 3 or any(mark in between for mark in ".,;:()"):
        return 0
    return found + 1 + len(tail)
