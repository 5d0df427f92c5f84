"""Walks along a log line by line: which day it is, in which zone, before or after midnight."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from service.postmortem import doubts, times

_MIDNIGHT = timedelta(hours=4)  # a line that is earlier by less is only out of order
_NOON = timedelta(hours=12)


@dataclass(slots=True)
class LogClock:
    """`zone` is for times without one, or with `carries`, where no text states it, that of the line above that has one;
    `usual` the day that the text gives to every line without one, whatever day the line before it had; `began` when
    the incident began, for "T+15".

    `bare`: the first time that stands without a zone. `assumed`: times that were read as after noon, as the line before
    them is, for want of an am or pm. `doubts`: of the days that were read. `loose`: the lines of
    lists in which nothing has a time.
    """

    zone: tzinfo
    day: date | None = None
    usual: date | None = None
    habits: times.Habits = times.NO_HABITS
    began: datetime | None = None
    carries: bool = False
    last: datetime | None = None
    half: bool = False
    carried: bool = False
    bare: bool = False
    assumed: tuple[str, ...] = ()
    doubts: list[str] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    ends: dict[datetime, datetime] = field(default_factory=dict)

    def read(self, text: str) -> tuple[datetime | None, str, bool]:
        """The time that a line begins with in UTC, the rest, and whether there was any day or time at all."""
        stamp, rest = times.leading(text, self.day, self.habits)
        if stamp is None:
            return None, text, False
        return self.at(stamp), rest, True

    def at(self, stamp: times.Stamp) -> datetime | None:
        """The moment of a stamp. A day alone is remembered for what follows. Times that jump back passed midnight."""
        if stamp.since is not None:
            return self.began + stamp.since if self.began else None
        doubt = doubts.of_stamp(stamp) if stamp.slip or stamp.weekday is not None else None
        if doubt and len(self.doubts) < doubts.MOST:
            self.doubts.append(doubt)
        if stamp.slip:
            return None
        self._turn_to(stamp)
        if stamp.clock is None or self.day is None:
            return None
        moment = self._moment(stamp.clock, stamp)
        if stamp.day is None and self.last is not None and moment < self.last:
            moment = self._later(stamp, moment, self.last)
        else:
            self.half = stamp.half
        if self.carries and stamp.zone is not None:
            self.zone, self.carried = stamp.zone, True
        self.bare = self.bare or (stamp.zone is None and not self.carried)
        self.last = moment
        if stamp.until is not None and (end := times.end_of(replace(stamp, day=self.day), self.zone)) and end > moment:
            self.ends[moment] = end
        return moment

    def _turn_to(self, stamp: times.Stamp) -> None:
        """The day of this line, where it has one of its own."""
        if stamp.day is not None:
            self.day, self.last = stamp.day, None
        elif self.usual is not None:
            self.day, self.last = self.usual, None
        elif stamp.weekday is not None and self.day is not None:
            self.day += timedelta(days=(stamp.weekday - self.day.weekday() + 3) % 7 - 3)
            self.last = None

    def _later(self, stamp: times.Stamp, moment: datetime, last: datetime) -> datetime:
        """A time before the one that stands above it: of the afternoon, after midnight, or out of order."""
        assert stamp.clock is not None
        if self.half and not stamp.half and stamp.clock.hour <= 12 and last <= moment + _NOON <= last + _MIDNIGHT:
            self.assumed = (*self.assumed, f"{stamp.clock.hour}:{stamp.clock.minute:02}")
            return moment + _NOON
        self.half = stamp.half
        if moment >= last - _MIDNIGHT:
            return moment
        assert self.day is not None
        self.day += timedelta(days=1)
        return self._moment(stamp.clock, stamp)

    def _moment(self, clock: time, stamp: times.Stamp) -> datetime:
        assert self.day is not None
        return datetime.combine(self.day, clock, tzinfo=stamp.zone or self.zone).astimezone(UTC)
