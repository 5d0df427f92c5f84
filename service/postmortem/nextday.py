"""The end of an incident in a field without a day: "Start: 23:10, End: 01:40 (next day)" passed midnight."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from service.postmortem.stated import Stated

_NIGHT = timedelta(hours=12)  # longer than this only where the text says that it was the next day
_NEXT = re.compile(
    r"\W{0,4}(?:(?:the |on the )?(?:next|following) (?:day|morning)|day after|\+ ?1(?: ?d(?:ay)?)?\b|am folgetag|"
    r"le lendemain|al día siguiente|no dia seguinte)",
    re.IGNORECASE,
)


def days_after(rest: str) -> int | None:
    """How many days lie between by what stands behind a time: 1 for "(next day)", None where nothing is said."""
    return 1 if _NEXT.match(rest) else None


def mend(stated: Stated, dayless: Mapping[str, int | None]) -> None:
    """Moves an end before the start that has no day of its own to the day after."""
    start, end = stated.moments.get("started"), stated.moments.get("resolved")
    if start is None or end is None or "resolved" not in dayless:
        return
    after = dayless["resolved"]
    if after and end - start < timedelta(days=1):
        stated.moments["resolved"] = end + timedelta(days=after)
    elif end < start and end + timedelta(days=1) - start <= _NIGHT:
        stated.moments["resolved"] = end + timedelta(days=1)
