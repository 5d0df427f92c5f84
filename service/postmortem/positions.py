"""Where action items stand: which item of a later reading stands where a known one stood. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

Place = tuple[str, int]  # anchor, position
_Gap = tuple[str, int | None, int | None]  # anchor, and the items read before and after


class Positions:
    """`known` and `read`: the place of each; None: it has none."""

    def __init__(self, known: Sequence[Place | None], read: Sequence[Place | None]) -> None:
        self._known = known
        self._read = read

    def same(self, k: int, r: int) -> bool:
        """The same text and the same number in it."""
        return self._known[k] is not None and self._known[k] == self._read[r]

    def only(self) -> Iterator[tuple[int, int]]:
        """The items that are, before and now, the only ones of a comment: somebody edited it."""
        before, now = (_by_anchor(places) for places in (self._known, self._read))
        for anchor, known in before.items():
            if anchor != "text" and len(known) == len(now[anchor]) == 1:
                yield known[0], now[anchor][0]

    def gaps(self, pairs: Mapping[int, int]) -> list[list[tuple[int, int]]]:
        """What stands between the same neighbours before and now, if it is as many as before: gap by gap, in order.
        `pairs`: what is known to be the same, known → read."""
        before, now = self._gaps(pairs)
        return [
            list(zip(known, now[gap], strict=True))
            for gap, known in before.items()
            if len(known) == len(now.get(gap, ()))
        ]

    def between(self, free: Iterable[tuple[int, int]], pairs: Mapping[int, int]) -> set[tuple[int, int]]:
        """Those of the free pairs that stand between the same neighbours before and now."""
        before, now = ({one: gap for gap, inside in side.items() for one in inside} for side in self._gaps(pairs))
        return {(k, r) for k, r in free if k in before and before[k] == now.get(r)}

    def _gaps(self, pairs: Mapping[int, int]) -> tuple[dict[_Gap, list[int]], dict[_Gap, list[int]]]:
        stayed = {k: r for k, r in pairs.items() if self._anchor(self._known[k]) == self._anchor(self._read[r])}
        before = _between(self._known, {k: r for k, r in stayed.items() if self._known[k] is not None}, pairs)
        return before, _between(self._read, {r: r for r in stayed.values()}, set(pairs.values()))

    def _anchor(self, place: Place | None) -> str | None:
        return place[0] if place else None


def _by_anchor(places: Sequence[Place | None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        if place is not None:
            found[place[0]].append(index)
    return found


def _between(
    places: Sequence[Place | None], walls: Mapping[int, int], taken: Mapping[int, int] | set[int]
) -> dict[_Gap, list[int]]:
    """The free items between what stayed, in their order. `walls`: item → the item read that it is."""
    inside: dict[_Gap, list[int]] = defaultdict(list)
    order = sorted((place, index) for index, place in enumerate(places) if place is not None)
    ahead: dict[str, int | None] = {}
    after: dict[int, int | None] = {}
    for (anchor, _), index in reversed(order):
        after[index] = ahead.get(anchor)
        ahead[anchor] = walls.get(index, ahead.get(anchor))
    behind: dict[str, int | None] = {}
    for (anchor, _), index in order:
        if index not in taken:
            inside[anchor, behind.get(anchor), after[index]].append(index)
        behind[anchor] = walls.get(index, behind.get(anchor))
    return inside
