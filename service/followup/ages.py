"""How late and how long: buckets of overdue items, on time or not, days from promise to done. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.followup.tallies import Bucket, OnTime, Spread, Took

#: days late, from and to; None: more
BUCKETS: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 30), (31, 90), (91, None))
#: quartiles of fewer say nothing
_LEAST = 4


def buckets(late: Mapping[int, int]) -> tuple[Bucket, ...]:
    """`late`: days late → how many overdue items are so late."""
    return tuple(
        Bucket(least, most, sum(n for days, n in late.items() if days >= least and (most is None or days <= most)))
        for least, most in BUCKETS
    )


def ended_late(due: date | None, ended_at: datetime | None, zone: ZoneInfo) -> bool:
    """It ended after the day that was its due date when it ended, by the calendar of the report's zone."""
    return due is not None and ended_at is not None and ended_at.astimezone(zone).date() > due


def days_between(promised_at: datetime | None, ended_at: datetime | None, zone: ZoneInfo) -> int | None:
    """Calendar days from the promise to the end; 0 for an issue that was closed before it was promised."""
    if promised_at is None or ended_at is None:
        return None
    return max((ended_at.astimezone(zone).date() - promised_at.astimezone(zone).date()).days, 0)


def on_time(done: Mapping[Took, int]) -> OnTime:
    """Of items that are done: how they fared → how many."""
    said: Counter[bool | None] = Counter()
    for one, number in done.items():
        said[one.late] += number
    return OnTime(on_time=said[False], late=said[True], undated=said[None])


def spread(done: Mapping[Took, int]) -> Spread:
    """The days that they took. Quartiles as in a spreadsheet's QUARTILE.INC."""
    taken = [one.days for one, number in done.items() for _ in range(number)]
    known = sorted(day for day in taken if day is not None)
    lower, upper = None, None
    if len(known) >= _LEAST:
        lower, _, upper = statistics.quantiles(known, n=4, method="inclusive")
    return Spread(
        n=len(known),
        median=float(statistics.median(known)) if known else None,
        lower=lower,
        upper=upper,
        most=known[-1] if known else None,
        unknown=len(taken) - len(known),
    )
