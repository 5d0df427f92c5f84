"""A name that stands before what is to be done, or behind it: "Sam to write the runbook", "AI: Add an alert - Sam".

A noun may stand there as well ("Script to check the backups"): a name is no word that the text, a list or its ending
shows to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.postmortem import dates
from service.postmortem.itemmarks import begins_marked
from service.postmortem.itempast import is_noun, is_past
from service.postmortem.itemwords import ItemWords
from service.postmortem.owners import like_name

_NAMES = r"[A-ZÀ-Þ][a-zß-ÿ]{1,15}(?: [A-ZÀ-Þ][a-zß-ÿ]{1,20})?"
_BEGIN = re.compile(rf"^(?:\[[ xX]\] )?({_NAMES}(?:(?: and | & |/|, ){_NAMES})?) (?:to|will)(?: also)? ([a-z-]+)")
_ANY = r"[A-ZÀ-Þ][\w.'’-]{0,20}(?: [A-ZÀ-Þ][\w.'’-]{0,20}){0,2}"
_HABIT = re.compile(rf"^({_ANY}(?:(?: and | & |/|, ){_ANY}){{0,4}}) (?:to|will)(?: also)? ([a-z-]+)")
_BETWEEN = re.compile(r" and | & |/|, ")
_LAST = re.compile(rf" [-–—] ({_NAMES}(?:(?: and | & |/|, ){_NAMES})?)\.?$")
_MOST = 20  # names that are looked up in the text


def named_first(heads: Iterable[str], texts: Sequence[str], words: ItemWords) -> frozenset[str]:
    """The people whom the first words of items name, in small letters. Where two begin so, "McX" is one too."""
    begun = [head for head in heads if " to " in head[:60] or " will " in head[:60]]
    pattern = _HABIT if sum(_HABIT.match(head) is not None for head in begun) > 1 else _BEGIN
    named: set[str] = set()
    for head in begun:
        found = pattern.match(head)
        if found is None or found[2] not in words.lists["verb"] or not like_name(found[1].replace("/", ", "), words):
            continue
        names = _BETWEEN.split(found[1])
        if len(named) < _MOST and all(_is_name(name, texts, words) for name in names):
            named.update(name.lower() for name in names)
    return frozenset(named)


def named_last(texts: Sequence[str], words: ItemWords) -> frozenset[str]:
    """The people whom lines name behind a dash that say of themselves that they are items: "AI: Add an alert - Tom"."""
    named: set[str] = set()
    for text in texts:
        if " - " not in text and " – " not in text and " — " not in text:
            continue
        for line in text.split("\n"):
            found = _LAST.search(line[-50:]) if begins_marked(line, words) else None
            if found is None or not like_name(found[1], words) or dates.due_words(found[1], 0):
                continue
            names = _BETWEEN.split(found[1])
            if len(named) < _MOST and all(_is_name(name, texts, words) for name in names):
                named.update(name.lower() for name in names)
    return frozenset(named)


def _is_name(name: str, texts: Sequence[str], words: ItemWords) -> bool:
    pieces = name.split()
    if any(is_past(piece, words) for piece in pieces) or any(is_noun(piece, words) for piece in pieces):
        return False
    word = pieces[0].lower()
    small = re.compile(rf"(?<![\w@/.-]){re.escape(word)}(?![\w/.-]\w|\w)")
    return not any(word in text and small.search(text) for text in texts)
