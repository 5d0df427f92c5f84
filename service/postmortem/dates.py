"""When something is due, as people write it behind an action item: "1 Dec", "next Friday", "in two weeks".

`due_at` gives a calendar day only where the words name one; `due_words` finds words that are a time and no day ("Q4
2026", "next sprint", 03/04/2026 of which nobody knows the month), so that they can be kept beside the item.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

from service.postmortem import days
from service.postmortem.calendar_words import CAPITALS, PHRASES, WORDS, Word

_FRIDAY = 4  # a week ends with its work
_MOST_WORDS = 7  # of one expression

_WORD = re.compile(r"[^\W_]{1,20}(?:[-'’][^\W_]{1,20})?")
_GAP = re.compile(r" ?[ '’-]?|\. ")
_QUARTER = re.compile(
    r"(?:q[1-4]|h[12])(?: of)?(?:[ /-]?(?:fy ?|')?(?:20\d\d|\d\d))?(?![\w-])|20\d\d[ /-]?(?:q[1-4]|h[12])(?![\w-])|"
    r"fy ?'?(?:20\d\d|\d\d)(?![\w-])|[1-4]\. quartal(?: 20\d\d)?(?!\w)|(?:kw|week|sprint) ?\d{1,3}(?![\w-])",
    re.IGNORECASE,
)
_SLIP = re.compile(r"\d{5,9}-\d{1,2}-\d{1,2}(?!\d)")  # a day with a year of five digits
_YEAR = re.compile(r",? (?:de )?20\d\d(?![\w:-])")
_JAPANESE = re.compile(
    r"(?P<days>今日|本日|明日|明後日)|(?P<week>再来週|来週|今週)?の?(?P<weekday>[月火水木金土日])曜日?|"
    r"(?P<n>\d{1,2}) ?(?P<unit>日|週間|か月|ヶ月|カ月)後|(?P<end>今月末|来月末|月末)"
)
_JAPANESE_WORDS = re.compile(
    r"(?:来週|今週|来月|今月|来四半期|今四半期|年度?)(?:中|末|内)?|早急|できるだけ早く|至急|(?:20\d\d年)?\d{1,2}月(?!\d)"
)
_JAPANESE_DAYS = {"今日": 0, "本日": 0, "明日": 1, "明後日": 2}


class _Told(NamedTuple):
    """The words of one expression with what each does; `name` in lower case."""

    word: Word
    name: str
    end: int


def due_at(text: str, at: int, today: date | None) -> tuple[date | None, int]:
    """The day that stands at this place, and where it ends; (None, at) if no day is named there.

    Strict: a number, a month or a year alone is no day. Without `today` (the day on which it was written) only a day
    with its year is one. "Friday" is the first one after today, "next Friday" that of the week after this.
    """
    found = days.day_at(text, at, today, ahead=True)
    if found.end > at:
        return (found.day, found.end) if found.day else (None, at)
    if today is None or not text[at : at + 1].isalnum():
        return None, at
    try:
        return _relative(text, at, today) or (None, at)
    except OverflowError:  # the calendar's own end
        return None, at


def due_words(text: str, at: int) -> int:
    """Where words that are a time end, whether they name a day or not; `at` if none stand at this place."""
    if not text[at : at + 1].isalnum():
        return at
    found = days.day_at(text, at, None)
    slip = _SLIP.match(text, at) if found.end == at else None
    if slip or found.end > at:
        return slip.end() if slip else found.end
    quarter = _QUARTER.match(text, at)
    if quarter:
        return quarter.end()
    relative = _relative(text, at, date(2000, 1, 3))
    if relative:
        return relative[1]
    japanese = _JAPANESE_WORDS.match(text, at) if ord(text[at]) > 0x2FFF or text[at].isdigit() else None
    return japanese.end() if japanese else _no_day(text, at)


def _told(text: str, at: int) -> list[_Told]:
    """The words at this place, as far as they are words of the calendar."""
    told: list[_Told] = []
    while len(told) < _MOST_WORDS:
        found = _WORD.match(text, at)
        if found is None:
            break
        name, end = found[0], found.end()
        word = _known(name)
        if word is None and (cut := re.search("[-'’]", name)):
            name, end = name[: cut.start()], at + cut.start()
            word = _known(name)
        if word is None:
            break
        told.append(_Told(word, name.lower(), end))
        gap = _GAP.match(text, end)
        at = gap.end() if gap else end
    return told


def _known(name: str) -> Word | None:
    lower = name.lower().replace("’", "'")
    if lower in CAPITALS and not name[0].isupper():
        return None
    if lower.isdecimal():
        return Word("number", int(lower)) if len(lower) < 4 and lower.isascii() else None
    return WORDS.get(lower)


def _relative(text: str, at: int, today: date) -> tuple[date, int] | None:
    if ord(text[at]) > 0x2FFF or (text[at].isdigit() and "後" in text[at : at + 8]):
        return _japanese(text, at, today)
    phrase = _phrase(text, at)
    if phrase and phrase[0] is not None:
        return today + timedelta(days=phrase[0]), phrase[1]
    told = _told(text, at)
    roles = [entry.word.role for entry in told]
    if told and told[0].name == "a" and roles[1:4] == ["unit", "from", "now"]:
        return _later(today, 1, told[1].word.name), told[3].end
    here = 0
    while here < len(told) and roles[here] in ("little", "this"):
        here += 1
    if here == len(told):
        return None
    role, word, end = roles[here], told[here].word, told[here].end
    if role == "in_days" and here == 0:
        return today + timedelta(days=word.value), end
    if role == "weekday" or (role == "next" and roles[here + 1 : here + 2] == ["weekday"]):
        return _weekday(told, here, today)
    if role == "in":
        return _after(told, here + 1, today)
    if role == "number" and roles[here + 1 : here + 4] == ["unit", "from", "now"]:
        return _later(today, word.value, told[here + 1].word.name), told[here + 3].end
    if role in ("end", "eow", "eom"):
        return _end_of(told, here, today)
    return None


def _phrase(text: str, at: int) -> tuple[int | None, int] | None:
    if text[at : at + 3].lower() not in _PHRASE_HEADS:
        return None
    lower = text[at : at + 30].lower()
    for phrase, value in PHRASES.items():
        if lower.startswith(phrase) and not lower[len(phrase) : len(phrase) + 1].isalnum():
            return value, at + len(phrase)
    return None


_PHRASE_HEADS = frozenset(phrase[:3] for phrase in PHRASES)


def _weekday(told: list[_Told], here: int, today: date) -> tuple[date, int]:
    following = told[here].word.role == "next"
    here += following
    entry = told[here]
    end = entry.end
    rest = [later.word for later in told[here + 1 :]]
    skipped = 0
    while skipped < len(rest) and rest[skipped].role == "little":
        skipped += 1
    if skipped < len(rest) and rest[skipped].role == "next":  # "vendredi prochain", "Friday next week"
        following, end = True, told[here + 1 + skipped].end
        if rest[skipped + 1 : skipped + 2] and rest[skipped + 1].name == "week":
            end = told[here + 2 + skipped].end
    if following:
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=entry.word.value), end
    return today + timedelta(days=(entry.word.value - today.weekday() - 1) % 7 + 1), end


def _after(told: list[_Told], here: int, today: date) -> tuple[date, int] | None:
    """ "in two weeks", "within a month", "innerhalb von 3 Tagen"."""
    if here < len(told) and told[here].name in ("von", "de", "the", "next"):
        here += 1
    if here + 1 < len(told) and told[here + 1].word.role == "unit":
        number = 1 if told[here].name == "a" else told[here].word.value if told[here].word.role == "number" else 0
        if number:
            return _later(today, number, told[here + 1].word.name), told[here + 1].end
    return None


def _later(today: date, number: int, unit: str) -> date:
    if unit != "month":
        return today + timedelta(days=number * (7 if unit == "week" else 1))
    years, month = divmod(today.month - 1 + number, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _end_of(told: list[_Told], here: int, today: date) -> tuple[date, int] | None:
    """The last Friday of a week, the last day of a month."""
    unit = {"eow": "week", "eom": "month"}.get(told[here].word.role, "")
    end, following = told[here].end, False
    for entry in told[here + 1 :] if not unit else ():
        if entry.word.role == "unit" and not unit:
            unit, end = entry.word.name, entry.end
        elif entry.word.role == "next":
            following = True
            end = entry.end if unit else end
        elif entry.word.role not in ("little", "this"):
            break
    if unit == "week":
        friday = today + timedelta(days=_FRIDAY - today.weekday() + 7 * following)
        return (friday if friday >= today else friday + timedelta(days=7)), end
    if unit == "month":
        month = _later(today.replace(day=1), 1, "month") if following else today
        return month.replace(day=calendar.monthrange(month.year, month.month)[1]), end
    return None


def _no_day(text: str, at: int) -> int:
    """ "next sprint", "end of the year", "mid December", "soon": some word must say which, or the span is no time."""
    phrase = _phrase(text, at)
    if phrase:
        return phrase[1]
    told = _told(text, at)
    if told and told[0].word.role == "soon":
        return told[0].end
    which = False
    end = at
    for entry in told:
        if entry.word.role in ("span", "unit"):
            if not which:
                return at
            end = entry.end
            year = _YEAR.match(text, end)
            return year.end() if year else end
        which = which or entry.word.role in ("next", "this", "end", "part")
        if entry.word.role not in ("little", "next", "this", "end", "part", "in", "number"):
            return at
        end = entry.end
    gap = _GAP.match(text, end) if told else None
    begin = gap.end() if gap else end
    quarter = _QUARTER.match(text, begin) if told else None
    return quarter.end() if quarter else _month(text, begin) or at


def _month(text: str, at: int) -> int:
    found = _WORD.match(text, at)
    if found is None or days.month_named(found[0].lower()) is None:
        return 0
    name = found[0]
    if not name[0].isupper() and (len(name) < 4 or name in CAPITALS):
        return 0
    year = _YEAR.match(text, found.end())
    if year:
        return year.end()
    return 0 if text[found.end() : found.end() + 2].strip()[:1].isdigit() else found.end()


def _japanese(text: str, at: int, today: date) -> tuple[date, int] | None:
    found = _JAPANESE.match(text, at)
    if found is None:
        return None
    if found["days"]:
        return today + timedelta(days=_JAPANESE_DAYS[found["days"]]), found.end()
    if found["n"]:
        unit = {"日": "day", "週間": "week"}.get(found["unit"], "month")
        return _later(today, int(found["n"]), unit), found.end()
    if found["end"]:
        month = _later(today.replace(day=1), 1, "month") if found["end"] == "来月末" else today
        return month.replace(day=calendar.monthrange(month.year, month.month)[1]), found.end()
    number = "月火水木金土日".index(found["weekday"])
    if found["week"]:
        weeks = {"今週": 0, "来週": 1, "再来週": 2}[found["week"]]
        return today + timedelta(days=number - today.weekday() + 7 * weeks), found.end()
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1), found.end()
