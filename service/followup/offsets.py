"""How far a zone is from UTC, as pieces of time: so a database can tell the days of a calendar without knowing zones.

A database's own list of zones is not Python's, and SQLite has none; both can add seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

#: nothing was promised before that
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=1)


def offsets(zone: ZoneInfo, last: datetime) -> tuple[tuple[datetime, int], ...]:
    """(from when on, seconds east of UTC), the earliest first, up to that day. The first holds for all that was before
    it too, the last for all that comes after."""
    return _until(zone, last.year + 1)


@lru_cache(maxsize=64)
def _until(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, int], ...]:
    found = [(_FIRST, _east(zone, _FIRST))]
    days = (_FIRST + n * _STEP for n in range((datetime(year, 1, 1, tzinfo=UTC) - _FIRST).days + 1))
    for before, after in pairwise(days):
        if _east(zone, after) != _east(zone, before):
            turn = _turn(zone, before, after)
            found.append((turn, _east(zone, turn)))
    return tuple(found)


def _turn(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second after `before` that has the offset of `after`."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _east(zone, middle) == _east(zone, before):
            before = middle
        else:
            after = middle
    return after


def _east(zone: ZoneInfo, at: datetime) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())
