"""Whether a time in a sentence is the beginning or the end of the trouble by what stands before it: "from 14:05 to
15:10", "until 15:10", "starting 14:05".

Beside a phrase that names trouble any sentence tells it. In what sums the incident up a single word of trouble is
enough ("saw errors", "were delayed"), and under a heading for the impact a span alone. The words are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from service.postmortem.model import Section
from service.postmortem.phrases import Place
from service.postmortem.rows import rows_of
from service.postmortem.vocabulary import Vocabulary, either

_BEFORE = re.compile(
    r"(?:between|from|zwischen|von|entre|de|du|desde|des)\W{1,3}(?:the hours? of |\w{2,13}\W{1,2})?$", re.IGNORECASE
)
_STARTING = re.compile(
    r"\b(?:(?:start|beginn)ing|([a-z]{3,14}),? (?:which|that) (?:started|began)) "
    r"(?:(?:at|from|on|around|about|approximately|roughly|ca\.?) ){0,2}[~`]?$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?<!\w)([\w-]{3,20}),? (?:starting |beginning )?from (?:(?:about|around|approximately|roughly|ca\.?) )?[~`]?$"
)
_TILL = re.compile(r"[^.;]{0,30}?\b(?:until|till)\b")
_SINCE = re.compile(
    r"(?: \w{2,12}){0,2} (?:since|as of|as from) (?:(?:about|around|approximately|roughly|ca\.?) )?[~`(]?"
)
_UNTIL = re.compile(
    r"\b(?:until|till|ending|bis|jusqu'à|hasta|até|tot) "
    r"(?:(?:at|about|around|approximately|roughly|ca\.?|gegen) )?[~`]?$",
    re.IGNORECASE,
)
#: "we could not find the cause until 15:10"
_OURS = re.compile(
    r"\b(?:we|i|he|she|they|it|team|engineers?) (?:\w{1,9} )?(?:could|couldn't|cannot|can't|unable|not|no)\b"
)
#: "was not seen until 15:10", but "could not pay until 15:10"
_NOT_YET = re.compile(
    r"(?:\b(?:nobody|no one|never|wait\w*|postpone\w*|extend\w*|delayed)\b|"
    r"(?<!could )\bnot\b(?! (?:able|available|work|reachable|respond|possible|accessible|usable))|(?<!could)n't\b)"
    r"[^.;]{0,60}$"
)
_FAR = 40  # characters before a time that are looked at


@lru_cache(maxsize=8)
def _ill(words: Vocabulary) -> re.Pattern[str]:
    """How words of trouble begin."""
    stems = {word.strip(" /") for word in words.facts.get("said_ill", ())}
    return re.compile(rf"(?<!\w)(?:{either(stems) or '(?!)'})")


def of_trouble(low: str, section: Section | None, words: Vocabulary, *, summing: bool) -> bool:
    """Whether a span in this flat sentence is the incident's by where it stands, and a word of trouble beside it.
    `summing`: nothing above has summed the incident up."""
    if section is Section.IMPACT:
        return True
    if section is not Section.SUMMARY and not (section is None and summing):
        return False
    return _ill(words).search(low) is not None and rows_of(words).responded.search(low) is None


def is_span(sentence: str, start: int) -> bool:
    before = _BEFORE.search(sentence, max(0, start - _FAR), start)
    return before is not None or "and" not in sentence[start : start + 24]


def is_starting(sentence: str, start: int, names: Set[str]) -> bool:
    """ "starting at 14:05", "the outage, which started at 14:05". `names`: what trouble is called."""
    found = _STARTING.search(sentence, max(0, start - _FAR), start)
    return found is not None and (found[1] is None or found[1].lower() in names)


def is_from(low: str, start: int, end: int, words: Vocabulary) -> bool:
    """ "was down from 14:05", "was unavailable for an hour, from 14:05 until it was restored"."""
    before = _FROM.search(low, max(0, start - _FAR), start)
    if before is None:
        return False
    said = low.rfind(" ", 0, before.start(1)) + 1
    return _ill(words).match(low, said) is not None or _TILL.match(low, end) is not None


def is_since(low: str, troubles: Iterable[Place], start: int) -> bool:
    """ "had been unreachable since 14:05"."""
    return any(0 < start - place.end <= _FAR and _SINCE.fullmatch(low, place.end, start) for place in troubles)


def is_until(sentence: str, low: str, start: int) -> bool:
    """ "was down until 15:10", not "nobody saw it until 15:10"."""
    before = _UNTIL.search(sentence, max(0, start - _FAR), start)
    return before is not None and not _OURS.search(low, 0, start) and not _NOT_YET.search(low, 0, before.start())
