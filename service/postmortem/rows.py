"""Whether a row of a timeline tells that the trouble began, or that the whole of it is over.

Stricter than a sentence is read in one way, as a row may be about anything: "the site is back" ends an incident, "the
replica is back" does not, nor does "the site is back, but slow". The words are data (config/vocabulary/times.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from service.postmortem.phrases import Phrases, Place, phrases, places
from service.postmortem.vocabulary import Vocabulary, either

_BEFORE = 40  # characters before a phrase in which an "until" still means it
_ANY = ("it ", "they ", "this ", "which ")  # what they stand for was named before
_NEAR = 20  # characters between such a word and its phrase
_SHORT = 60  # characters of a row that says nothing else
_CLAUSE = re.compile(r"[.;!?:。](?:\s|$)|[,。、] ?(?=and |then )")


class Rows(NamedTuple):
    """`whole`: a name of the whole, words that say nothing more, and what says that it is well again. `lasts`: the
    last words of what says so; `alone`: a row of few words that ends with what says so, `alone_down` with trouble."""

    whole: re.Pattern[str]
    lasts: Set[str]
    alone: re.Pattern[str]
    alone_weak: re.Pattern[str]
    alone_down: re.Pattern[str]
    down_not: re.Pattern[str]
    over: Phrases
    began: Phrases
    opening: Phrases
    reported: re.Pattern[str]
    responded: re.Pattern[str]
    unless: re.Pattern[str]
    begins: re.Pattern[str]
    closed: re.Pattern[str]
    but: re.Pattern[str]
    part: re.Pattern[str]
    every: re.Pattern[str]
    relapse: re.Pattern[str]
    trouble: re.Pattern[str]
    names: re.Pattern[str]
    vague: Set[str]


@lru_cache(maxsize=8)
def rows_of(words: Vocabulary) -> Rows:
    facts = {kind: sorted(word.strip(" /") for word in names) for kind, names in words.facts.items()}
    again, gone, alone = (facts.get(f"row_{kind}", []) for kind in ("again", "gone", "alone"))
    between = f"(?: (?:{_one(facts.get('row_between', ()))})){{0,4}}"
    return Rows(
        whole=re.compile(
            rf"(?<!\w)(?:(?:{_one(facts.get('row_whole', ()))}){between} (?:{_one(again)})|"
            rf"(?:{_one(facts.get('row_trouble', ()))}){between} (?:{_one(gone)}))(?!\w)"
        ),
        lasts={
            word.split()[-1]
            for word in (*again, *gone, *alone, *facts.get("row_alone_weak", ()), *facts.get("row_alone_down", ()))
        },
        alone=re.compile(rf"(?:\S{{1,30}} ){{1,4}}(?P<said>{_one(alone)})"),
        alone_weak=re.compile(rf"(?:\S{{1,30}} ){{1,4}}(?P<said>{_one(facts.get('row_alone_weak', ()))})"),
        alone_down=re.compile(
            rf"(?:[^,;]{{1,40}}[,;] )?(?:\S{{1,30}} ){{1,3}}(?P<said>{_one(facts.get('row_alone_down', ()))})"
        ),
        down_not=_any(facts.get("row_down_not", ())),
        over=phrases(words, "row_over"),
        began=phrases(words, "row_began"),
        opening=phrases(words, "row_opening"),
        reported=_any(facts.get("row_reported", ())),
        responded=_any(facts.get("row_responded", ())),
        unless=_any(facts.get("row_unless", ())),
        begins=_any(facts.get("row_begins", ())),
        closed=_any(facts.get("row_closed", ())),
        but=_any(facts.get("row_but", ())),
        part=_any(facts.get("row_part", ())),
        every=_any(facts.get("row_every", ())),
        relapse=_any(facts.get("row_relapse", ())),
        trouble=_any(facts.get("row_trouble", ())),
        names=_any([*facts.get("row_whole", ()), *facts.get("row_trouble", ())]),
        vague=frozenset(facts.get("row_vague", ())),
    )


def _one(words: Iterable[str]) -> str:
    return either(words) or "(?!)"


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_one(words)})(?!\w)")


def tells_end(low: str, letters: Set[str], rows: Rows, also: Phrases, *, first: bool = True) -> bool:
    """Whether a flat row tells that all of it is over. `also`: phrases that tell it in sentences, too; `first`: no row
    above tells it."""
    found = [*places(low, letters, also), *places(low, letters, rows.over)]
    found = [place for place in found if low[place.start : place.end] not in rows.vague]
    if not first:
        found = [place for place in found if not rows.closed.search(low, place.start, place.end)]
    if not found and not letters.isdisjoint(rows.lasts):
        found = [Place(one.start(), one.end()) for one in rows.whole.finditer(low)]
        found = found or _alone(low.strip(" .!"), rows.alone, rows)
        found = found or (_alone(low.strip(" .!"), rows.alone_weak, rows) if first else [])
    return any(_plain(low, place, rows, also) for place in found)


def _alone(low: str, alone: re.Pattern[str], rows: Rows) -> list[Place]:
    found = alone.fullmatch(low) if len(low) < _SHORT else None
    return [Place(found.start("said"), found.end())] if found and not rows.trouble.search(low) else []


def _plain(low: str, place: Place, rows: Rows, also: Phrases) -> bool:
    clause = max((stop.end() for stop in _CLAUSE.finditer(low, 0, place.start)), default=0)
    before = max(clause, place.start - _BEFORE)
    if also.unsure.search(low, before, place.start) or rows.unless.search(low, before, place.end):
        return False
    if rows.begins.search(low, max(before, low.rfind(" and ", 0, place.start)), place.end):
        return False
    if (
        clause and low.startswith(_ANY, clause) and place.start - clause < _NEAR
    ):  # "Node 3 was restarted. It came back online."
        named = max((stop.end() for stop in _CLAUSE.finditer(low, 0, max(0, clause - 2))), default=0)
        if not rows.names.search(low, named, min(named + _BEFORE - 8, clause)):
            return False
    near = max(before, low.rfind(",", 0, place.start))
    if rows.part.search(low, near, place.start) and not rows.every.search(low, near, place.start):
        return False
    stop = low.find(". ", place.end)
    if stop < 0:
        return not rows.but.search(low, place.end)
    return not (rows.but.search(low, place.end, stop) or rows.but.match(low, stop + 2))


def tells_start(
    low: str, letters: Set[str], rows: Rows, also: Phrases, had: Sequence[Place] = (), *, calm: bool, first: bool
) -> bool:
    """Whether a flat row tells that the trouble begins, and not only that somebody saw it. `also`: phrases that tell it
    in sentences, too; `had`: where it tells that somebody has trouble; `calm`: no row above tells that it was seen or
    looked into; `first`: no row stands above, so that trouble of any kind is its beginning."""
    told = [*had, *places(low, letters, also), *(places(low, letters, rows.began) if calm else ())]
    if any(not seen_only(low, place, rows) for place in told):
        return True
    bare = low.strip(" .!") if calm and len(low) < _SHORT else ""
    if bare and (down := rows.alone_down.fullmatch(bare)):
        none = (rows.reported, rows.part, rows.down_not, rows.unless)
        return not any(kind.search(bare, 0, down.start("said")) for kind in none)
    return first and bool(places(low, letters, rows.opening)) and not rows.reported.search(low)


def seen_only(low: str, place: Place, rows: Rows) -> bool:
    """Whether the trouble was only seen: "users report errors", "first report of failures"."""
    inside = low.find(" ", place.start, place.end)
    return bool(
        rows.reported.search(low, 0, place.start) or (inside > 0 and rows.reported.search(low, inside, place.end))
    )
