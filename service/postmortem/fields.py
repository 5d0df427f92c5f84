"""What a text states about the incident as a whole: start, detection, mitigation, end, duration, severity, people.

A field counts before a sentence, a sentence before a line of the timeline. What is not stated stays open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from service.postmortem import days, doubts, durations, moments, pairs, sentences, times, zones
from service.postmortem.given import Given
from service.postmortem.logclock import LogClock
from service.postmortem.model import Evidence
from service.postmortem.outline import Outline
from service.postmortem.pairs import Pair, plain_of
from service.postmortem.severity import (
    severity_alone,
    severity_of,
    severity_of_field,
    severity_of_labels,
    severity_of_title,
)
from service.postmortem.stated import Stated
from service.postmortem.texts import Texts
from service.postmortem.timeline import habits_of, read_timeline

__all__ = ["Stated", "plain_of", "read_fields", "severity_of", "severity_of_labels"]

_FIELD_NAMES = {name: f"{name}_at" for name in sentences.MOMENTS}
_BRACKETS = re.compile(r"\(([^()]{2,60})\)")


@dataclass(slots=True)
class _Reader:
    outline: Outline
    given: Given
    near: Mapping[str, datetime]
    stated: Stated
    zone: tzinfo
    habits: times.Habits
    title_day: date | None = None
    base: date | None = None
    file_day: date | None = None
    bare: bool = False
    guessed_year: int | None = None


def read_fields(
    outline: Outline,
    given: Given,
    near: Mapping[str, datetime] = MappingProxyType({}),
    *,
    source: str = "",
    url: str = "",
    told: bool = True,
    file_day: date | None = None,
) -> Stated:
    """What a text states, above all in fields before its first section. A time without any day is left out.

    `near`: for each moment the time that a clock time without a day is closest to (opened, closed). `source` and `url`
    stand beside the lines of the timeline. `told`: whether moments are also read from sentences and lines, as they are
    in the text of an incident and not in what is said in passing in a comment. `file_day`: the day in the file's name
    (days.day_in_name), for what has no other.
    """
    stated = Stated(zone=zones.stated_zone(outline.text))
    habits = replace(habits_of(outline.parts), day_first=days.order_in(outline.text))
    here = _Reader(outline, given, near, stated, stated.zone or given.zone, habits, file_day=file_day)
    texts = Texts()
    found = list(pairs.pairs_of(outline, given.words, texts))
    _days(here, found, texts)
    if stated.zone is None:
        stated.zone = _zone_of(here, found)
        here.zone = stated.zone or here.zone
    for pair in found:
        _pair(here, pair)
    _severity(here, texts)
    fielded = set(stated.moments)
    if told:
        _prose(here, texts)
    _timeline(here, source, url, told=told)
    stated.told = set(stated.moments) - fielded
    _doubts(here)
    return stated


def _zone_of(here: _Reader, found: list[Pair]) -> tzinfo | None:
    """The zone that stands beside the times of the fields, where it is one and the same: it is meant for the times
    without one, too."""
    words = here.given.words
    named = [pair for pair in found if pair.name in words.moments or pair.name in words.facts["span"]]
    stamps = [times.leading(pair.value, here.base, here.habits)[0] for pair in named]
    beside = {stamp.zone for stamp in stamps if stamp and stamp.clock and stamp.zone}
    return beside.pop() if len(beside) == 1 else None


def _days(here: _Reader, found: list[Pair], texts: Texts) -> None:
    """The day of the incident, by its title, a field, the front matter, or the only day that is named."""
    stated, outline, today = here.stated, here.outline, here.given.today
    here.title_day = _day_in(here, outline.title)
    stated.day = here.title_day
    for pair in found:
        if pair.name in here.given.words.facts["date"] and stated.day is None and pair.where != "the front matter":
            stamp, _ = times.leading(pair.value, today, here.habits)
            stated.day = stamp.day if stamp else None
            _doubt(here, doubts.of_stamp(stamp) if stamp else None)
    for text in (*(part.name for part in outline.parts[:2]), outline.front.get("date", "")):
        stated.day = stated.day or _day_in(here, text)
    here.base = stated.day or days.middle_of_month(f"{outline.title} {outline.text[:3000]}") or here.file_day or today
    if stated.day is None:
        stated.day = sentences.only_day(outline.parts, texts, here.base, here.habits) or here.file_day
        here.base = stated.day or here.base


def _day_in(here: _Reader, text: str) -> date | None:
    text = days.plainly(text[:200])
    for word in re.finditer(r"(?<![\w/-])(?=\d|[^\W\d_]{3})", text):
        stamp, _ = times.stamp_at(text, word.start(), None, here.habits)
        if stamp and (stamp.slip or stamp.day):
            _doubt(here, doubts.of_stamp(stamp))
        if stamp and stamp.day and stamp.year_known:
            return stamp.day
    return None


def _pair(here: _Reader, pair: Pair) -> None:
    stated, words = here.stated, here.given.words
    why = Evidence(pair.value.strip(), pair.first, pair.last, pair.where)
    if pair.name in words.facts["severity"]:
        severity = severity_of_field(pair.name, pair.value)
        if severity and stated.severity is None:
            stated.severity, stated.evidence["severity"] = severity, why
    elif pair.name in words.moments:
        _keep(here, words.moments[pair.name], *_moment(here, pair, words.moments[pair.name]))
    elif pair.name in words.facts["span"] or (pair.name in words.facts["date"] and _is_span(here, pair)):
        _span(here, pair)
    elif pair.name == pairs.TITLE:
        _both(here, pair, pair.value[:200])
    elif pair.name in words.facts["people"]:
        stated.people |= {person.strip(" @.*_`").lower() for person in re.split(r",|;| and ", pair.value[:500])} - {""}


def _day_of(here: _Reader, pair: Pair) -> date | None:
    """The day of a clock time in a field: that of its heading, else that of the incident."""
    stamp, _ = times.leading(pair.under, here.base, here.habits)
    return (stamp.day if stamp else None) or here.stated.day


def _keep(here: _Reader, moment: str, at: datetime | None, evidence: Evidence) -> None:
    if at is not None and moment not in here.stated.moments:
        here.stated.moments[moment] = at
        here.stated.evidence[_FIELD_NAMES[moment]] = evidence


def _moment(here: _Reader, pair: Pair, moment: str) -> tuple[datetime | None, Evidence]:
    near = here.near.get(moment)
    day = _day_of(here, pair)
    base = day or (near.date() if near else here.base)
    stamp, rest = times.leading(pair.value, base, here.habits)
    words = pair.value[: len(pair.value) - len(rest)] if stamp and rest else pair.value
    evidence = Evidence(words.strip(" ,;:-–—|()*`"), pair.first, pair.last, pair.where)
    _doubt(here, doubts.of_stamp(stamp) if stamp else None)
    if stamp is None or stamp.clock is None or stamp.slip:
        return None, evidence
    _year(here, stamp)
    here.bare = here.bare or stamp.zone is None
    if stamp.day is not None or day is not None or near is None:
        return times.moment_of(replace(stamp, day=stamp.day or day), here.zone), evidence
    return times.nearest(stamp, here.zone, near), evidence


def _year(here: _Reader, stamp: times.Stamp) -> None:
    """A year that only the day of reading lends is said."""
    if stamp.day and not stamp.year_known and here.base == here.given.today and not here.near:
        here.guessed_year = stamp.day.year


def _is_span(here: _Reader, pair: Pair) -> bool:
    """ "Date: 3 March 2026, 14:05 – 15:10"."""
    stamp, _ = times.leading(pair.value, here.base, here.habits) if ":" in pair.value else (None, "")
    return stamp is not None and stamp.until is not None


def _span(here: _Reader, pair: Pair) -> None:
    """ "21:45 to 23:28 UTC (103 minutes)": start and end on the day of the text, and how long it was."""
    stated = here.stated
    stamp, rest = times.leading(pair.value, here.base, here.habits)
    length = None
    for text in (pair.value.strip(), *_BRACKETS.findall(rest if stamp else pair.value)):
        length = length or durations.length_at(text, 0)
        if length and stated.duration is None:
            stated.duration = length.length
            words = text[length.start : length.end].strip()
            stated.evidence["duration"] = Evidence(words, pair.first, pair.last, pair.where)
    if stamp is None or stamp.clock is None or (length and stamp.until is None):
        leading = durations.length_at(pair.value.strip(), 0)
        _both(here, pair, pair.value.strip()[leading.end if leading else 0 :][:200])
        return
    if stamp.slip:
        return
    _doubt(here, doubts.of_stamp(stamp))
    stamp = replace(stamp, day=stamp.day or _day_of(here, pair))
    words = pair.value[: len(pair.value) - len(rest)].strip(" ,;:-–—|(*`") if rest else pair.value
    _keep_span(here, pair, stamp, words)


def _both(here: _Reader, pair: Pair, value: str) -> None:
    both, words = sentences.both_in(value, _day_of(here, pair), here.base, here.habits)
    if both is not None:
        _keep_span(here, pair, both, words)


def _keep_span(here: _Reader, pair: Pair, span: times.Stamp, words: str) -> None:
    evidence = Evidence(words, pair.first, pair.last, pair.where)
    if span.day is not None:
        here.bare = here.bare or span.zone is None
        _year(here, span)
    _keep(here, "started", times.moment_of(span, here.zone), evidence)
    _keep(here, "resolved", times.end_of(span, here.zone), evidence)


def _severity(here: _Reader, texts: Texts) -> None:
    """The severity of the title, or of a line before the first section that is nothing else."""
    stated, outline = here.stated, here.outline
    if stated.severity is None:
        stated.severity = severity_of_title(outline.title)
        if stated.severity:
            line = next((part.start + 1 for part in outline.parts if part.level == 1), 1)
            stated.evidence["severity"] = Evidence(outline.title, line, line, "the title")
    for part in pairs.first_parts(outline) if stated.severity is None else ():
        alone = [
            (part.name, part.start),
            *((texts.of(b), b.start) for b in part.blocks[:20] if b.kind == "paragraph" and len(texts.raw(b)) < 24),
        ]
        for text, line in alone:
            if stated.severity is None and (severity := severity_alone(text)):
                stated.severity = severity
                stated.evidence["severity"] = Evidence(text, line + 1, line + 1, "a line of its own")


def _prose(here: _Reader, texts: Texts) -> None:
    stated = here.stated
    said = sentences.in_prose(
        here.outline.parts, texts, here.given.words, here.zone, stated.day, here.base, here.habits
    )
    for moment, at in said.moments.items():
        _keep(here, moment, at, said.evidence[moment])
    if stated.duration is None and said.duration is not None:
        stated.duration, stated.evidence["duration"] = said.duration, said.evidence["duration"]
    here.bare = here.bare or said.bare
    for stamp in said.stamps:
        _doubt(here, doubts.of_stamp(stamp))


def _timeline(here: _Reader, source: str, url: str, *, told: bool) -> None:
    """The text's own lines, what they say of the moments that nothing else stated, and their labels."""
    stated = here.stated
    started = stated.moments.get("started")
    day = stated.day or (started.astimezone(here.zone).date() if started else None)
    if day is None and here.near:
        day = here.given.today
    clock = LogClock(here.zone, day, habits=here.habits, began=started, carries=stated.zone is None)
    lines = read_timeline(here.outline.parts, zone=here.zone, day=day, source=source, url=url, clock=clock)
    for moment, line in moments.in_lines(lines, here.given.words).items() if told else ():
        _keep(here, moment, line.at, Evidence("", line.line, line.line, "a line of the timeline"))
    here.bare = here.bare or clock.bare
    for doubt in (*clock.doubts, *doubts.of_noon(clock.assumed)):
        _doubt(here, doubt)
    stated.timeline = moments.labelled(
        lines, {moment: stated.evidence[name].first for moment, name in _FIELD_NAMES.items() if name in stated.evidence}
    )


def _doubt(here: _Reader, doubt: str | None) -> None:
    if doubt and doubt not in here.stated.doubts and len(here.stated.doubts) < doubts.MOST:
        here.stated.doubts.append(doubt)


def _doubts(here: _Reader) -> None:
    """What the text as a whole says in two ways."""
    stated = here.stated
    rows = [line.at for line in stated.timeline if line.at] or list(stated.moments.values())
    _doubt(here, doubts.of_file(here.file_day, here.title_day))
    days_of, where = (here.title_day, "title") if here.title_day else (here.file_day, "file's name")
    _doubt(here, doubts.of_days(days_of, rows, here.zone, where))
    for doubt in (
        *doubts.of_years(here.title_day, stated.moments, here.zone),
        *doubts.of_order(stated.moments, here.zone),
    ):
        _doubt(here, doubt)
    _doubt(here, doubts.of_length(stated.duration, stated.moments))
    if here.guessed_year is not None:
        _doubt(here, f"Days have no year; read as {here.guessed_year}.")
    if here.bare and stated.zone is None:
        _doubt(here, doubts.of_zone(here.zone))
    stated.doubts = doubts.together(stated.doubts)
