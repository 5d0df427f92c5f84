"""A clock time as people write it: "14:05", "2:05 pm", "14h05", "14.05", "1405 UTC", "noon".

A number alone is no clock time, and neither is a version or an amount. Every pattern is matched at one place.
"""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple

_COLON = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?(?!\d|:\d)")
_LETTER = re.compile(r"(\d{1,2}) ?(?:[hH時](?:(\d{2})分?(?!\w)|(?![\w.]| ?\d))|[Uu]hr\b)")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})(?![\d%]|\.\d| ?(?:[kMGT]i?[Bb]\b|ms\b|s\b|%|LTS\b))")
_BARE = re.compile(r"([01]\d|2[0-3])([0-5]\d)(?!\d|[.,:/-]\d)")
_BARE_MARK = re.compile(r" ?(?:hrs?\b|h\b|hours\b|Z\b|UTC|GMT|[A-Z]{1,3}ST\b|[A-Z]{1,3}DT\b|[A-Z]{1,2}ET\b)")
_ENDS = re.compile(r"\s*(?:$|[,;|)\]–—]|: |- )")  # "2026-03-03 1405": a day stands before it, no noun behind it
_HOUR = re.compile(
    r"(\d{1,2})(?= ?[ap]\.?m\b| ?(?:-|–|to|and) ?\d{1,2}(?::\d\d)? ?[ap]\.?m\b)", re.IGNORECASE
)  # "3 pm", "3 - 5 pm"
_HALF = re.compile(r" ?([ap])\.?m\b\.?|([ap])(?!\w)", re.IGNORECASE)
_HALF_TOLD = re.compile(r" ?[ap]\.?m\b", re.IGNORECASE)  # "2.30 am"
_NOON = re.compile(r"(?:12 )?noon\b", re.IGNORECASE)
_MARK = re.compile(r" ?(?:h|hrs?|Uhr|Std\.?)(?![\w-])")


class Read(NamedTuple):
    """`half`: the time was written with am or pm. `end` is the place asked for where there is no time."""

    clock: time | None
    end: int
    half: bool = False


def clock_at(text: str, at: int, *, dated: bool = False, dotted: bool = False, bare: bool = False) -> Read:
    """The clock time at this place. `dated`: a day stands before it. `dotted`, `bare`: this text writes 14.05, 1405."""
    if not text[at : at + 1].isdigit():
        noon = _NOON.match(text, at) if text[at : at + 1] in ("n", "N") else None
        return Read(time(12), noon.end()) if noon else Read(None, at)
    found = _COLON.match(text, at) or _HOUR.match(text, at) or _LETTER.match(text, at)
    if found is None:
        found = _DOTTED.match(text, at)
        if found and not (dated or dotted or _HALF_TOLD.match(text, found.end())):
            found = None
    if found is None:
        found = _BARE.match(text, at)
        if found is None or not (
            bare or _BARE_MARK.match(text, found.end()) or (dated and _ENDS.match(text, found.end()))
        ):
            return Read(None, at)
    groups = (*found.groups(), None, None)
    hour, minute, second = int(groups[0] or 0), int(groups[1] or 0), int(groups[2] or 0)
    end = found.end()
    half = _HALF.match(text, end)
    if half and hour <= 12:
        end = half.end()
        hour = hour % 12 + (12 if (half[1] or half[2]).lower() == "p" else 0)
    elif half and half[1]:
        end, half = half.end(), None  # "14:05 pm": the hour says it already
    else:
        half = None
        mark = _MARK.match(text, end)
        end = mark.end() if mark else end
    if hour > 23 or minute > 59 or second > 59:
        return Read(None, at)
    return Read(time(hour, minute, second), end, half is not None)
