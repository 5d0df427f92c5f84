"""What a text states about the incident as a whole: start, detection, mitigation, end, duration, severity, people.

A field counts before a sentence, a sentence before a line of the timeline. What is not stated stays open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from service.postmortem import days, doubts, incidentday, moments, nextday, pairs, sentences, times, zones
from service.postmortem.fieldreader import FIELD_NAMES, Reader, add_doubt, day_of, keep, lend_year
from service.postmortem.fieldspans import is_span, read_between, read_both, read_span
from service.postmortem.given import Given
from service.postmortem.lasting import begun, by_length
from service.postmortem.logclock import LogClock
from service.postmortem.model import Evidence
from service.postmortem.outline import Outline
from service.postmortem.pairs import Pair, plain_of
from service.postmortem.severity import severity_of, severity_of_field, severity_of_labels
from service.postmortem.stated import Stated
from service.postmortem.texts import Texts
from service.postmortem.timeline import habits_of, read_timeline
from service.postmortem.titleseverity import read_severity

#: what front matter calls the day on which the text was published; "date" may also be the incident's
_PUBLISHED = ("pubdate", "pub_date", "publishdate", "publish_date", "published", "published_at", "created")

__all__ = ["Stated", "plain_of", "read_fields", "severity_of", "severity_of_labels"]


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
    order = days.order_in(outline.text)
    if order is None:
        order = days.order_by_names(f"{outline.title}\n{outline.text[:20_000]}", file_day)
    habits = replace(habits_of(outline.parts), day_first=order)
    here = Reader(outline, given, near, stated, stated.zone or given.zone, habits, file_day=file_day)
    texts = Texts()
    found = list(pairs.pairs_of(outline, given.words, texts))
    _days(here, found, texts)
    if stated.zone is None:
        stated.zone = _zone_of(here, found)
        here.zone = stated.zone or here.zone
    for pair in found:
        _pair(here, pair)
    read_severity(stated, outline, texts)
    fielded = set(stated.moments)
    if told:
        _prose(here, texts)
        for pair in found:
            if pair.name in given.words.facts["between"]:
                read_between(here, pair)
    _timeline(here, source, url, told=told)
    if told and "started" not in stated.moments:
        _later(here, texts)
    stated.told = set(stated.moments) - fielded
    _doubts(here)
    return stated


def _zone_of(here: Reader, found: list[Pair]) -> tzinfo | None:
    """The zone that stands beside the times of the fields, where it is one and the same: it is meant for the times
    without one, too."""
    words = here.given.words
    named = [pair for pair in found if pair.name in words.moments or pair.name in words.facts["span"]]
    stamps = [(times.leading(pair.value, here.base, here.habits)[0], pair.zone) for pair in named]
    beside = {zone for stamp, own in stamps if stamp and stamp.clock and (zone := stamp.zone or own)}
    return beside.pop() if len(beside) == 1 else None


def _days(here: Reader, found: list[Pair], texts: Texts) -> None:
    """The day of the incident, by its title, a field, the front matter, or the only day that is named."""
    stated, outline, today = here.stated, here.outline, here.given.today
    here.title_day = _day_in(here, outline.title)
    stated.day = here.title_day
    for pair in found:
        if pair.name in here.given.words.facts["date"] and stated.day is None and pair.where != "the front matter":
            stamp, _ = times.leading(pair.value, today, here.habits)
            stated.day = stamp.day if stamp else None
            add_doubt(here, doubts.of_stamp(stamp) if stamp else None)
    for part in outline.parts[:2]:
        stated.day = stated.day or _day_in(here, part.name)
    front = next((name for name in ("date", *_PUBLISHED) if name in outline.front), "")
    dated = None if stated.day else _day_in(here, outline.front.get(front, ""))
    month = stated.day or dated or days.middle_of_month(f"{outline.title} {outline.text[:3000]}")
    here.base = month or here.file_day or today
    if stated.day is None and (dated is None or front in _PUBLISHED):
        stated.day = incidentday.only_day(outline.parts, texts, here.base, here.habits)
    if stated.day is None and (dated := dated or here.file_day):
        published = front in _PUBLISHED
        found_day = incidentday.day_of_trouble(
            outline.parts, texts, here.given.words, dated, here.habits, published=published
        )
        stated.day = found_day or dated
    here.base = stated.day or here.base


def _day_in(here: Reader, text: str) -> date | None:
    text = days.plainly(text[:200])
    for word in re.finditer(r"(?<![\w/-])(?=\d|[^\W\d_]{3})", text):
        stamp, _ = times.stamp_at(text, word.start(), None, here.habits)
        if stamp and (stamp.slip or stamp.day):
            add_doubt(here, doubts.of_stamp(stamp))
        if stamp and stamp.day and stamp.year_known:
            return stamp.day
    return None


def _pair(here: Reader, pair: Pair) -> None:
    stated, words = here.stated, here.given.words
    why = Evidence(pair.value.strip(), pair.first, pair.last, pair.where)
    if pair.name in words.facts["severity"]:
        severity = severity_of_field(pair.name, pair.value)
        if severity and stated.severity is None:
            stated.severity, stated.evidence["severity"] = severity, why
    elif pair.name in words.moments:
        keep(here, words.moments[pair.name], *_moment(here, pair, words.moments[pair.name]))
    elif pair.name in words.facts["span"] or (pair.name in words.facts["date"] and is_span(here, pair)):
        read_span(here, pair)
    elif pair.name in words.facts["date_of_trouble"]:  # "Date of incident: 20 September 2023, 14:32 UTC"
        keep(here, "started", *_moment(here, pair, "started"))
    elif pair.name == pairs.TITLE:
        read_both(here, pair, pair.value[:200])
    elif pair.name in words.facts["people"]:
        stated.people |= {person.strip(" @.*_`").lower() for person in re.split(r",|;| and ", pair.value[:500])} - {""}


def _moment(here: Reader, pair: Pair, moment: str) -> tuple[datetime | None, Evidence]:
    near = here.near.get(moment)
    day = day_of(here, pair)
    base = day or (near.date() if near else here.base)
    stamp, rest = times.leading(pair.value, base, here.habits)
    words = pair.value[: len(pair.value) - len(rest)] if stamp and rest else pair.value
    evidence = Evidence(words.strip(" ,;:-–—|()*`"), pair.first, pair.last, pair.where)
    add_doubt(here, doubts.of_stamp(stamp) if stamp else None)
    if stamp is None or stamp.clock is None or stamp.slip:
        return None, evidence
    lend_year(here, stamp)
    stamp = replace(stamp, zone=stamp.zone or pair.zone)
    here.bare = here.bare or stamp.zone is None
    if stamp.day is None and near is None:
        here.dayless[moment] = nextday.days_after(rest)
    if stamp.day is not None or day is not None or near is None:
        return times.moment_of(replace(stamp, day=stamp.day or day), here.zone), evidence
    return times.nearest(stamp, here.zone, near), evidence


def _prose(here: Reader, texts: Texts) -> None:
    stated = here.stated
    said = sentences.in_prose(
        here.outline.parts, texts, here.given.words, here.zone, stated.day, here.base, here.habits
    )
    here.loose = frozenset(said.moments.keys() - said.firm - stated.moments.keys())
    for moment, at in said.moments.items():
        keep(here, moment, at, said.evidence[moment])
    if stated.duration is None and said.duration is not None:
        stated.duration, stated.evidence["duration"] = said.duration, said.evidence["duration"]
    here.bare = here.bare or said.bare
    for stamp in said.stamps:
        add_doubt(here, doubts.of_stamp(stamp))


def _later(here: Reader, texts: Texts) -> None:
    """The start that is told in passing, under the cause or the lessons, where it lies before all that is known."""
    stated = here.stated
    said = sentences.in_prose(
        here.outline.parts, texts, here.given.words, here.zone, stated.day, here.base, here.habits, later=True
    )
    at = said.moments.get("started") if "started" in said.firm else None
    if at and "resolved" in here.loose and stated.moments["resolved"] <= at:  # no end that is named itself
        del stated.moments["resolved"], stated.evidence["resolved_at"]
    if at and all(at < known for known in stated.moments.values()):
        keep(here, "started", at, said.evidence["started"])
        here.bare = here.bare or said.bare


def _timeline(here: Reader, source: str, url: str, *, told: bool) -> None:
    """The text's own lines, what they say of the moments that nothing else stated, and their labels."""
    stated = here.stated
    nextday.mend(stated, here.dayless)
    started = stated.moments.get("started")
    day = stated.day or (started.astimezone(here.zone).date() if started else None)
    if day is None and here.near:
        day = here.given.today
    clock = LogClock(here.zone, day, habits=here.habits, began=started, carries=stated.zone is None)
    lines = read_timeline(here.outline.parts, zone=here.zone, day=day, source=source, url=url, clock=clock)
    if told:
        said = moments.in_lines(lines, here.given.words, clock.ends)
        said = by_length(lines, stated.duration, started, stated.moments.get("resolved"), said)
        for moment, line in said.items():
            keep(here, moment, line.at, Evidence("", line.line, line.line, "a line of the timeline"))
        detected = stated.moments.get("detected")
        if begun(stated.duration, detected, stated.moments.get("resolved")):
            why = "the detection: from there to the end it is as long as the text says that it lasted"
            keep(here, "started", detected, replace(stated.evidence[FIELD_NAMES["detected"]], why=why))
    here.bare = here.bare or clock.bare
    for doubt in (*clock.doubts, *doubts.of_noon(clock.assumed)):
        add_doubt(here, doubt)
    stated.timeline = moments.labelled(
        lines, {moment: stated.evidence[name].first for moment, name in FIELD_NAMES.items() if name in stated.evidence}
    )


def _doubts(here: Reader) -> None:
    """What the text as a whole says in two ways."""
    stated = here.stated
    rows = [line.at for line in stated.timeline if line.at] or list(stated.moments.values())
    add_doubt(here, doubts.of_file(here.file_day, here.title_day))
    days_of, where = (here.title_day, "title") if here.title_day else (here.file_day, "file's name")
    add_doubt(here, doubts.of_days(days_of, rows, here.zone, where))
    for doubt in (
        *doubts.of_years(here.title_day, stated.moments, here.zone),
        *doubts.of_order(stated.moments, here.zone),
    ):
        add_doubt(here, doubt)
    add_doubt(here, doubts.of_length(stated.duration, stated.moments))
    if here.guessed_year is not None:
        add_doubt(here, f"Days have no year; read as {here.guessed_year}.")
    if here.bare and stated.zone is None:
        add_doubt(here, doubts.of_zone(here.zone))
    stated.doubts = doubts.together(stated.doubts)
