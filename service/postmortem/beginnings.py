"""Whether a word stands where a sentence begins, in what people write in tickets. Pure; looks back a few characters."""

from __future__ import annotations

import re

_BACK = 80
_OPENING = "*_~\"“‘'(["
_CLOSING = "*_~\"”’')]"
#: what a line of a text begins with, before its first word
_MARKS = r"[ \t]*(?:(?:[-*+>]|#{1,6}|[0-9]{1,3}[.)]|\|)[ \t]*){0,4}(?:\[[ xX]\])?"
_LINE = re.compile(
    rf"{_MARKS}(?:/[a-z][a-z-]{{1,15}})?[ \t]*"  # a command
    r"(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[A-Za-z]{1,4})?[ \t]*[-–—:|]?)?[ \t]*"  # a clock
    r"(?:[*_]{0,2}[A-Za-z][A-Za-z ]{1,30}[*_]{0,2}:[*_]{0,2})?"  # a field
)
_SHORT = re.compile(r"(?:^|[\s(])(?:[A-Za-z]|[A-Za-z]\.[A-Za-z]|cf|vs|etc|approx|no|nr|mr|mrs|ms|dr)\.$", re.IGNORECASE)


def begins(text: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` begin a sentence of more than themselves. A field that holds them alone,
    such as a cell of a table, is no sentence."""
    alone = re.match(r"[*_`)\]]{0,3}[ \t]*(?:\||\r?\n|$)", text[end : end + _BACK]) is not None
    before = text[max(start - _BACK, 0) : start].rstrip(_OPENING)
    stripped = before.rstrip()
    if not stripped:
        return not alone and start <= _BACK
    if stripped != before and _ended(stripped):
        return True
    if re.search(r"\n[ \t]*\n[ \t>]*$", before):
        return not alone
    line = before.rpartition("\n")[2]
    first = len(line) == len(before) and start > len(before)  # the line may have begun further back
    spaced = stripped != before and line.strip() != ""
    return spaced and not alone and not first and _LINE.fullmatch(line.rstrip()) is not None


def _ended(said: str) -> bool:
    """Whether a sentence ends here; "e.g." ends none."""
    words = said.rstrip(_CLOSING)
    return words.endswith((".", "!", "?")) and _SHORT.search(words[-12:]) is None
