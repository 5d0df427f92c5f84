"""A calendar day as people write it: "2026-03-03", "3 March 2026", "Mar 3rd", "3.3.2026", "13/03/2026", "3月3日".

Strict: a number, a month or a year alone is no day, and a day that no calendar has is none either. Every pattern is
matched at one place and is linear.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from service.postmortem.calendar_words import CAPITALS, MONTHS, WEEKDAYS

_AHEAD = timedelta(days=92)  # further ahead of its base a day lies behind it: what is told has happened
YEARS = range(1970, 2101)  # a year outside is a slip of the pen or another number

_NUMBERED = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)|"
    r"(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<year>\d{4}|\d\d(?<=/\d\d))(?!\d|[./]\d)|"
    r"(?P<um>1[0-2]|0?[1-9])-(?P<ud>1[3-9]|2\d|3[01])-(?P<uy>\d\d)(?![\d-])|"
    r"(?:(?P<jy>\d{4})年 ?)?(?P<jm>\d{1,2})月 ?(?P<jd>\d{1,2})日"
)
_NO_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})(?=[, ] ?[~-]? ?\d{1,2}(?::|h)\d\d)")  # "03/12 14:05"
_NEAR = timedelta(days=31)  # how far from its base such a day may lie, where one order alone is so near
_WEEKDAY = re.compile(
    r"(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?[.,]? {1,3}(?:the )?|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?),?"
    r" {1,3}(?:den |le |el |dem )?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]{3,10}(?:-feira)?(?!\w)")
_WORDED = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?(?: (?:of |de )?|-)(?P<m1>[^\W\d_]{3,10})\.?|"
    r"(?P<m2>[^\W\d_]{3,10})\.? {1,2}(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?![\d:%]|\.\d|[^\W\d_]))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:,? (?:de |del )?|-|, ?)(\d{4,9})(?![\d:%]|[.,]\d|[^\W\d_])")
_MONTH_YEAR = re.compile(r" (20\d\d)(?!\d)")
_WORD_BEFORE = re.compile(r"([^\W\d_]{3,10}|Q[1-4])\.?$")
_CLOCKLIKE = re.compile(r" ?(?:h\b|hrs?\b|z\b|utc|gmt|[a-z]{1,3}t\b)", re.IGNORECASE)
_ORDERED = tuple(re.compile(rf"{mark}(\d{{1,2}}){mark}(?:19|20)\d\d(?!\d)") for mark in "/-")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_FIRST = re.compile(r"(?<![\d/.-])\d{1,2}$")
#: months that are words of other kinds in English: without a year only as they are written for a month, or not at all
_ALSO_WORDS = {"may": "May", "mar": "Mar", "march": "March", "set": "", "out": "", "ago": "", "gen": "", "mag": ""}


#: signs that look like a hyphen or a space and that editors put in their place, each of one letter
_ALIKE = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2212", "-") | dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))


def plainly(text: str) -> str:
    """The text with hyphens and spaces as they are typed, each letter in its place."""
    return text if text.isascii() else text.translate(_ALIKE)


class Day(NamedTuple):
    """`day` None with an `end` behind the place: something stands here that has the form of a day and is none.
    `weekday` (0: Monday) is the one that is written with it."""

    day: date | None
    end: int
    year_known: bool = True
    weekday: int | None = None


def made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def month_named(name: str) -> int | None:
    """1 to 12 of the name or abbreviation of a month in lower case, in one of the languages that are read here."""
    return MONTHS.get(name)


def day_at(text: str, at: int, base: date | None, *, ahead: bool = False, day_first: bool | None = None) -> Day:
    """The day that stands at this place, after its weekday if it has one.

    One without a year needs a `base`: it is the last one before it or some weeks after it, or with `ahead` the first
    from it on. `day_first`: how this text writes 03/04/2026, None if unknown.
    """
    first = text[at : at + 1]
    if first.isdigit():
        numbered = _NUMBERED.match(text, at)
        if numbered:
            return _numbered(numbered, base, ahead, day_first)
        if base is not None and (short := _NO_YEAR.match(text, at)):
            day = _short(int(short[1]), int(short[2]), base, day_first)
            return Day(day, short.end(), day is None)
    elif not first.isalpha():
        return Day(None, at)
    else:
        weekday = _WEEKDAY.match(text, at)
        if weekday:
            return _after_weekday(text, at, weekday.end(), base, ahead, day_first)
    return _worded(text, at, base, ahead)


def weekday_at(text: str, at: int) -> tuple[int | None, int]:
    """The weekday (0: Monday) that stands at this place, and where it ends."""
    found = _NAME.match(text, at)
    name = found[0].lower() if found else ""
    known = WEEKDAYS.get(name) or WEEKDAYS.get(name.removesuffix("-feira"))
    if found is None or known is None or (name in CAPITALS and not found[0][0].isupper()):
        return None, at
    return known.value, found.end()


def _after_weekday(text: str, at: int, begin: int, base: date | None, ahead: bool, day_first: bool | None) -> Day:
    numbered = _NUMBERED.match(text, begin)
    found = _numbered(numbered, base, ahead, day_first) if numbered else _worded(text, begin, base, ahead)
    return found._replace(weekday=weekday_at(text, at)[0]) if found.end > begin else Day(None, at)


def _numbered(found: re.Match[str], base: date | None, ahead: bool, day_first: bool | None) -> Day:
    if found["y"]:
        return Day(made(int(found["y"]), int(found["m"]), int(found["d"])), found.end())
    if found["um"]:  # 5-26-21: no other order has a 26 in the middle
        return Day(made(2000 + int(found["uy"]), int(found["um"]), int(found["ud"])), found.end())
    if found["jm"]:
        if found["jy"]:
            return Day(made(int(found["jy"]), int(found["jm"]), int(found["jd"])), found.end())
        return Day(_with_year(int(found["jm"]), int(found["jd"]), base, ahead), found.end(), False)
    first, second, year = int(found["a"]), int(found["b"]), int(found["year"])
    year += 2000 if year < 100 else 0
    if found["t"] == ".":
        day_first = True
    if first > 12 or first == second or (day_first and second <= 12):
        return Day(made(year, second, first), found.end())
    if second > 12 or day_first is False:
        return Day(made(year, first, second), found.end())
    return Day(None, found.end())


def _short(first: int, second: int, base: date, day_first: bool | None) -> date | None:
    """ "03/12" beside a clock time: in the order of the text, else in the one that alone is near the base."""
    orders = {True: (second, first), False: (first, second)}
    found = [_with_year(*orders[order], base, False) for order in orders if day_first in (None, order)]
    near = {day for day in found if day and abs(day - base) <= _NEAR}
    return near.pop() if len(near) == 1 else None


def _worded(text: str, at: int, base: date | None, ahead: bool) -> Day:
    found = _WORDED.match(text, at)
    if found is None:
        return Day(None, at)
    name, number = found["m1"] or found["m2"], int(found["d1"] or found["d2"])
    month = month_named(name.lower())
    if month is None or not 1 <= number <= 31:
        return Day(None, at)
    year = _YEAR.match(text, found.end())
    if year and len(year[1]) == 4 and int(year[1]) not in YEARS and _CLOCKLIKE.match(text, year.end()):
        year = None  # "3 March 1405 UTC" is a clock time
    if year:
        return Day(made(int(year[1]), month, number), year.end())
    if name.lower() in _ALSO_WORDS and name != _ALSO_WORDS[name.lower()]:
        return Day(None, at)
    return Day(_with_year(month, number, base, ahead), found.end(), False)


def _with_year(month: int, day: int, base: date | None, ahead: bool) -> date | None:
    if base is None:
        return None
    if ahead:
        later = (made(base.year + step, month, day) for step in range(5))  # 29 February comes every four years
        return next((found for found in later if found and found >= base), None)
    near = [found for step in (1, 0, -1) if (found := made(base.year + step, month, day))]
    return next((found for found in near if found - base <= _AHEAD), None)


def day_in_name(name: str) -> date | None:
    """The day in the name of a file: "2026-03-03-checkout-down.md"."""
    found = _IN_NAME.search(name)
    return made(int(found[1]), int(found[2]), int(found[3])) if found else None


def order_in(text: str) -> bool | None:
    """Whether a text writes the day before the month in 13/03/2026; None where its days do not tell."""
    told = set()
    for pattern in _ORDERED:
        for found in pattern.finditer(text, 0, 200_000):
            before = _FIRST.search(text, max(0, found.start() - 3), found.start())
            first, second = int(before[0]) if before else 0, int(found[1])
            if 12 < first <= 31 and 1 <= second <= 12:
                told.add(True)
            elif 12 < second <= 31 and 1 <= first <= 12:
                told.add(False)
    return told.pop() if len(told) == 1 else None


def order_by_names(text: str, day: date | None = None) -> bool | None:
    """The same by a day that stands in it with the name of its month, or is known: "7 March" beside 07/03/2026."""
    named = {(day.month, day.day)} if day else set()
    for found in _WORDED.finditer(text, 0, 20_000):
        if month := month_named((found["m1"] or found["m2"]).lower()):
            named.add((month, int(found["d1"] or found["d2"])))
    told = set()
    for found in _NUMBERED.finditer(text, 0, 20_000) if named else ():
        first, second = int(found["a"] or 0), int(found["b"] or 0)
        if first != second and found["t"] != ".":
            told |= {order for order, one in ((True, (second, first)), (False, (first, second))) if one in named}
    return told.pop() if len(told) == 1 else None


def middle_of_month(text: str) -> date | None:
    """ "November 2026" or "Q2 2026" lends its year to days without one."""
    for year in _MONTH_YEAR.finditer(text):
        found = _WORD_BEFORE.search(text, max(0, year.start() - 11), year.start())
        name = found[1].lower() if found else ""
        month = 3 * int(name[1]) - 1 if name[1:].isdigit() else month_named(name)
        if month:
            return date(int(year[1]), month, 15)
    return None
