"""The day of an incident by what the text says, for clock times that have none: the one day that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from service.postmortem import days, spans, times
from service.postmortem.model import Section
from service.postmortem.outline import Part
from service.postmortem.phrases import flat
from service.postmortem.texts import Texts, paragraphs
from service.postmortem.vocabulary import Vocabulary

_PLACE = re.compile(
    r"(?<![\w.:/#-])(?:(?=\d)|(?=[A-Z][a-zäéû]{2,8}\.?,? (?:the )?\d)|(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_ON = re.compile(
    r"(?:\bon|\b(?:morning|afternoon|evening|night|noon|midday|midnight|early|late) of|"
    r"\bam|\babend des|\bel|\ble|\bdu|\bno dia)(?: the)? $",
    re.IGNORECASE,
)
_SECTIONS = (None, Section.SUMMARY, Section.IMPACT)
_BEFORE = timedelta(days=7)  # how long after its incident a text is dated
_MOST = 400  # paragraphs that are looked at
_LONGEST = 700  # characters of one


def only_day(parts: Iterable[Part], texts: Texts, base: date | None, habits: times.Habits) -> date | None:
    """The only whole day that the text names before its timeline."""
    found: set[date] = set()
    left = _MOST
    for part in parts:
        if part.section is Section.TIMELINE:
            break
        for block in paragraphs(part.blocks) if part.section in _SECTIONS else ():
            if left <= 0 or not _YEAR.search(texts.raw(block)):
                continue
            left -= 1
            text = texts.of(block)
            for place in _PLACE.finditer(text[:_LONGEST]):
                read = days.day_at(text, place.start(), base, day_first=habits.day_first)
                if read.day and read.year_known:
                    found.add(read.day)
                if len(found) > 1:
                    return None
    return found.pop() if found else None


def day_of_trouble(
    parts: Iterable[Part], texts: Texts, words: Vocabulary, dated: date, habits: times.Habits, *, published: bool
) -> date | None:
    """The day that stands beside words of trouble: "on the evening of 2 March several users saw errors".

    `dated`: the day that the text itself was dated, which is that of the incident or a few later. None where the text
    names several days before its timeline, or the one is further away. `published`: it is the day of publication, and
    the only other day is that of the incident, whatever stands beside it.
    """
    found: set[date] = set()
    troubled = False
    left = _MOST
    for part in parts:
        if part.section is Section.TIMELINE:
            break
        for block in paragraphs(part.blocks) if part.section in _SECTIONS else ():
            if left <= 0 or not texts.may_hold_a_time(block):
                continue
            left -= 1
            text = texts.of(block)[:_LONGEST]
            for place in _PLACE.finditer(text):
                day = days.day_at(text, place.start(), dated, day_first=habits.day_first).day
                if day is None:
                    continue
                found.add(day)
                beside = flat(text[max(0, place.start() - 60) : place.start() + 120])
                troubled = troubled or (
                    _ON.search(text, max(0, place.start() - 24), place.start()) is not None
                    and spans.of_trouble(beside, Section.SUMMARY, words, summing=True)
                )
    if len(found) != 1 or not (troubled or published):
        return None
    day = found.pop()
    return day if dated - _BEFORE <= day < dated else None
