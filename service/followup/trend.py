"""Twelve weeks, each as its own frozen report said it; and what was done in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from service.followup.tallies import TrendWeek
from service.followup.week import Week

WEEKS = 12


def weeks(last: Week) -> tuple[Week, ...]:
    """The twelve weeks of the trend, this one last."""
    found = [last]
    while len(found) < WEEKS:
        found.append(found[-1].previous)
    return tuple(reversed(found))


def begins(last: Week, zone: ZoneInfo) -> datetime:
    """When the first of them began."""
    return weeks(last)[0].start(zone)


def trend(this: TrendWeek, known: Mapping[str, TrendWeek]) -> tuple[TrendWeek, ...]:
    """`known`: week → as its report said it. A week without a report has no figure: it was not nought."""
    nothing = (None, None, None, None, None)
    *earlier, _ = weeks(Week.parse(this.week))
    return (*(known.get(str(week)) or TrendWeek(str(week), *nothing) for week in earlier), this)
