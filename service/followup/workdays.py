"""A team's calendar: working days, and the hours in which something may be sent. Pure, but for the library of holidays.

Days are counted in the team's zone; an instant is made of a day and a clock time last, so that a change of the clocks
moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from service.followup.week import DAYS

#: how far ahead a working day is looked for: more than a year without one is a calendar that nobody works by
_FARTHEST = 800
#: of other years the library knows nothing, and rules of today say nothing
_KNOWN_YEARS = range(1950, 2200)

Holiday = Callable[[date], bool]


def no_holiday(day: date) -> bool:
    return False


@lru_cache(maxsize=8)
def holidays_of(country: str) -> Holiday:
    """Whether a day is a public holiday there: "DE", or with a part of it "US-CA"; "" knows none.

    Raises ValueError with a sentence for a country or part that the library does not know
    (https://holidays.readthedocs.io/).
    """
    if not country:
        return no_holiday
    # Its hundreds of countries are loaded only where one is named.
    from holidays import country_holidays

    code, _, part = country.partition("-")
    try:
        known = country_holidays(code, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError(f"{error}.") from None
    return lambda day: day.year in _KNOWN_YEARS and day in known


@dataclass(frozen=True)
class Workdays:
    """`opens` and `closes`: minutes of the day, closing after opening, 1440 at most. `weekdays`: 0 is Monday."""

    zone: ZoneInfo
    opens: int = 9 * 60
    closes: int = 17 * 60
    weekdays: frozenset[int] = frozenset(range(5))
    days_off: Collection[date] = frozenset()
    holiday: Holiday = no_holiday
    _known: dict[date, bool] = field(default_factory=dict, compare=False, repr=False)

    def works(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = day.weekday() in self.weekdays and day not in self.days_off and not self.holiday(day)
        return self._known[day]

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def before(self, day: date, number: int) -> date | None:
        """The last day from which there are so many working days up to this one, this one counted; None: there is no
        such day in the calendar."""
        left = number
        for ordinal in range(day.toordinal(), max(day.toordinal() - _FARTHEST, 0), -1):
            if not left and self.works(date.fromordinal(ordinal)):
                return date.fromordinal(ordinal)
            left -= left > 0 and self.works(date.fromordinal(ordinal))
        return None

    def after(self, day: date, number: int) -> date | None:
        """The working day that is so many behind this one; None: there is no such day in the calendar."""
        left = number
        for ordinal in range(day.toordinal() + 1, min(day.toordinal() + _FARTHEST, date.max.toordinal()) + 1):
            left -= self.works(date.fromordinal(ordinal))
            if not left:
                return date.fromordinal(ordinal)
        return None

    def between(self, first: date, last: date) -> int:
        """Working days after the first day, up to the last; those of the next 800 days."""
        end = min(last.toordinal(), first.toordinal() + _FARTHEST)
        return sum(self.works(date.fromordinal(ordinal)) for ordinal in range(first.toordinal() + 1, end + 1))

    def open(self, now: datetime) -> bool:
        """Whether something may be sent at this moment."""
        local = now.astimezone(self.zone)
        return self.opens <= local.hour * 60 + local.minute < self.closes and self.works(local.date())

    def next_open(self, now: datetime) -> datetime | None:
        """From when something may be sent, in UTC: now, or the next opening. None: there is none within two years."""
        if self.open(now):
            return now.astimezone(UTC)
        today = self.today(now).toordinal()
        for ordinal in range(today, min(today + _FARTHEST, date.max.toordinal())):
            opening = self.opening(date.fromordinal(ordinal))
            if opening > now and self.open(opening):
                return opening
        return None

    def opening(self, day: date) -> datetime:
        """The first working minute of this day, were it one, in UTC."""
        return datetime.combine(day, time(*divmod(self.opens, 60)), tzinfo=self.zone).astimezone(UTC)


def minutes(clock: str) -> int:
    """ "09:30" → 570"""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


def scheduled(text: str, week_of: date, zone: ZoneInfo) -> datetime:
    """When a schedule such as "MON 09:00" is in the ISO week of this day, in UTC."""
    monday = week_of - timedelta(days=week_of.weekday())
    day = monday + timedelta(days=DAYS.index(text[:3]))
    return datetime.combine(day, time(*divmod(minutes(text[4:]), 60)), tzinfo=zone).astimezone(UTC)
