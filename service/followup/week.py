"""ISO weeks, and when the report of each is due. Pure.

A schedule such as "MON 09:00" reports the ISO week just ended, in the report's zone. Every step goes over calendar days
and is turned into an instant last, so that a change of the clocks moves nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.base import AfterwordError

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: a report that was missed is made up for as long as this
KEPT = timedelta(weeks=60)
#: the name of the report of all items
WEEKLY = "weekly"
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_SCHEDULE = re.compile(r"([A-Z]{3}) (\d{2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO 8601 week: Monday to Sunday; `year` is the ISO year."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Week:
        """ "2026-W47". Raises AfterwordError."""
        match = _WEEK.fullmatch(text)
        if match and "1970" <= match[1] < "9999":  # beyond them a day has no date before or after it
            week = cls(int(match[1]), int(match[2]))
            try:
                date.fromisocalendar(week.year, week.number, 1)
            except ValueError:
                pass
            else:
                return week
        raise AfterwordError(f"“{text}” is not a week.", "Write the year and the ISO week, such as 2026-W47.")

    @classmethod
    def of(cls, day: date) -> Week:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def at(cls, instant: datetime, zone: ZoneInfo) -> Week:
        return cls.of(instant.astimezone(zone).date())

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def previous(self) -> Week:
        return Week.of(self.first_day - timedelta(days=7))

    @property
    def next(self) -> Week:
        return Week.of(self.first_day + timedelta(days=7))

    @property
    def slot(self) -> str:
        """The name of its report of all items, one row each."""
        return slot_of(WEEKLY, self)

    def start(self, zone: ZoneInfo) -> datetime:
        """Monday 00:00 there, in UTC."""
        return _instant(self.first_day, time(), zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The first instant after it, in UTC."""
        return self.next.start(zone)

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A day of the week and a clock time, in the report's zone. `weekday`: 0 is Monday."""

    weekday: int
    clock: time

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """ "MON 09:00". Raises AfterwordError."""
        match = _SCHEDULE.fullmatch(text.strip().upper())
        if match and match[1] in DAYS and int(match[2]) < 24 and int(match[3]) < 60:
            return cls(DAYS.index(match[1]), time(int(match[2]), int(match[3])))
        raise AfterwordError(f"“{text}” is not a schedule.", "Write a day and a time, such as MON 09:00.")

    def due(self, week: Week, zone: ZoneInfo) -> datetime:
        """When the report of this week is due: the first such time after the week ended, in UTC."""
        return _instant(week.next.first_day + timedelta(days=self.weekday), self.clock, zone)


def slot_of(name: str, week: Week) -> str:
    """ "payments-2026-W47": the row of one report."""
    return f"{name}-{week}"


def of_slot(slot: str) -> tuple[str, Week]:
    """The report's name and its week. Raises AfterwordError."""
    return slot[:-9], Week.parse(slot[-8:])


def page_of(slot: str) -> str:
    """Where it is shown: "/reports/payments/2026-W47"."""
    name, week = of_slot(slot)
    return f"/reports/{name}/{week}"


def due_slots(
    schedule: Schedule, zone: ZoneInfo, now: datetime, *, last: Week | None, first_boot: datetime
) -> tuple[Week, ...]:
    """The weeks whose report is due at `now` and not made, the oldest first.

    `last` is the latest week that has its report. After a long stop there is one for each missed week; weeks that ended
    before the first boot have none, and none is made up that is older than `KEPT`.
    """
    week = first_missing(zone, now, last=last, first_boot=first_boot)
    slots: list[Week] = []
    while schedule.due(week, zone) <= now:
        slots.append(week)
        week = week.next
    return tuple(slots)


def first_missing(zone: ZoneInfo, now: datetime, *, last: Week | None, first_boot: datetime) -> Week:
    """The oldest week whose missing report is still made: a clock that was wrong by decades asks for no thousands."""
    since = last.end(zone) if last else first_boot
    return Week.at(max(since, now - KEPT), zone)


def first_after_skipped(zone: ZoneInfo, now: datetime, *, last: Week | None, first_boot: datetime) -> Week | None:
    """The same, if weeks before it stay without their report; else None."""
    week = first_missing(zone, now, last=last, first_boot=first_boot)
    return week if (last.end(zone) if last else first_boot) < week.start(zone) else None


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
