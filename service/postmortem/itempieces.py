"""Facts that stand together at the end of an item: "(Sam Doe, 2026-12-01)", "… - Sam - P1", "… | @sam | 3 Dec | open".

Each piece has to be a fact by itself, else none is taken. A name counts beside another fact: "(Kafka)" is no person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem import dates, itemkinds, owners
from service.postmortem.given import Given
from service.postmortem.itemdone import cut
from service.postmortem.itemfacts import Facts
from service.postmortem.itemwords import ItemWords, item_words

_BRACKET = re.compile(r"[(\[]([^()\[\]]{3,120})[)\]][.,;*_]{0,3}$")
_BETWEEN = re.compile(r"[,;|] ?| [-–—/] ")
_TAIL = re.compile(r" [-–—|] |[;|] ?")
_MOST = 6  # pieces
_LONGEST = 60  # characters of a piece

_Piece = tuple[str, str]  # which fact, its words


def take(text: str, facts: Facts, given: Given) -> str:
    """Without a bracket of several facts at the end, or several facts behind separators."""
    found = _BRACKET.search(text) if text[-4:].rstrip(".,;*_")[-1:] in (")", "]") else None
    if found and _BETWEEN.search(found[1]):
        pieces = [piece.strip() for piece in _BETWEEN.split(found[1])]
        if told := _told(pieces, given):
            _give(told, facts, given, found[0])
            return cut(text, found.start(1), found.end(1))
    cuts = [found.span() for found in _TAIL.finditer(text)][-_MOST:]
    for index in range(len(cuts) - 1):  # two pieces at least; the most first
        start = cuts[index][0]
        ends = [*(begin for begin, _ in cuts[index + 1 :]), len(text)]
        pieces = [text[end:stop].strip(" .") for (_, end), stop in zip(cuts[index:], ends, strict=True)]
        if told := _told(pieces, given):
            _give(told, facts, given, text[start:])
            return text[:start]
    return text


def _told(pieces: Sequence[str], given: Given) -> list[_Piece]:
    words = item_words(given.words)
    told = [_fact_of(piece, given, words) for piece in pieces if piece]
    facts = {one[0] for one in told if one}
    strong = facts != {"name"} and not {"name", "field"} <= facts  # "owner: Sam, Kim" is one field
    return [one for one in told if one] if len(told) > 1 and all(told) and strong and len(told) <= _MOST else []


def _fact_of(piece: str, given: Given, words: ItemWords) -> _Piece | None:
    bare = piece.strip("*_`() ")
    if not bare or len(bare) > _LONGEST:
        return None
    if owners.is_mention(bare):
        return "owner", bare
    if itemkinds.priority_of(bare, words) and bare[:1] in "Pp" and len(bare) == 2:
        return "priority", bare
    lower = bare.lower()
    if lower in words.lists["open"] or lower in words.lists["done"] or lower in words.lists["dropped"]:
        return "status", bare
    lead = words.due.match(bare) or words.due_before.match(bare) or words.due_until.match(bare)
    at = lead.end() if lead else 0
    end = dates.due_words(bare, at)
    if end > at and not bare[end:].strip(" ."):
        return "due", bare[at:]
    if words.owner.match(bare):
        return "field", bare
    if itemkinds.kind_of(bare, words):
        return "type", bare
    if lower in given.people or owners.is_group(bare, words) or owners.like_name(bare, words):
        return "name", bare
    return None


def _give(told: Sequence[_Piece], facts: Facts, given: Given, within: str) -> None:
    words = item_words(given.words)
    why = "beside other facts at its end"
    named = [said for fact, said in told if fact in ("owner", "name")]
    if named:
        first, last = within.find(named[0]), within.rfind(named[-1]) + len(named[-1])
        together = within[first:last]
        alone = len(named) == 1 or any(said in together for fact, said in told if fact not in ("owner", "name"))
        facts.set_owner(owners.owner_of(named[0] if alone else together, given), why, within)
    for fact, said in told:
        if fact in ("owner", "name"):
            continue
        if fact == "field":
            owners.take_field(said, facts, given)
        elif fact == "due":
            facts.set_due(dates.due_at(said, 0, given.today)[0], said, why, within)
        elif fact == "priority":
            facts.set_priority(itemkinds.priority_of(said, words), said, why)
        elif fact == "type":
            facts.set_kind(itemkinds.kind_of(said, words), said, why)
        elif said.lower() not in words.lists["open"]:
            facts.set_done(said, why)
