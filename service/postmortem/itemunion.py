"""The same action item, stated twice, is one; and no two that only look alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from service.postmortem.model import ReadItem
from service.postmortem.vocabulary import key

_WORD = re.compile(r"\w+")
#: words that a rewording changes without another meaning
_SMALL = frozenset(
    "a an the to of for in on and or we should will need must our be is are that this it with so as at by".split()  # noqa: SIM905
)
_FEW = 200  # items among which rewordings are looked for; beyond, only the same words count
_ALIKE = 0.8  # of the words of both
_ALIKE_REF = 0.45  # where both name the same one issue
_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
_LEAST = 4  # words; fewer say too little to be called a rewording


def unite(items: Iterable[ReadItem]) -> list[ReadItem]:
    """The same item twice is one: the first stays and takes what only the later one states. Positions are set anew."""
    read = list(items)
    kept: dict[str, ReadItem] = {}
    said: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for one in read:
        name = key(one.text) or one.text
        if len(one.text) > 180:
            name = one.text
        mine = _words(one.text) if len(read) <= _FEW else _NOTHING
        first = name if name in kept else _same(one, mine, kept, said) if len(read) <= _FEW else None
        if first is None:
            kept[name], said[name] = one, mine
        else:
            kept[first] = merge(kept[first], one)
    positions: dict[str, int] = {}
    result: list[ReadItem] = []
    for one in kept.values():
        positions[one.anchor] = positions.get(one.anchor, -1) + 1
        result.append(replace(one, position=positions[one.anchor]))
    return result


def _same(
    one: ReadItem,
    own: tuple[frozenset[str], frozenset[str]],
    kept: dict[str, ReadItem],
    said: dict[str, tuple[frozenset[str], frozenset[str]]],
) -> str | None:
    mine, numbers = own
    for name, other in kept.items():
        theirs, others = said[name]
        if not mine or not theirs or numbers != others:
            continue
        alike = len(mine & theirs) / len(mine | theirs)
        refs = one.refs and one.refs == other.refs
        apart = one.refs and other.refs and not refs
        owners = one.owner and other.owner and one.owner.lower() != other.owner.lower()
        if apart or owners:
            continue
        if (refs and alike >= _ALIKE_REF) or (alike >= _ALIKE and min(len(mine), len(theirs)) >= _LEAST):
            return name
    return None


def _words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text by their stems, and those of them that are numbers or single letters."""
    found = frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in _SMALL)
    return found, frozenset(word for word in found if len(word) == 1 or any(map(str.isdigit, word)))


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def merge(first: ReadItem, other: ReadItem) -> ReadItem:
    return replace(
        first,
        owner=first.owner or other.owner,
        due=first.due or other.due,
        due_text=None if first.due or other.due else first.due_text or other.due_text,
        priority=first.priority or other.priority,
        kind=first.kind or other.kind,
        done=first.done or other.done,
        refs=tuple(dict.fromkeys((*first.refs, *other.refs))),
        why=first.why or other.why,
        done_when=first.done_when or other.done_when,
        vague=first.vague and other.vague,
        evidence={**other.evidence, **first.evidence} if first.anchor == other.anchor else first.evidence,
    )
