"""Which time of a sentence belongs to which of its phrases: "retired at 16:00, the shop went down at 16:03"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from service.postmortem.phrases import Place
from service.postmortem.times import Stamp

#: a time with its first and last letter in the sentence
Placed = tuple[Stamp, int, int]

_FAR = 120  # characters between a time and the phrase it belongs to
_WAITING = (" at", " by", " until")
_BEYOND = 1_000
_CLAUSE = re.compile(r"[,;] | (?:and|but|then|while|und|et|y|e) ")
_LEADING = re.compile(
    r"(?:^|[,;:.] |\b(?:and|but|then) )(?:(?:at|on|by|around|about|approx\.?|approximately|roughly|shortly|just|"
    r"exactly|before|after|later|then|since|from|um|gegen|à|vers|a las|às|alle|om|rond|kl\.?) ){0,4}[~(]?$",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[\s,)*`:]{0,6}")
_STRAIGHT = re.compile(
    r",?\s{0,2}(?:again )?(?:(?:at|on|around|about|approx\.?|approximately|roughly|exactly|precisely|circa|ca\.?|c\.|"
    r"since|as of|just after|shortly after|just before|shortly before|um|gegen|ab|à|vers|a las|sobre las|às|alle|om|"
    r"rond|kl\.?) ?){0,3}[(\[~≈*`]{0,3}",
    re.IGNORECASE,
)


def of_each(sentence: str, stamps: Sequence[Placed], near: Mapping[Place, str]) -> dict[int, Place]:
    """The phrase that each time belongs to, by the place of the time: the nearest with no other time between.

    A phrase that stands straight before a time ("went down at 16:03") belongs to that one and to no other, else one in
    the clause of a time to that.
    """
    own: dict[Place, set[int]] = {}
    for place in near if len(stamps) > 1 else ():
        straight = {start for _, start, end in stamps if _is_straight(sentence, place, start, end)}
        own[place] = straight or {start for _, start, end in stamps if _in_clause(sentence, place, start, end)}
    found: dict[int, Place] = {}
    for stamp, start, end in stamps:
        free = [place for place in near if start in (own.get(place) or (start,))] if stamp.until is None else []
        if free:
            nearest = min(free, key=lambda one: distance(sentence, one, start, end))
            if distance(sentence, nearest, start, end) <= _FAR and not _between(stamps, start, end, nearest):
                found[start] = nearest
    return found


def _is_straight(sentence: str, place: Place, start: int, end: int) -> bool:
    """Nothing but "at about" stands between; a comma as well where the sentence ends with the time."""
    if not 0 <= start - place.end <= _FAR // 3 or not _STRAIGHT.fullmatch(sentence, place.end, start):
        return False
    return sentence[place.end : place.end + 1] != "," or not sentence[end:].strip(" .)")


def _in_clause(sentence: str, place: Place, start: int, end: int) -> bool:
    """Whether no clause ends between them; the comma behind "At 14:05," ends none."""
    if max(place.start - end, start - place.end) > _FAR:
        return False
    if place.end <= start:
        return _CLAUSE.search(sentence, place.end, start) is None
    begin = end
    if _LEADING.search(sentence, max(0, start - _FAR // 3), start):
        begin = min(_COMMA.match(sentence, end).end(), place.start)  # type: ignore[union-attr]
    return _CLAUSE.search(sentence, begin, place.start) is None


def distance(sentence: str, place: Place, start: int, end: int) -> int:
    """Characters between a phrase and a time; "and ended at" waits for the time behind it."""
    if place.start >= end and sentence.endswith(_WAITING, place.start, place.end):
        return _BEYOND
    return max(place.start - end, start - place.end, 0)


def _between(stamps: Iterable[Placed], start: int, end: int, place: Place) -> bool:
    """Whether another time stands between this one and the phrase."""
    low, high = min(end, place.end), max(start, place.start)
    return any(low <= other < high for _, other, _ in stamps if other != start)
