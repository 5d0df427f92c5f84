"""Which action item of a later reading is which known one. Pure.

    match(known, read) -> Matching
    new_key(secret, source, incident_key, salt) -> str                      24 hex digits
    fresh_key(secret, source, incident_key, item, taken) -> str             new_key for an item first seen now

A key is fixed at first sight. A wrong match would give one item's issue to another, a missed match would file an
issue twice; so what is not clear waits for a person.

The same promise is one of which fewer than a third of the words changed, wherever it stands now, or more of them where
it still stands in its place. Where two items come as near, only the place tells, or a person. Of an item whose words
changed beyond that, nothing is known but its place: what shares some of its words there waits for a person, as does the
only item of a comment that somebody edited; what shares next to none is another item, and the old one is shown as no
longer in the text.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product

from service.postmortem.likeness import CONTAINED, Likeness, Pair, crossed, leads, likenesses, plain, robs, wording
from service.postmortem.model import KnownItem, Matching, ReadItem
from service.postmortem.positions import Positions

CLEARLY = 1.0  # how many words nearer than any other


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


# --- matching ---------------------------------------------------------------------------------------------------------


def match(
    known: Sequence[KnownItem],
    read: Sequence[ReadItem],
    *,
    absent: Collection[str] = (),
    waiting: Mapping[str, Collection[str]] | None = None,
) -> Matching:
    """Maps a reading to the known items, never two of one to one of the other.

    In this order: the same words, a reference that only the two share, nearly the same words that no other item comes
    near, similar words at the same place. What might be one of several known items, or perhaps one of them, is unclear;
    a known item that an unclear one might be is not called gone.

    `absent`: the keys of those that the last reading lacked; they have no place. `waiting`: the keys of those that a
    person was asked about, each with the known keys that it might be; until the answer these are no other's.
    """
    work = _Matching(known, read, absent, waiting or {})
    work.by_words()
    if len(work.back) < len(read):
        work.compare()
        work.by_reference()
        work.by_likeness()
    return work.result()


class _Matching:
    def __init__(
        self,
        known: Sequence[KnownItem],
        read: Sequence[ReadItem],
        absent: Collection[str],
        waiting: Mapping[str, Collection[str]],
    ) -> None:
        self.known = known
        self.read = read
        self.waiting = waiting
        self.absent = {k for k, item in enumerate(known) if item.key in absent}
        asked = {other for key, others in waiting.items() if key not in absent for other in others}
        self.asked = {k for k, item in enumerate(known) if item.key in asked}
        self.positions = Positions(
            [None if item.key in absent else (item.anchor, item.position) for item in known],
            [(item.anchor, item.position) for item in read],
        )
        self.pairs: dict[int, int] = {}  # known → read
        self.back: dict[int, int] = {}  # read → known
        self.likeness: dict[Pair, Likeness] = {}
        self.alike: set[Pair] = set()
        self.might: dict[int, set[int]] = defaultdict(set)  # read → known

    def pair(self, k: int, r: int) -> None:
        self.pairs[k] = r
        self.back[r] = k

    def free(self, pairs: Iterable[Pair]) -> list[Pair]:
        return [(k, r) for k, r in pairs if k not in self.pairs and r not in self.back]

    def by_words(self) -> None:
        """Exactly the same words. Copies of one text are told apart by a reference, by where they stand, by order."""
        same: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for k, item in sorted(enumerate(self.known), key=lambda one: one[1].position):
            same[plain(item.text)][0].append(k)
        for r, now in enumerate(self.read):
            same[plain(now.text)][1].append(r)
        for before, after in same.values():
            for fits in (self._share_a_reference, self._same_anchor, lambda k, r: True):
                for k, r in product(before, after):
                    if k not in self.pairs and r not in self.back and fits(k, r):
                        self.pair(k, r)

    def _share_a_reference(self, k: int, r: int) -> bool:
        return not set(map(_named, self.known[k].refs)).isdisjoint(map(_named, self.read[r].refs))

    def _lost_reference(self, k: int, r: int) -> bool:
        return not set(map(_named, self.known[k].refs)) <= set(map(_named, self.read[r].refs))

    def _same_anchor(self, k: int, r: int) -> bool:
        return self.known[k].anchor == self.read[r].anchor

    def compare(self) -> None:
        self.words = [wording(item.text) for item in self.known], [wording(item.text) for item in self.read]
        free = ({k for k in range(len(self.known)) if k not in self.pairs}, set(range(len(self.read))) - set(self.back))
        self.likeness = likenesses(*self.words, *free)
        self.alike = {pair for pair, like in self.likeness.items() if like.alike}
        self.inside = {pair for pair, like in self.likeness.items() if like.inside}
        self.holding: dict[int, set[int]] = defaultdict(set)  # known → read
        for k, r in self.inside:
            if len(self.words[0][k].words) < len(self.words[1][r].words):
                self.holding[k].add(r)

    def by_reference(self) -> None:
        """A reference that stands in exactly one item before and one now, in the same text or with some of the same
        words. Where the words of either stand elsewhere, the reference moved, not the item."""
        before, now = _holders([item.refs for item in self.known]), _holders([item.refs for item in self.read])
        self.claims = claims = {
            (before[ref][0], now[ref][0]) for ref in before if len(before[ref]) == len(now.get(ref, ())) == 1
        }
        many = {side: Counter(pair[side] for pair in claims) for side in (0, 1)}
        elsewhere = {side: {pair[side] for pair in self.alike} for side in (0, 1)}
        for k, r in self.free(sorted(claims)):
            moved = (k, r) not in self.alike and (k in elsewhere[0] or r in elsewhere[1])
            like = self.likeness.get((k, r))
            told = self._same_anchor(k, r) or (like is not None and (like.alike or like.akin or like.spelled_out))
            if many[0][k] == many[1][r] == 1 and told and not moved:
                self.pair(k, r)
            else:
                self.might[r].add(k)

    def by_likeness(self) -> None:
        """Each round pairs what leaves no doubt; then less is free, and less in doubt."""
        ahead = leads((pair, self.likeness[pair].apart) for pair in self.alike | self.inside)
        while found := self._sure(ahead) or self._in_gap(ahead) or self._similar():
            for pair in found:
                if self.free([pair]):
                    self.pair(*pair)
        for k, r in self.free(self.likeness):
            like = self.likeness[k, r]
            if self._akin_in_place(k, r) or like.alike or like.inside or like.spelled_out:
                self.might[r].add(k)
        for k, r in self.free(self.positions.only()):
            self.might[r].add(k)
        for r in set(range(len(self.read))) - set(self.back):
            self.might[r].update(k for k in self.pairs if self._split_off(k, r))

    def _candidates(self) -> list[Pair]:
        """Alike; or, in one text, the one is the other with no more around it than an owner, a date and a mark, as
        another version of the reader leaves it. What is inside a second one too may be a half of that. Not what a
        reference calls another, which is free as well."""
        inside = self.free(self.inside)
        many = Counter(at for pair in inside for at in enumerate(pair))
        likely = Counter(at for pair in self.free(self.alike) for at in enumerate(pair))
        claimed = {at for pair in self.free(self.claims) for at in enumerate(pair)}
        found = []
        for k, r in self.free(self.alike | self.inside):
            pair, like = (k, r), self.likeness[k, r]
            alone = all(many[at] == like.inside for at in enumerate(pair))
            bare = like.run and self._same_anchor(k, r) and not any(likely[at] for at in enumerate(pair))
            unclaimed = pair in self.claims or claimed.isdisjoint(enumerate(pair))
            if k not in self.asked and unclaimed and alone and (like.surely_alike or bare):
                found.append(pair)
        return found

    def _sure(self, ahead: Mapping[Pair, float]) -> list[Pair]:
        """No other item on either side comes as near, and none that is alike stands where one of the two stands; nor,
        where they are alike by slips alone, one that is akin. What the last reading lacked does not come back where one
        that it had is alike."""
        free = self.free(self.likeness)
        alike = self.alike.intersection(free)
        there = {pair for pair in alike if self.positions.same(*pair)}
        between = self.positions.between(free, self.pairs)
        akin = {pair for pair in between if self.likeness[pair].akin}
        akin_there = {pair for pair in free if self._akin_in_place(*pair)}
        rivals = (there, alike & between, akin, akin_there)
        stands = [(pairs, {at for pair in pairs for at in enumerate(pair)}) for pairs in rivals]
        had = {r for k, r in alike | akin_there if k not in self.absent}
        found = []
        for k, r in self._candidates():
            count = 4 if self.likeness[k, r].by_slips else 2
            doubted = any((k, r) not in pairs and not at.isdisjoint(enumerate((k, r))) for pairs, at in stands[:count])
            if ahead[k, r] >= CLEARLY and not doubted and (k not in self.absent or r not in had):
                found.append((k, r))
        return found

    def _akin_in_place(self, k: int, r: int) -> bool:
        like = self.likeness[k, r]
        return self.positions.same(k, r) and (like.akin or like.similar)

    def _in_gap(self, ahead: Mapping[Pair, float]) -> list[Pair]:
        """None is nearer, and this is the order that they had, all of them between the same neighbours. Where another
        is as near, the order tells nothing of an item whose reference is gone, that was made one with another, or that
        is all that a third comes near to."""
        likely = set()
        apart = {pair: self.likeness[pair].apart for pair in self.free(self.alike)}
        robbing = {pair for pair in robs(apart) if not self.positions.same(*pair)}
        for k, r in self._candidates():
            elsewhere = self._lost_reference(k, r) or self.holding[k] - {r} or (k, r) in robbing
            if ahead[k, r] >= (CLEARLY if elsewhere else 0) and not self._is_half(r):
                likely.add((k, r))
        gaps = self.positions.gaps(self.pairs)
        likely -= crossed((pair for gap in gaps for pair in gap), apart)
        return [pair for gap in gaps if likely.issuperset(gap) for pair in gap]

    def _similar(self) -> list[Pair]:
        """Similar, in the order that they had, and nothing else that is free comes nearer; not where its reference is
        gone as well. Where not all between the same neighbours are akin in that order, no second one is akin to it."""
        doubted = {k for k, _ in self.free(self.alike)} | self.asked, {r for _, r in self.alike}
        free = [(k, r) for k, r in self.free(self.likeness) if k not in doubted[0] and r not in doubted[1]]
        ahead = leads((pair, -self.likeness[pair].letters) for pair in free)
        akin = {pair for pair in self.free(self.likeness) if self.likeness[pair].akin}
        many = Counter(r for _, r in self.positions.between(akin, self.pairs))
        return [
            (k, r)
            for gap in self.positions.gaps(self.pairs)
            for k, r in gap
            if ahead.get((k, r), -1) >= 0 and self.likeness[k, r].similar
            if not self._is_half(r) and not self._lost_reference(k, r)
            if many[r] <= 1 or akin.issuperset(gap)
        ]

    def _is_half(self, r: int) -> bool:
        return any(self._split_off(k, r) for k in self.pairs)

    def _split_off(self, k: int, r: int) -> bool:
        """Its words stood in a known item, which is still there without them."""
        if (k, r) not in self.likeness:
            return False
        before, now = self.words
        lost = before[k].counts - now[self.pairs[k]].counts
        mine = now[r].counts
        return len(mine) > 1 and sum(word in lost for word in mine) >= CONTAINED * len(mine)

    def result(self) -> Matching:
        unclear = {
            r: tuple(self.known[k].key for k in sorted(might))
            for r, might in sorted(self.might.items())
            if might and r not in self.back
        }
        same = {self.known[k].key: r for k, r in self.pairs.items()}
        awaited = {key for keys in unclear.values() for key in keys}
        awaited.update(other for key in same for other in self.waiting.get(key, ()))
        return Matching(
            same=same,
            new=tuple(r for r in range(len(self.read)) if r not in self.back and r not in unclear),
            gone=tuple(item.key for item in self.known if item.key not in same and item.key not in awaited),
            unclear=unclear,
        )


def _named(reference: str) -> str:
    return reference.strip().casefold().rstrip("/")


def _holders(refs: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    held: dict[str, list[int]] = defaultdict(list)
    for index, named in enumerate(refs):
        for ref in set(map(_named, named)) - {""}:
            held[ref].append(index)
    return held
