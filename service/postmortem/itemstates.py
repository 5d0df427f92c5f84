"""What a status says of an item beyond a single word: only a part of it is done, or the day on which it was."""

from __future__ import annotations

import re
from datetime import date

from service.postmortem import days
from service.postmortem.itemwords import ItemWords

#: only a part is done, or not where it counts: "done in staging", "half of it", "production pending"
_PART = re.compile(
    r"\b(?:still|remaining|remains|to do|todo|to be|pending|in progress|waiting|awaiting|partially|partly|half|mostly|"
    r"nearly|almost|some|not|except|but|however|again)\b"
    r"|\b(?:and|but)(?: we)? (?:will|plan|need)\b"
    r"|\b(?:in|on|for|to) (?:the )?(?:dev|development|staging|stage|test|testing|qa|uat|pre-?prod|canary|one|most)\b"
    r"|\blocally\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:if|when|once|until|unless|after|before|depends|blocked|needs?|should|must|will|would|could|can|may|might|see|like|"
    r"as|already|e\.g)\b|[?]|n['’]t\b",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\(([^()]{6,100})\)(?=[*_ ]{0,4}(?:$|[.,;|(]))")
_PIECE = re.compile(r" ?[,;|·] ?| [-–—] ")
_COLUMN = re.compile(
    r"(?:date )?(?:completed|done|closed|finished|resolved|implemented|shipped|deployed)(?: (?:on|at|date))?"
)
_REFERENCE = re.compile(
    r"^\W{0,3}(?:PR |MR )?(?:[#!]\d{1,7}|[A-Z][A-Z\d]{1,9}-\d{1,6}|[\w.-]{1,40}/[\w.-]{1,40}[#!]\d{1,7})\b"
)
_BASE = date(2000, 1, 1)


def is_part(text: str) -> bool:
    """Whether words that tell that something is done tell it of a part, or of another place than production."""
    return _PART.search(text) is not None


def in_bracket(text: str, words: ItemWords) -> str | None:
    """The piece of a last bracket that says that it is done: "(#12, merged)", "(sam, fixed in v2.3)"."""
    for found in _BRACKET.finditer(text):
        pieces = _PIECE.split(found[1])
        if len(pieces) < 2 or is_part(found[1]) or _HEDGED.search(found[1]):
            continue
        for piece in pieces:
            if words.done_piece.fullmatch(piece.strip(" *_")):
                return piece.strip()
    return None


def is_day(text: str) -> bool:
    """Whether a day stands here: "Done 2026-03-09", "Completed 9 March"."""
    return days.day_at(text, 0, _BASE).day is not None


def on_day(name: str, value: str) -> str | None:
    """The day in a column for the day on which things were completed. `name`: as it is looked up."""
    if not _COLUMN.fullmatch(name) or is_part(value) or not is_day(value.strip(" *_`")):
        return None
    return value.strip()


def of_reference(text: str, words: ItemWords) -> str | None:
    """What stands beside the one reference of a cell: "#12 merged", "OPS-3: closed"."""
    rest = _REFERENCE.sub("", text, count=1).strip(" -–—:,;()[]*_`")
    return rest if rest and not is_part(rest) and words.done_piece.fullmatch(rest) else None
