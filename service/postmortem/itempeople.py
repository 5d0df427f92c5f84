"""A name that stands once before what is to be done: "Sam to write the runbook".

A noun may stand there as well ("Script to check the backups"): a name is no word that the text, a list or its ending
shows to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.postmortem.itempast import is_past
from service.postmortem.itemwords import ItemWords
from service.postmortem.owners import like_name

_NAMES = r"[A-ZÀ-Þ][a-zß-ÿ]{1,15}(?: [A-ZÀ-Þ][a-zß-ÿ]{1,20})?"
_BEGIN = re.compile(rf"^(?:\[[ xX]\] )?({_NAMES}(?:(?: and | & |/|, ){_NAMES})?) (?:to|will)(?: also)? ([a-z-]+)")
_BETWEEN = re.compile(r" and | & |/|, ")
_NOUN = (
    "ing",
    "ion",
    "ment",
    "ity",
    "ness",
    "ance",
    "ence",
    "ism",
    "ship",
    "able",
    "ible",
    "ful",
    "ly",
    "ware",
    "ures",
)
_MOST = 20  # names that are looked up in the text


def named_once(heads: Iterable[str], texts: Sequence[str], words: ItemWords) -> frozenset[str]:
    """The people whom the first words of items name, in small letters."""
    named: set[str] = set()
    for head in heads:
        found = _BEGIN.match(head) if " to " in head[:60] or " will " in head[:60] else None
        if found is None or found[2] not in words.lists["verb"] or not like_name(found[1].replace("/", ", "), words):
            continue
        names = _BETWEEN.split(found[1])
        if len(named) < _MOST and all(_is_name(name, texts, words) for name in names):
            named.update(name.lower() for name in names)
    return frozenset(named)


def _is_name(name: str, texts: Sequence[str], words: ItemWords) -> bool:
    pieces = name.split()
    if any(piece.lower() in words.lists["noun"] or is_past(piece, words) for piece in pieces):
        return False
    word = pieces[0].lower()
    if word.endswith(_NOUN) or _makes(word, words):
        return False
    small = re.compile(rf"(?<![\w@/.-]){re.escape(word)}(?![\w/.-]\w|\w)")
    return not any(word in text and small.search(text) for text in texts)


def _makes(word: str, words: ItemWords) -> bool:
    """ "watcher", "checks": made of a verb."""
    verbs = words.lists["verb"]
    return (word.endswith(("er", "or")) and (word[:-2] in verbs or word[:-1] in verbs or word[:-3] in verbs)) or (
        word.endswith("s") and word[:-1] in verbs
    )
