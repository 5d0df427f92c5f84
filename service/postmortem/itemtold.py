"""What a list of measures tells as a fact: "The script now keeps both paths", "Formalized the port profiles".

One such line alone may be a wish ("Shared storage for all"); beside others that are plainly told it is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.postmortem.itempast import hedged, is_past, is_present
from service.postmortem.itempreparing import only_prepares
from service.postmortem.itemwalk import Found
from service.postmortem.itemwords import ItemWords

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_FIRST_CLAUSE = re.compile(r"[.;!?](?=\s|$)")
_LEAST = 2  # lines that are plainly told


def settle(found: Sequence[Found], words: ItemWords) -> None:
    """Marks as done what is told as a fact in a list of which half at least is plainly told to be done."""
    if len(found) < _LEAST or any(one.boxed for one in found):
        return
    done = [one for one in found if one.facts.done]
    past = [one for one in found if not one.facts.done and _begins_past(one.text, words)]
    if not past and len(done) == len(found):
        return
    plain = len(done) >= _LEAST and 2 * len(done) >= len(found)
    if not plain:
        sure = bool(done) or len(past) > _LEAST
        whole = len(done) + len(past) == len(found)
        if not (sure and whole) or all(_may_wish(one.text, words) for one in found):
            return
    for one in found:
        if not one.facts.done and not one.facts.due and not one.facts.owner:
            one.facts.set_told(_fact(one.text, words), "a fact among what is told as done")


def _begins_past(text: str, words: ItemWords) -> bool:
    found = _WORD.search(text[:40])
    return found is not None and is_past(found[0], words)


def _may_wish(text: str, words: ItemWords) -> bool:
    first = text.split(" ", 1)[0].lower()
    described = first in words.lists["past_with_object"] and first not in words.lists["past_of_thing"]
    return described or first in words.lists["wish"]


def _fact(text: str, words: ItemWords) -> str | None:
    """The verb of a first clause that tells how it is or what was done."""
    end = _FIRST_CLAUSE.search(text)
    clause = text[: end.start()] if end else text
    if text.endswith("?") or _may_wish(text, words) or words.past_of_ticket.match(clause):
        return None
    if only_prepares(clause, words):
        return None
    if words.promise.search(clause) or words.need.search(clause) or hedged(clause):
        return None
    told = [word[0] for word in _WORD.finditer(clause[:160])][:7]
    first = told[0].lower() if told else "ing"
    if first.endswith("ing") or first in words.lists["verb"] or first in words.lists["wish"]:
        return None
    for place, word in enumerate(told):
        if word.lower() in words.lists["no_deed"]:
            return None  # "Planned a drill": it is still to come
        if is_past(word, words) or (place and is_present(word, words)):
            return word
    return None
