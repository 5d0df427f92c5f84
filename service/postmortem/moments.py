"""Start, detection, mitigation and end of an incident, as the lines of a timeline say them: "14:05 Incident starts"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from service.postmortem import underwent
from service.postmortem.model import TimelineLine
from service.postmortem.phrases import Phrases, flat, letters_of, phrases, places
from service.postmortem.rows import rows_of, seen_only, tells_end, tells_start
from service.postmortem.sentences import MOMENTS
from service.postmortem.vocabulary import Vocabulary, key

LABELS = {name: name.capitalize() for name in MOMENTS}


@lru_cache(maxsize=8)
def _kinds(words: Vocabulary) -> tuple[Mapping[str, Phrases], Set[str]]:
    """The phrases of each moment, and the last words of all."""
    kinds = {name: phrases(words, f"said_{name}") for name in MOMENTS} | {"down": phrases(words, "row_down")}
    rows = rows_of(words)
    every = (*kinds.values(), rows.over, rows.began, rows.opening)
    return kinds, {last for kind in every for last in kind.lasts} | rows.lasts | underwent.names_of(words)


def named(text: str, words: Vocabulary) -> str | None:
    """The moment that a line of a timeline names itself: "Incident starts", "Recovery: …", "… (resolved)"."""
    closing = text.find(")" if text[:1] == "(" else "]", 0, 40) if text[:1] in ("(", "[") else -1
    if closing > 0 and (moment := words.moments.get(key(text[1:closing]))):
        return moment
    head = text[:60]
    for mark in (":", " - ", " – ", " — ", " -- ", "."):
        cut = head.find(mark)
        if cut > 0:
            head = head[:cut]
    if key(head) in words.facts.get("row_resolution", ()) and not rows_of(words).unless.search(flat(text)):
        return "resolved"
    if head and len(head) < 50 and (moment := words.moments.get(key(head))):
        return moment if len(head) > 5 or len(text) <= len(head) + 1 or text[len(head)] == ":" else None
    tail = text.rstrip(" .)")
    cut = max(tail.rfind("("), tail.rfind(": ")) if len(text) < 400 else -1
    return words.moments.get(key(tail[cut + 1 :])) if cut >= 0 and 4 < len(tail) - cut < 30 else None


def in_lines(
    lines: Sequence[TimelineLine], words: Vocabulary, ends: Mapping[datetime, datetime] = MappingProxyType({})
) -> dict[str, TimelineLine]:
    """What the lines of a timeline say: those that name a moment before those with a phrase; the first start and the
    last end. An end that is told before the trouble comes back is none.

    `ends`: where lines that tell a span of time end ("14:05 – 15:10: the API is down"), by their beginnings. Those of
    the trouble are start and end, where no other line tells them.
    """
    kinds, lasts = _kinds(words)
    rows = rows_of(words)
    firm: dict[str, TimelineLine] = {}
    loose: dict[str, TimelineLine] = {}
    first = calm = True
    for line in lines:
        if line.at is None:
            continue
        opening, first = first, False
        if name := named(line.text, words):
            if name not in firm or name == "resolved":
                firm[name] = line
            continue
        low = flat(line.text).replace("`", "")
        letters = letters_of(low)
        here, calm = calm, calm and not rows.responded.search(low)
        if low.isascii() and letters.isdisjoint(lasts):
            continue
        told = {kind for kind in ("detected", "mitigated") if places(low, letters, kinds[kind])}
        had = underwent.places(low, letters, words)
        if tells_start(low, letters, rows, kinds["started"], had, calm=here and "detected" not in loose, first=opening):
            told.add("started")
        if tells_end(low, letters, rows, kinds["resolved"], first="resolved" not in loose | firm):
            loose["resolved"] = line
        elif "resolved" in loose | firm and ("started" in told or places(low, letters, kinds["down"])):
            loose.pop("resolved", None)
            firm.pop("resolved", None)
            told -= {"started"} if rows.relapse.search(low) else set()
        for kind in MOMENTS:
            if kind in told and kind not in loose:
                loose[kind] = line
                break
    for moment, line in _spanned(lines, words, ends).items() if ends else ():
        loose.setdefault(moment, line)
    return loose | firm


def _spanned(
    lines: Sequence[TimelineLine], words: Vocabulary, ends: Mapping[datetime, datetime]
) -> dict[str, TimelineLine]:
    rows = rows_of(words)
    found: dict[datetime, TimelineLine] = {}
    for line in lines:
        if line.at is None or line.at not in ends:
            continue
        low = flat(line.text).replace("`", "")
        letters = letters_of(low)
        told = (*underwent.places(low, letters, words), *places(low, letters, rows.began))
        told += tuple(place for kind in ("started", "trouble") for place in places(low, letters, _said(words, kind)))
        plain = [one for one in told if not seen_only(low, one, rows) and not rows.unless.search(low, 0, one.start)]
        if plain and not rows.responded.search(low):
            found[line.at] = line
    if not found:
        return {}
    last = max(found, key=lambda at: ends[at])
    return {"started": found[min(found)], "resolved": replace(found[last], at=ends[last])}


def _said(words: Vocabulary, kind: str) -> Phrases:
    return phrases(words, f"said_{kind}")


def labelled(lines: Sequence[TimelineLine], read: dict[str, int]) -> list[TimelineLine]:
    """The lines, with a label where a moment was read from one. `read`: moment → its line in the source."""
    labels = {line: LABELS[moment] for moment, line in read.items() if line}
    return [replace(line, label=labels[line.line]) if line.line in labels and line.at else line for line in lines]
