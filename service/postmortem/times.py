"""Times as people write them: a day, a clock time, a zone, any of them missing. What is missing is never made up.

Results are aware and in UTC. Every pattern here is matched at one place and is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from service.postmortem import clocks, days, zones

_BEFORE = re.compile(
    r"[\s~≈(\[*_{`<]{0,8}"
    r"(?:(?:ca\.?|c\.|approx\.?|approximately|around|about|at|on|between|circa|roughly|from|by|since|gegen|um|am|ab|von|"
    r"vers|le|el|alle|às|a las|à|zwischen|entre) {1,2}~?){0,3}[~*_`\[(]{0,4}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"T(?=\d)|(?: {1,2}|,|:|-|–|—|@|\||·|•|at\b|\(?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b\)?|"
    r"um\b|à\b|on\b|around\b|about\b|ca\b\.?|kl\b\.?|\)|\]|\*){1,7}~?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r" ?(?:-{1,3}|–|—|~|→|>|to\b|until\b|till\b|through\b|and\b|bis\b|und\b|à\b|a\b|hasta\b|até\b|até\b|til\b|から) ?"
    r"(?:(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|kl\.?) )?~?",
    re.IGNORECASE,
)
_ASIDE = re.compile(r" ?\([^()\d]{0,30}\d{0,12}\)(?= (?:to|until|till|and|[-–—]) ?)")  # "12:39 (block #86) and 17:17"
_DOT = re.compile(r"\d\.\d\d")
_AFTER = re.compile(r"(?:\s|[:\-–—|)\]}*_,.>→]){0,12}")
_SLIP = re.compile(r"\d{5,9}[-/]\d{1,2}[-/]\d{1,2}(?!\d)")
_SINCE = re.compile(r"T ?(?P<sign>[+-]) ?(?:(?P<h>\d{1,3}):(?P<m>\d\d)|(?:(?P<hours>\d{1,3}) ?h(?:ours?|rs?)? ?)?"
                    r"(?:(?P<minutes>\d{1,5}) ?(?:m(?:in(?:utes?|s)?)?\b)?)?)(?!\w|:\d)|T ?0(?!\w)")  # fmt: skip
_MINUS = re.compile(r" ?-(\d\d):(\d\d)(?!\d)")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR_LAST = re.compile(r" (20\d\d)(?![\d:.,/-])")
_OPENING = "~≈([*_{`< \t\u3000"
#: how a time that begins with a letter begins, so that other words cost nothing
_HEAD = re.compile(
    r"jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec|mär|mai|okt|dez|f[ée]v|déc|avr|jui|aoû|ene|abr|ago|dic|out|set|mag|"
    r"giu|lug|ott|gen|mei|maa|mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son|lun|jeu|ven|dim|mi[eé]|jue|vie|s[áa]b|"
    r"dom|seg|ter|qua|qui|sex|mer|ca\b|c\.|app|aro|abo|at |on |bet|cir|rou|fro|by |sin|geg|um |am |ab |von|ver|le |el |"
    r"all|às |à |a las|zwi|ent|noo|t ?[+-]|t ?0",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as far as it was written. `day` may be known only up to its year (`year_known` False).

    `half`: written with am or pm. `since`: counted from the start of the incident ("T+15"). `slip`: a day stands here
    that no calendar has, or whose month nobody knows. `weekday` (0: Monday) stands beside the day or in its place.
    """

    day: date | None = None
    clock: time | None = None
    zone: tzinfo | None = None
    until: time | None = None
    year_known: bool = True
    until_day: date | None = None
    half: bool = False
    since: timedelta | None = None
    slip: str = ""
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """How a text writes its times, where one time alone does not tell."""

    day_first: bool | None = None
    dotted: bool = False
    bare: bool = False


NO_HABITS = Habits()


def may_lead(text: str) -> bool:
    """Whether a text may begin with a time, by its first letters alone."""
    head = text if text[:1].isalnum() else text[:16].lstrip(_OPENING)
    return head[:1].isdigit() or _HEAD.match(head) is not None


def leading(text: str, base: date | None = None, habits: Habits = NO_HABITS) -> tuple[Stamp | None, str]:
    """The time that a line begins with, and the rest of the line. `base` lends its year to a day without one."""
    if not may_lead(text):
        return None, text
    written, text = text, days.plainly(text)
    begin = _past(_BEFORE, text, 0)
    stamp, end = stamp_at(text, begin, base, habits)
    if stamp is None:
        return None, written
    if text[end : end + 1] == "`" and "`" in text[:begin]:
        end += 1
    return stamp, written[_past(_AFTER, text, end) :]


def stamp_at(text: str, at: int, base: date | None, habits: Habits = NO_HABITS) -> tuple[Stamp | None, int]:
    """The time that stands at this place, and where it ends."""
    if text[at : at + 1] in ("T", "t"):
        since = _SINCE.match(text, at)
        if since:
            return Stamp(since=_since(since)), since.end()
    slip = _SLIP.match(text, at) if text[at : at + 1].isdigit() else None
    found = days.Day(None, slip.end()) if slip else days.day_at(text, at, base, day_first=habits.day_first)
    day, end = found.day, found.end
    wrong = text[at:end] if day is None and end > at and found.year_known else ""
    dated = end > at
    begin = _past(_BEFORE, text, _past(_BETWEEN, text, end)) if dated else end
    clock = clocks.clock_at(text, begin, dated=dated, dotted=habits.dotted, bare=habits.bare)
    if clock.clock is None:
        if not dated:
            return _on_weekday(text, at, habits)
        until_day, after = (None, end) if day is None else _day_until(text, end, day, habits)
        stamp = Stamp(day, year_known=found.year_known, until_day=until_day, slip=wrong, weekday=found.weekday)
        return stamp, after
    zone, end = zones.zone_at(text, clock.end, iso=dated and _may_have_offset(text, at, clock, begin))
    if dated and not found.year_known and (year := _YEAR_LAST.match(text, end)):  # "Tue Mar 3 14:05:00 UTC 2026"
        named = days.day_at(text, at, date(int(year[1]), 6, 30), day_first=habits.day_first).day
        day = days.made(int(year[1]), named.month, named.day) if named else None
        found, end = found._replace(year_known=True), year.end()
    if not dated:
        found, end = _day_after(text, end, base, habits)
        day = found.day
    stamp = Stamp(
        day, clock.clock, zone, year_known=found.year_known, half=clock.half, slip=wrong, weekday=found.weekday
    )
    return _with_end(text, end, stamp, base, habits)


def _may_have_offset(text: str, at: int, clock: clocks.Read, begin: int) -> bool:
    """Whether "-05:00" behind a time is its offset from UTC, and not the end of a span ("2026-03-03 14:05-15:10 UTC").
    The day begins at `at`, the clock time at `begin`."""
    until = _MINUS.match(text, clock.end)
    if until is None or clock.clock is None or text[begin - 1 : begin] == "T" or text.count(":", begin, clock.end) > 1:
        return text[at].isdigit()
    hours, minutes = int(until[1]), until[2]
    whole = minutes == "00" or (minutes == "30" and hours in (2, 3, 9))
    if not whole or not _ISO_DAY.match(text, at) or zones.zone_at(text, until.end())[0] is not None:
        return False
    return hours < 10 or clock.clock.hour >= hours


def _on_weekday(text: str, at: int, habits: Habits) -> tuple[Stamp | None, int]:
    """ "Tue 14:05", and a weekday that stands alone in its line."""
    weekday, end = days.weekday_at(text, at)
    if weekday is None:
        return None, at
    clock = clocks.clock_at(text, _past(_BETWEEN, text, end), dotted=habits.dotted, bare=habits.bare)
    if clock.clock is None:
        return (Stamp(weekday=weekday), end) if not text[end:].strip(" :*_-–—") else (None, at)
    zone, after = zones.zone_at(text, clock.end)
    return Stamp(clock=clock.clock, zone=zone, half=clock.half, weekday=weekday), after


def _day_after(text: str, end: int, base: date | None, habits: Habits) -> tuple[days.Day, int]:
    """ "14:05 UTC on 3 March 2026"."""
    found = days.day_at(text, _past(_BETWEEN, text, end), base, day_first=habits.day_first)
    return (found, found.end) if found.day else (days.Day(None, end), end)


def _since(found: re.Match[str]) -> timedelta:
    if found["sign"] is None:
        return timedelta()
    hours = int(found["h"] or found["hours"] or 0)
    span = timedelta(hours=hours, minutes=int(found["m"] or found["minutes"] or 0))
    return -span if found["sign"] == "-" else span


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _day_until(text: str, at: int, base: date, habits: Habits) -> tuple[date | None, int]:
    gap = _RANGE.match(text, at)
    if gap:
        found = days.day_at(text, gap.end(), base, day_first=habits.day_first)
        if found.day:
            return found.day, found.end
    return None, at


def _with_end(text: str, at: int, stamp: Stamp, base: date | None, habits: Habits) -> tuple[Stamp, int]:
    """The stamp with what follows it: the end of a span, its day, the zone of both."""
    gap = _RANGE.match(text, _past(_ASIDE, text, at))
    if gap is None:
        return stamp, at
    found = days.day_at(text, gap.end(), stamp.day or base, day_first=habits.day_first)
    begin = _past(_BETWEEN, text, found.end) if found.day else gap.end()
    dotted = habits.dotted or _DOT.search(text, max(0, at - 9), at) is not None  # as the start is written
    clock = clocks.clock_at(text, begin, dated=found.day is not None, dotted=dotted, bare=habits.bare)
    if clock.clock is None:
        return stamp, at
    zone, end = zones.zone_at(text, clock.end, iso=text[begin - 1 : begin] == "T")
    until_day = found.day
    if until_day is None:
        later, end = _day_after(text, end, stamp.day or base, habits)
        if later.day and stamp.day is None and not later.year_known:
            stamp = replace(stamp, year_known=False)
        night = later.day and later.day - timedelta(days=1)
        eve = stamp.day is None and stamp.clock and clock.clock < stamp.clock and base == night
        stamp = replace(stamp, day=stamp.day or (night if eve else later.day))  # "from 23:10 until 01:40 on 4 March"
        until_day = later.day if later.day != stamp.day else None
    start = stamp.clock
    if start and clock.half and not stamp.half and 0 < start.hour <= 12:  # "2:05 - 3:10 pm"
        moved = start.replace(hour=start.hour % 12 + (12 if clock.clock.hour >= 12 else 0))
        start = moved if moved <= clock.clock else start
    return replace(stamp, clock=start, until=clock.clock, until_day=until_day, zone=stamp.zone or zone), end


def moment_of(stamp: Stamp, zone: tzinfo) -> datetime | None:
    """Day and clock time together, in UTC; None if either is missing."""
    if stamp.day is None or stamp.clock is None:
        return None
    return datetime.combine(stamp.day, stamp.clock, tzinfo=stamp.zone or zone).astimezone(UTC)


def end_of(stamp: Stamp, zone: tzinfo) -> datetime | None:
    """The end of a span in UTC; one that lies before its start without a day of its own is of the next day."""
    start = moment_of(stamp, zone)
    if start is None or stamp.until is None or stamp.day is None:
        return None
    end = moment_of(Stamp(stamp.until_day or stamp.day, stamp.until, stamp.zone), zone)
    if end and end < start and stamp.until_day is None:
        end += timedelta(days=1)
    return end


def nearest(stamp: Stamp, zone: tzinfo, near: datetime, *, past: bool = False) -> datetime | None:
    """The moment of a clock time without a day that lies closest to another: five to midnight is of the day before.

    `past`: no more than an hour after it, as whoever writes of something has seen it.
    """
    here = near.astimezone(stamp.zone or zone).date()
    around = [here + timedelta(days=step) for step in (-1, 0, 1)]
    found = [moment for day in around if (moment := moment_of(replace(stamp, day=day), zone))]
    if past:
        found = [moment for moment in found if moment <= near + timedelta(hours=1)]
    return min(found, key=lambda moment: abs(moment - near), default=None)
