"""How alike two wordings of an action item are. Pure.

    wording(text) -> Wording
    plain(text) -> str                                  the words alone
    likenesses(known, read, free_known, free_read) -> {(known, read): Likeness}
    leads(distances) -> {(known, read): how much nearer than any other}
    crossed(ordered, apart) -> {(known, read)}          of which the order misleads
    robs(apart) -> {(known, read)}                      that leave a third with none as near

Readers of different versions leave owners, dates and links in a text or take them out: what is surely one of these is
no part of a wording, and what may be one stands around it (`Likeness.run`).
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

SIMILAR = 0.8  # of the letters
KEPT = 2 / 3  # of the words: fewer than a third changed
SIMILAR_IN_PLACE = 0.6  # the same item, if it also stands where it stood
CONTAINED = 0.8  # of the shorter text's words found in the longer: an item that somebody spelled out
AKIN = 1 / 3  # of the longer words
_CLOSE = 0.75  # of a word's letters: a slip or another ending
_SLIP = 0.5  # what a slip costs, in words
_MOST_SLIPS = 4  # words on either side among which slips are looked for
_MOST_EXTRA = 8  # words around a text that may be an owner, a date and a mark

_LONGEST = 160  # letters compared; of the words, all that an item may have
_MOST_WORDS = 400
_NEAREST = 4  # candidates whose letters are compared, for each item
_MOST_PAIRS = 250_000  # compared; of more only those with a word that no more than so many have:
_FEW_HOLD = 20
_FEW = 3  # words: with fewer, everything counts
_LONGER = 4  # letters of a word that tells something
_SIGNS = "\u3040"  # where the scripts begin of which one sign does

_WORDS = re.compile(r"\w+")
#: what stands between spaces, such as "cert-manager"; a script without spaces is compared by its signs
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?:[^\W\u3040-\u30ff\u3400-\u9fff]|(?<=[^\W_])[^\w\s](?=[^\W_]))+")
_ADDRESS = re.compile(r"https?://\S+")
_AROUND = re.compile(r"(?<!\w)@\w[\w./-]*|\b\d{4}-\d\d-\d\d\b|\b[Pp][0-4]\b")

Pair = tuple[int, int]  # indices: known, read


@dataclass(frozen=True, slots=True)
class Wording:
    words: tuple[str, ...]
    counts: Counter[str]
    whole: str  # the words in one line, with a space at either end
    line: str  # as much of it as is compared by letters
    pieces: frozenset[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """`words`: the share that both have, a slip being one that they have; `sure_words`: without slips in a word's first
    letters, where people seldom slip. `letters`: 0 to 1. `apart`: how many words only one of them has; a slip is half
    a word, and so is another order. `inside`: the one is the other with words around it; in a `run` these are few, or
    all behind it. `spelled_out`: most words of the one are in the other. `akin`: they share some of the words that tell
    something. `by_slips`: where they are alike, it is by words and letters that are nearly the same."""

    words: float
    sure_words: float
    letters: float
    apart: float
    inside: bool
    run: bool
    spelled_out: bool
    akin: bool
    by_slips: bool

    @property
    def alike(self) -> bool:
        return self.words > KEPT or self.letters >= SIMILAR

    @property
    def surely_alike(self) -> bool:
        return self.sure_words > KEPT or self.letters >= SIMILAR

    @property
    def similar(self) -> bool:
        return (self.letters >= SIMILAR_IN_PLACE and self.akin) or self.spelled_out


def plain(text: str) -> str:
    """The words alone: no case, no space, no punctuation; a text without any word keeps its signs."""
    return " ".join(_WORDS.findall(text.casefold())) or "".join(text.split())


def wording(text: str) -> Wording:
    found = _words(_ADDRESS.sub(" ", text))
    if len(found) < _FEW:  # an item may be no more than its addresses
        found = _words(text) or plain(text).split()
    words = tuple(found[:_MOST_WORDS])
    whole = f" {' '.join(words)} "
    padded = whole[: _LONGEST + 2]
    pieces = frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
    return Wording(words, Counter(words), whole, padded.strip(), pieces)


def _words(text: str) -> list[str]:
    return _WORD.findall(_AROUND.sub(" ", text).casefold())


def likenesses(
    known: Sequence[Wording], read: Sequence[Wording], free_known: Collection[int], free_read: Collection[int]
) -> dict[Pair, Likeness]:
    """Of the pairs of which at least one is free and that have anything in common. Letters are compared in full only
    among the few nearest of each, so that 200 by 200 stay cheap; what their pieces share stands in for the rest."""
    shares: dict[Pair, float] = {}
    nearest: dict[tuple[str, int], list[tuple[float, Pair]]] = defaultdict(list)
    for k, r in _worth_comparing(known, read, free_known, free_read):
        before, now = known[k].pieces, read[r].pieces
        common = len(before & now)
        if common:
            share = 2 * common / (len(before) + len(now))
            shares[k, r] = share
            nearest["known", k].append((share, (k, r)))
            nearest["read", r].append((share, (k, r)))
    closely = {pair for candidates in nearest.values() for _, pair in heapq.nlargest(_NEAREST, candidates)}
    return {
        (k, r): likeness(known[k], read[r], None if (k, r) in closely else share) for (k, r), share in shares.items()
    }


def _worth_comparing(
    known: Sequence[Wording], read: Sequence[Wording], free_known: Collection[int], free_read: Collection[int]
) -> Iterable[Pair]:
    """All pairs of which at least one is free. Of very many only those that share a word that few have."""
    if len(free_known) * len(read) + len(free_read) * len(known) <= _MOST_PAIRS:
        both = [(k, r) for k in range(len(known)) for r in free_read]
        return chain(both, ((k, r) for k in free_known for r in range(len(read)) if r not in free_read))
    holders: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, wordings in enumerate((known, read)):
        for index, one in enumerate(wordings):
            for word in one.counts:
                holders[word][side].append(index)
    return {
        (k, r)
        for before, now in holders.values()
        if max(len(before), len(now)) <= _FEW_HOLD
        for k in before
        for r in now
        if k in free_known or r in free_read
    }


def leads(distances: Iterable[tuple[Pair, float]]) -> dict[Pair, float]:
    """By how much each pair comes nearer than any other pair of either of the two; without any other: infinity."""
    told = list(distances)
    best: dict[tuple[int, int], list[float]] = defaultdict(list)  # side and index → the two nearest
    for pair, distance in told:
        for at in enumerate(pair):
            best[at] = sorted((*best[at], distance))[:2]
    return {
        pair: min((best[at][best[at][0] == distance :] or [math.inf])[0] for at in enumerate(pair)) - distance
        for pair, distance in told
    }


def crossed(ordered: Iterable[Pair], apart: Mapping[Pair, float]) -> set[Pair]:
    """Those of the pairs of which two come nearer when each takes the other's item: their order misleads."""
    there = dict(ordered)
    back = {r: k for k, r in there.items()}
    found: set[Pair] = set()
    for k, another in apart:
        if k in there and another in back:
            straight = (k, there[k]), (back[another], another)
            other_way = apart[k, another] + apart.get((back[another], there[k]), math.inf)
            if other_way < sum(apart.get(pair, math.inf) for pair in straight):
                found.update(straight)
    return found


def robs(apart: Mapping[Pair, float]) -> set[Pair]:
    """The pairs of which one is all that a third comes nearest to, and as near as these two come."""
    nearest: dict[tuple[int, int], list[tuple[float, Pair]]] = defaultdict(list)
    for pair, distance in apart.items():
        for at in enumerate(pair):
            nearest[at] = sorted((*nearest[at], (distance, pair)))[:2]
    wanted: dict[tuple[int, int], list[tuple[float, Pair]]] = defaultdict(list)  # side and index → the two nearest
    for (side, _), near in nearest.items():
        distance, pair = near[0]
        if len(near) == 1 or near[1][0] > distance:
            at = 1 - side, pair[1 - side]
            wanted[at] = sorted((*wanted[at], (distance, pair)))[:2]
    return {
        pair
        for pair, distance in apart.items()
        if any(near <= distance and other != pair for at in enumerate(pair) for near, other in wanted[at])
    }


def likeness(a: Wording, b: Wording, letters: float | None = None) -> Likeness:
    """`letters` as far as it is known; else they are compared."""
    if letters is None:
        letters = SequenceMatcher(None, a.line, b.line, autojunk=False).ratio()
    only_a, only_b = list((a.counts - b.counts).elements()), list((b.counts - a.counts).elements())
    slips = _slips(only_a, only_b)
    sure = sum(_begin_alike(*slip) for slip in slips)
    common = len(a.words) - len(only_a)
    shorter, longer = sorted((a, b), key=lambda one: len(one.words))
    inside = len(shorter.words) >= 2 and shorter.whole in longer.whole
    found = sum(word in longer.counts for word in shorter.counts)
    return Likeness(
        words=(common + len(slips)) / max(len(longer.words), 1),
        sure_words=(common + sure) / max(len(longer.words), 1),
        letters=letters,
        apart=len(only_a) + len(only_b) - (2 - _SLIP) * len(slips) + _SLIP * _other_order(a, b),
        inside=inside,
        run=inside and _is_run(shorter, longer),
        spelled_out=len(shorter.counts) >= 3 and found >= CONTAINED * len(shorter.counts),
        akin=_akin(a, b),
        by_slips=common <= KEPT * len(longer.words) and not inside,
    )


def _is_run(shorter: Wording, longer: Wording) -> bool:
    """With an owner, a date and a mark around it; or with all that is said behind it."""
    few = len(longer.words) - len(shorter.words) <= _MOST_EXTRA
    return few or (len(shorter.words) >= _FEW and longer.whole.startswith(shorter.whole))


def _other_order(a: Wording, b: Wording) -> bool:
    """Whether the words that both have, once, are said in another order."""
    both = {word for word, count in a.counts.items() if count == b.counts[word] == 1}
    return [word for word in a.counts if word in both] != [word for word in b.counts if word in both]


def _slips(only_a: Sequence[str], only_b: Sequence[str]) -> list[tuple[str, str]]:
    """The words that changed and are only written otherwise."""
    if len(only_a) > _MOST_SLIPS or len(only_b) > _MOST_SLIPS:
        return []
    left, slips = list(only_b), []
    for word in only_a:
        other = next((one for one in left if _close(word, one)), None)
        if other is not None:
            left.remove(other)
            slips.append((word, other))
    return slips


def _close(a: str, b: str) -> bool:
    if a.isdigit() or b.isdigit() or min(len(a), len(b)) < 3:
        return False
    return SequenceMatcher(None, a[:40], b[:40], autojunk=False).ratio() >= _CLOSE


def _begin_alike(a: str, b: str) -> bool:
    """With the same letter, or with the first two swapped."""
    return a[0] == b[0] or a[:2] == b[1::-1]


def _akin(a: Wording, b: Wording) -> bool:
    telling = [{word for word in one.counts if len(word) >= _LONGER or word >= _SIGNS} for one in (a, b)]
    most = max(map(len, telling))
    return most > 0 and len(telling[0] & telling[1]) >= AKIN * most
