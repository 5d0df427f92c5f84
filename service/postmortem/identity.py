"""Which action item of a later reading is which known one. Pure.

    match(known, read) -> Matching
    new_key(secret, source, incident_key, salt) -> str                      24 hex digits
    fresh_key(secret, source, incident_key, item, taken) -> str             new_key for an item first seen now

A key is fixed at first sight. A wrong match would give one item's issue to another, a missed match would file an
issue twice; so what is not clear waits for a person.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from service.postmortem.model import KnownItem, Matching, ReadItem

SIMILAR = 0.8  # the same item, wherever it stands, if no other is as close
CLEARLY = 0.1  # how far the second best has to be behind
SIMILAR_IN_PLACE = 0.6  # the same item, if it also stands where it stood
CONTAINED = 0.8  # of the shorter text's words found in the longer: an item that somebody spelled out

_LONGEST = 160  # characters compared for similarity; the exact comparison sees all of them
_NEAREST = 3  # candidates that are compared in full, for each item
_WORD = re.compile(r"\w+")

Pair = tuple[int, int]  # indices: known, read


# --- keys -------------------------------------------------------------------------------------------------------------


def new_key(secret: bytes, source: str, incident_key: str, salt: str) -> str:
    """A keyed hash of installation, source, incident and item. `salt` tells items of one incident apart."""
    parts = (source, incident_key, salt)
    said = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hmac.new(secret, said, hashlib.sha256).hexdigest()[:24]


def fresh_key(secret: bytes, source: str, incident_key: str, item: ReadItem, taken: Collection[str]) -> str:
    """The key of an item that is first seen now; `taken` are the keys that the incident has already.

    It depends on the item's words and not on its place: a database restored to an older state then gives the same key
    again, and finds the issue that it filed. A second item with the same words gets another key.
    """
    words = plain(item.text)
    for copy in range(len(taken) + 1):
        key = new_key(secret, source, incident_key, f"{copy} {words}")
        if key not in taken:
            return key
    raise AssertionError("more keys are taken than there are")


def plain(text: str) -> str:
    """The words alone: no case, no space, no punctuation; a text without any word keeps its signs."""
    return " ".join(_WORD.findall(text.casefold())) or "".join(text.split())


# --- matching ---------------------------------------------------------------------------------------------------------


def match(known: Sequence[KnownItem], read: Sequence[ReadItem]) -> Matching:
    """Maps a reading to the known items, never two of one to one of the other.

    In this order: a reference that only the two share, the same words, similar words at the same place, similar words
    that no other item comes near. What might be one of several known items, or perhaps one of them, is unclear; a known
    item that an unclear one might be is not called gone.
    """
    work = _Matching(known, read)
    work.by_reference()
    work.by_words()
    work.by_similarity()
    return work.result()


class _Matching:
    def __init__(self, known: Sequence[KnownItem], read: Sequence[ReadItem]) -> None:
        self.known = known
        self.read = read
        self.known_words = [plain(item.text) for item in known]
        self.read_words = [plain(item.text) for item in read]
        self.pairs: dict[int, int] = {}  # known → read
        self.free_known = dict.fromkeys(range(len(known)))  # in order; a dict, so that taking out is cheap
        self.free_read = dict.fromkeys(range(len(read)))
        self.unclear: dict[int, tuple[str, ...]] = {}

    def pair(self, k: int, r: int) -> None:
        self.pairs[k] = r
        del self.free_known[k], self.free_read[r]

    def by_reference(self) -> None:
        """A reference that stands in exactly one item before and one now. The same words elsewhere outweigh it: then
        the reference moved, not the item."""
        before = _holders({k: self.known[k].refs for k in self.free_known})
        now = _holders({r: self.read[r].refs for r in self.free_read})
        claims = {(before[ref][0], now[ref][0]) for ref in before if len(before[ref]) == len(now.get(ref, ())) == 1}
        known_words, read_words = set(self.known_words), set(self.read_words)
        for k, r in sorted(claims):
            alone = sum(k == other for other, _ in claims) == 1 == sum(r == other for _, other in claims)
            moved = self.known_words[k] != self.read_words[r] and (
                self.known_words[k] in read_words or self.read_words[r] in known_words
            )
            if alone and not moved:
                self.pair(k, r)

    def by_words(self) -> None:
        """Exactly the same words. Copies of one text are told apart by the place they stand in, then by their order."""
        same: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for k in self.free_known:
            same[self.known_words[k]][0].append(k)
        for r in self.free_read:
            same[self.read_words[r]][1].append(r)
        for before, now in same.values():
            before.sort(key=lambda k: self.known[k].position)
            for anchored in (True, False):
                for r in [r for r in now if r in self.free_read]:
                    free = (k for k in before if k in self.free_known)
                    mine = next((k for k in free if not anchored or self.known[k].anchor == self.read[r].anchor), None)
                    if mine is not None:
                        self.pair(mine, r)

    def by_similarity(self) -> None:
        """Each round pairs what leaves no doubt among what is still free; then less is free, and less in doubt."""
        there = {(k, r) for k in self.free_known for r in self.free_read if self._same_place(k, r)}
        near = _near({k: self.known_words[k] for k in self.free_known}, {r: self.read_words[r] for r in self.free_read})
        for pair in there:
            near.setdefault(pair, 0.0)
        while found := self._clear(near, there):
            for k, r in found:
                if k in self.free_known and r in self.free_read:
                    self.pair(k, r)
        might: dict[int, list[int]] = defaultdict(list)
        for k, r in self._free(near):
            if near[k, r] >= SIMILAR or self._spelled_out(k, r):
                might[r].append(k)
        self.unclear = {r: tuple(self.known[k].key for k in sorted(might[r])) for r in sorted(might)}

    def _clear(self, near: Mapping[Pair, float], there: Collection[Pair]) -> list[Pair]:
        best: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])  # of each item: best, second best
        free = self._free(near)
        for k, r in free:
            for side in (("known", k), ("read", r)):
                best[side] = sorted((*best[side], near[k, r]), reverse=True)[:2]
        found = []
        for k, r in free:
            score = near[k, r]
            rival = max(second if first == score else first for first, second in (best["known", k], best["read", r]))
            anywhere = score >= SIMILAR and score - rival >= CLEARLY
            in_place = (k, r) in there and score >= rival
            if anywhere or (in_place and score >= SIMILAR_IN_PLACE) or (in_place and self._spelled_out(k, r)):
                found.append((k, r))
        return found

    def _free(self, pairs: Iterable[Pair]) -> list[Pair]:
        return [(k, r) for k, r in pairs if k in self.free_known and r in self.free_read]

    def _same_place(self, k: int, r: int) -> bool:
        return (self.known[k].anchor, self.known[k].position) == (self.read[r].anchor, self.read[r].position)

    def _spelled_out(self, k: int, r: int) -> bool:
        return _spelled_out(self.known_words[k], self.read_words[r])

    def result(self) -> Matching:
        awaited = {key for keys in self.unclear.values() for key in keys}
        return Matching(
            same={self.known[k].key: r for k, r in self.pairs.items()},
            new=tuple(r for r in self.free_read if r not in self.unclear),
            gone=tuple(self.known[k].key for k in self.free_known if self.known[k].key not in awaited),
            unclear=self.unclear,
        )


def _near(known: Mapping[int, str], read: Mapping[int, str]) -> dict[Pair, float]:
    """How close (known, read) come to each other, from 0 to 1; pairs with nothing in common are left out.

    In full it is asked only of the few nearest by three-letter pieces, so that 200 by 200 items stay cheap; what the
    pieces share stands in for the rest.
    """
    known_pieces = {k: _pieces(words) for k, words in known.items()}
    read_pieces = {r: _pieces(words) for r, words in read.items()}
    near = {
        (k, r): 2 * len(mine & theirs) / (len(mine) + len(theirs))
        for k, mine in known_pieces.items()
        for r, theirs in read_pieces.items()
        if mine & theirs
    }
    nearest: dict[tuple[str, int], list[tuple[float, Pair]]] = defaultdict(list)
    for (k, r), share in near.items():
        nearest["known", k].append((share, (k, r)))
        nearest["read", r].append((share, (k, r)))
    for k, r in {pair for candidates in nearest.values() for _, pair in heapq.nlargest(_NEAREST, candidates)}:
        near[k, r] = SequenceMatcher(None, known[k][:_LONGEST], read[r][:_LONGEST], autojunk=False).ratio()
    return near


def _pieces(words: str) -> frozenset[str]:
    padded = f" {words[:_LONGEST]} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _spelled_out(a: str, b: str) -> bool:
    shorter, longer = sorted((set(a.split()), set(b.split())), key=len)
    return len(shorter) >= 3 and len(shorter & longer) >= CONTAINED * len(shorter)


def _holders(refs: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    held: dict[str, list[int]] = defaultdict(list)
    for index, named in refs.items():
        for ref in {ref.strip().casefold().rstrip("/") for ref in named} - {""}:
            held[ref].append(index)
    return held
