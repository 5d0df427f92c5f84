"""How long something lasted, as people write it: "2 hours and 10 minutes", "1h48m", "45-minute". Linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from service.postmortem.calendar_words import WORDS

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden", "secondes", "segundos", "秒"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "分"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "heure", "heures", "hora", "horas"), 3600),
    **dict.fromkeys(("std", "時間"), 3600),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días", "dia", "dias"), 86400),
    **dict.fromkeys(("日間",), 86400),
    **dict.fromkeys(("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "週間"), 604800),
}
_NUMBER = re.compile(r"(\d{1,5}(?:[.,]\d{1,2})?|[^\W\d_]{1,8})")
_UNIT = re.compile(r"[ -]?([^\W\d_]{1,9})\.?")
_JOIN = re.compile(r"(?:,? ?(?:and|und|et|y|e|&) |, | |-)?(?=\d|[^\W\d_])")
_MINUTES = re.compile(r"[0-5]\d(?!\w)")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))? ?(?:h|hrs?|hours?|std)\b", re.IGNORECASE)
_VAGUE = re.compile(
    r"(?:over|more than|less than|up to|at least|at most|nearly|almost|under|within|every|[<>≤≥]) ?$", re.IGNORECASE
)
_ABOUT = re.compile(
    r"(?:about|approximately|approx\.?|around|roughly|circa|ca\.?|~|≈|etwa|environ|unos|cerca de) ?", re.I
)
_CANDIDATE = re.compile(r"(?<![\w.:-])(?:\d{1,5}|an? (?=hour)|one |two |three |four |five |six |half an )")


class Length(NamedTuple):
    """`start` and `end`: where it stands in the text."""

    length: timedelta
    start: int
    end: int


def length_at(text: str, at: int) -> Length | None:
    """The length of time that stands at this place; None for a bound such as "more than an hour"."""
    about = _ABOUT.match(text, at)
    begin = about.end() if about else at
    clock = _CLOCK.match(text, begin)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return Length(timedelta(hours=hours, minutes=minutes, seconds=seconds), at, clock.end())
    total, end, smallest = 0.0, begin, 10**9
    if text[begin : begin + 12].lower() == "half an hour":
        return Length(timedelta(minutes=30), at, begin + 12)
    for _ in range(4):
        join = _JOIN.match(text, end) if end > begin else None
        here = join.end() if join else end
        found = _one(text, here)
        if found is None or found[1] >= smallest or (end > begin and join is None):
            break
        number, smallest, end = found
        total += number * smallest
        rest = _MINUTES.match(text, end) if smallest == 3600 and text[end - 1] in "hH" else None
        if rest:  # "2h10"
            total, smallest, end = total + int(rest[0]) * 60, 60, rest.end()
    return Length(timedelta(seconds=round(total)), at, end) if 0 < total < 366 * 86400 else None


def _one(text: str, at: int) -> tuple[float, int, int] | None:
    """Number, unit in seconds and end of "10 minutes"."""
    number = _NUMBER.match(text, at)
    if number is None:
        return None
    if number[1][0].isdigit():
        value = float(number[1].replace(",", "."))
    else:
        word = WORDS.get(number[1].lower())
        if number[1].lower() not in ("a", "an") and (word is None or word.role != "number"):
            return None
        value = float(word.value) if word and word.role == "number" else 1.0
    unit = _UNIT.match(text, number.end())
    if unit is None or unit[1].lower() not in _UNITS or text[unit.end() : unit.end() + 1].isalpha():
        return None
    return value, _UNITS[unit[1].lower()], unit.end() - unit[0].endswith(".")


def lengths_in(text: str) -> Iterator[Length]:
    """The lengths of time in a sentence, in their order, without bounds such as "more than 2 hours"."""
    end = 0
    for candidate in _CANDIDATE.finditer(text):
        if candidate.start() < end or _VAGUE.search(text, max(0, candidate.start() - 14), candidate.start()):
            continue
        found = length_at(text, candidate.start())
        if found:
            end = found.end
            yield found
