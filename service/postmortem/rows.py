"""Whether a row of a timeline tells that the trouble began, or that the whole of it is over.

Stricter than a sentence is read in one way, as a row may be about anything: "the site is back" ends an incident, "the
replica is back" does not, nor does "the site is back, but slow". The words are data (config/vocabulary/times.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import NamedTuple

from service.postmortem.phrases import Phrases, Place, phrases, places
from service.postmortem.vocabulary import Vocabulary, either

_BEFORE = 40  # characters before a phrase in which an "until" still means it
_CLAUSE = re.compile(r"[.;!?:。](?:\s|$)|[,。、] ?(?=and |then )")


class Rows(NamedTuple):
    """`whole`: a name of the whole, words that say nothing more, and what says that it is well again. `lasts`: the
    last words of what says so."""

    whole: re.Pattern[str]
    lasts: Set[str]
    over: Phrases
    began: Phrases
    opening: Phrases
    reported: re.Pattern[str]
    unless: re.Pattern[str]
    but: re.Pattern[str]


@lru_cache(maxsize=8)
def rows_of(words: Vocabulary) -> Rows:
    facts = {kind: sorted(word.strip(" /") for word in names) for kind, names in words.facts.items()}
    again = facts.get("row_again", [])
    between = f"(?: (?:{_one(facts.get('row_between', ()))})){{0,4}}"
    return Rows(
        whole=re.compile(rf"(?<!\w)(?:{_one(facts.get('row_whole', ()))}){between} (?:{_one(again)})(?!\w)"),
        lasts={word.split()[-1] for word in again},
        over=phrases(words, "row_over"),
        began=phrases(words, "row_began"),
        opening=phrases(words, "row_opening"),
        reported=re.compile(rf"(?<!\w)(?:{_one(facts.get('row_reported', ()))})(?!\w)"),
        unless=re.compile(rf"(?<!\w)(?:{_one(facts.get('row_unless', ()))})(?!\w)"),
        but=re.compile(rf"(?<!\w)(?:{_one(facts.get('row_but', ()))})(?!\w)"),
    )


def _one(words: Iterable[str]) -> str:
    return either(words) or "(?!)"


def tells_end(low: str, letters: Set[str], rows: Rows, also: Phrases) -> bool:
    """Whether a flat row tells that all of it is over. `also`: phrases that tell it in sentences, too."""
    found = [*places(low, letters, also), *places(low, letters, rows.over)]
    if not found and not letters.isdisjoint(rows.lasts):
        found = [Place(one.start(), one.end()) for one in rows.whole.finditer(low)]
        found = [one for one in found if not also.unsure.search(low, max(0, one.start - _BEFORE), one.end)]
    return any(_whole(low, place, rows) for place in found)


def _whole(low: str, place: Place, rows: Rows) -> bool:
    clause = max((stop.end() for stop in _CLAUSE.finditer(low, 0, place.start)), default=0)
    before = max(clause, place.start - _BEFORE)
    if rows.unless.search(low, before, place.end):
        return False
    stop = low.find(". ", place.end)
    if stop < 0:
        return not rows.but.search(low, place.end)
    return not (rows.but.search(low, place.end, stop) or rows.but.match(low, stop + 2))


def tells_start(low: str, letters: Set[str], rows: Rows, *, first: bool) -> bool:
    """Whether a flat row tells that the trouble begins, and not only that somebody saw it. `first`: nothing stands
    before it, so that trouble of any kind is its beginning."""
    if rows.reported.search(low):
        return False
    return bool(places(low, letters, rows.began)) or (first and bool(places(low, letters, rows.opening)))
