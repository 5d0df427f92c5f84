"""Times as people write them: a day, a clock time, a zone, any of them missing. What is missing is never made up.

Results are aware and in UTC. Every pattern here is matched at one place and is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from service.postmortem import zones

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_WEEKDAY = re.compile(r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?,? +", re.I)
_WORDED = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)? (?:of |de )?(?P<m1>[^\W\d_]{3,10})\.?|"
    r"(?P<m2>[^\W\d_]{3,10})\.? \d{1,2}(?:st|nd|rd|th)?(?![\d:]))"
    r"(?:,? (?:\d{4})(?![\d:]))?",
    re.I,
)
_MONTH = re.compile(
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|fév|fev|avr|juin|juil|aoû|ene|abr|ago|dic|out|set|"
    r"mag|giu|lug|ott|gen|mei|maa"
)
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?(?!\d)")
_DOTTED = re.compile(r"(\d{2})[.h](\d{2})(?!\d|\.\d|%)")
_HOUR = re.compile(r"(\d{1,2})(?= ?[ap]\.?m\b)", re.I)
_HALF = re.compile(r" ?([ap])\.?m?\.?(?![a-z])", re.I)
_BEFORE = re.compile(
    r"[\s~≈(\[*_{`]{0,8}"
    r"(?:(?:ca\.?|c\.|approx\.?|approximately|around|about|at|on|between|circa|roughly) ?~?){0,2}",
    re.I,
)
_BETWEEN = re.compile(r"(?:T|(?: |,|:|-|–|—|@|at|um|à|\)){1,5})", re.I)
_RANGE = re.compile(r" ?(?:-|–|—|to|until|and) ?~?", re.I)
_AFTER = re.compile(r"(?:\s|[:\-–—|)\]}*_,.>→]){0,12}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as far as it was written. `day` may be known only up to its year (`year_known` False)."""

    day: date | None = None
    clock: time | None = None
    zone: tzinfo | None = None
    until: time | None = None
    year_known: bool = True


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1970 <= year <= 2200 else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def worded_day(text: str, base: date, *, ahead: bool = False) -> date | None:
    """A day and month in words ("1 December", "Nov 3rd, 2026"), the year from `base` if it is not written.

    `ahead`: a date without a year lies after the base, as a due date does; else it is the nearest one.
    """
    import dateparser  # lazily: it loads its locale data, which only a date in words needs

    settings = {
        "REQUIRE_PARTS": ["day", "month"],
        "STRICT_PARSING": False,
        "PREFER_DATES_FROM": "future" if ahead else "current_period",
        "RELATIVE_BASE": datetime.combine(base, time(), tzinfo=UTC).replace(tzinfo=None),
    }
    found = dateparser.parse(text, languages=list(_LANGUAGES), settings=settings)
    if found is None:
        return None
    day = _day(found.year, found.month, found.day)
    if day is None or ahead or re.search(r"\d{4}", text):
        return day
    near = [_day(base.year + step, day.month, day.day) for step in (-1, 0, 1)]
    return min((other for other in near if other), key=lambda other: abs(other - base), default=None)


def day_at(text: str, at: int, base: date | None, *, ahead: bool = False) -> tuple[date | None, int]:
    """A date with day and month that stands at this place, and where it ends. Without a year it needs a base."""
    day, end, _ = _read_day(text, at, base, ahead=ahead)
    return day, end


def _read_day(text: str, at: int, base: date | None, *, ahead: bool = False) -> tuple[date | None, int, bool]:
    iso = _ISO.match(text, at)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3])), iso.end(), True
    weekday = _WEEKDAY.match(text, at)
    begin = weekday.end() if weekday else at
    worded = _WORDED.match(text, begin)
    if worded and _MONTH.match((worded["m1"] or worded["m2"]).lower()):
        known = re.search(r"\d{4}$", worded[0]) is not None
        if known or base is not None:
            day = worded_day(worded[0].lower(), base or date(2000, 1, 1), ahead=ahead and not known)
            return day, worded.end() if day else at, known
    return None, at, True


def _read_clock(text: str, at: int, *, dated: bool) -> tuple[time | None, int]:
    found = _CLOCK.match(text, at) or (_DOTTED.match(text, at) if dated else None) or _HOUR.match(text, at)
    if found is None:
        return None, at
    groups = found.groups()
    hour, minute = int(groups[0]), int(groups[1]) if len(groups) > 1 else 0
    second = int(groups[2] or 0) if len(groups) > 2 else 0
    end = found.end()
    half = _HALF.match(text, end)
    if half and (half[0].rstrip(" .").lower()[-1:] == "m" or half[0].strip().lower() in ("a", "p")):
        end = half.end()
        if 1 <= hour <= 12:
            hour = hour % 12 + (12 if half[1].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None, at
    return time(hour, minute, second), end


def leading(text: str, base: date | None = None) -> tuple[Stamp | None, str]:
    """The time that a line begins with, and the rest of the line. `base` lends its year to a day without one."""
    day, end, year_known = _read_day(text, _past(_BEFORE, text, 0), base)
    between = _past(_BETWEEN, text, end) if day else end
    clock, after_clock = _read_clock(text, _past(_BEFORE, text, between) if day else end, dated=day is not None)
    if clock is None:
        if day is None:
            return None, text
        return Stamp(day, year_known=year_known), text[_past(_AFTER, text, end) :]
    zone, end = zones.zone_at(text, after_clock, iso=text[between - 1 : between] == "T")
    if day is None:
        day, after_day, year_known = _read_day(text, _past(_BETWEEN, text, end), base)
        end = after_day if day else end
    until, end = _read_until(text, end, base)
    if zone is None:
        zone, end = zones.zone_at(text, end)
    if text[end : end + 1] == "`" and "`" in text[: _past(_BEFORE, text, 0)]:
        end += 1
    return Stamp(day, clock, zone, until, year_known), text[_past(_AFTER, text, end) :]


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _read_until(text: str, at: int, base: date | None) -> tuple[time | None, int]:
    gap = _RANGE.match(text, at)
    if gap is None:
        return None, at
    _, begin, _ = _read_day(text, gap.end(), base)
    between = _BETWEEN.match(text, begin) if begin != gap.end() else None
    clock, end = _read_clock(text, between.end() if between else begin, dated=True)
    return (clock, end) if clock else (None, at)


@dataclass(slots=True)
class Clock:
    """Walks along a log: remembers the day and the zone, and notices midnight.

    `usual`: the day that the text gives to every line without one, whatever day the line before it had.
    """

    zone: tzinfo
    day: date | None = None
    last: datetime | None = None
    usual: date | None = None

    def read(self, text: str) -> tuple[datetime | None, str, bool]:
        """The time that a line begins with in UTC, the rest, and whether there was any day or time at all."""
        stamp, rest = leading(text, self.day)
        if stamp is None:
            return None, text, False
        return self.at(stamp), rest, True

    def at(self, stamp: Stamp) -> datetime | None:
        """The moment of a stamp. A day alone is remembered for what follows. Times that jump back passed midnight."""
        if stamp.day is not None:
            self.day = stamp.day
            self.last = None
        elif self.usual is not None:
            self.day, self.last = self.usual, None
        if stamp.clock is None or self.day is None:
            return None
        moment = moment_of(replace(stamp, day=self.day), self.zone)
        undated = stamp.day is None and self.last is not None
        if undated and moment and self.last and moment < self.last - timedelta(hours=4):
            self.day += timedelta(days=1)
            moment = moment_of(replace(stamp, day=self.day), self.zone)
        self.last = moment or self.last
        return moment


def moment_of(stamp: Stamp, zone: tzinfo) -> datetime | None:
    """Day and clock time together, in UTC; None if either is missing."""
    if stamp.day is None or stamp.clock is None:
        return None
    return datetime.combine(stamp.day, stamp.clock, tzinfo=stamp.zone or zone).astimezone(UTC)


def nearest(stamp: Stamp, zone: tzinfo, near: datetime, *, past: bool = False) -> datetime | None:
    """The moment of a clock time without a day that lies closest to another: five to midnight is of the day before.

    `past`: no more than an hour after it, as whoever writes of something has seen it.
    """
    here = near.astimezone(stamp.zone or zone).date()
    days = [here + timedelta(days=step) for step in (-1, 0, 1)]
    found = [moment for day in days if (moment := moment_of(replace(stamp, day=day), zone))]
    if past:
        found = [moment for moment in found if moment <= near + timedelta(hours=1)]
    return min(found, key=lambda moment: abs(moment - near), default=None)
