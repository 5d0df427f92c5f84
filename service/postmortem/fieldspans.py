"""Fields that hold start and end at once: "Duration: 21:45 to 23:28 UTC (103 minutes)"."""

from __future__ import annotations

import re
from dataclasses import replace

from service.postmortem import doubts, durations, sentences, times
from service.postmortem.fieldreader import Reader, add_doubt, day_of, keep, lend_year
from service.postmortem.model import Evidence
from service.postmortem.pairs import Pair

_CLOCK = re.compile(r":|\d\.\d\d")
_BRACKETS = re.compile(r"\(([^()]{2,60})\)")


def is_span(here: Reader, pair: Pair) -> bool:
    """ "Date: 3 March 2026, 14:05 – 15:10"."""
    stamp, _ = times.leading(pair.value, here.base, here.habits) if _CLOCK.search(pair.value) else (None, "")
    return stamp is not None and stamp.until is not None


def read_span(here: Reader, pair: Pair) -> None:
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
        read_both(here, pair, pair.value.strip()[leading.end if leading else 0 :][:200])
        return
    if stamp.slip:
        return
    add_doubt(here, doubts.of_stamp(stamp))
    stamp = replace(stamp, day=stamp.day or day_of(here, pair))
    words = pair.value[: len(pair.value) - len(rest)].strip(" ,;:-–—|(*`") if rest else pair.value
    keep_span(here, pair, stamp, words)


def read_between(here: Reader, pair: Pair) -> None:
    """ "MTTR: 45 minutes (14:25 → 15:10 UTC)"; not "33 hours (support hours 10:00-17:00)"."""
    length = durations.length_at(pair.value.strip(), 0)
    value = pair.value.strip()[length.end if length else 0 :][:200].lstrip(" ([,;:–—-")
    if times.may_lead(value):
        read_both(here, pair, value)


def read_both(here: Reader, pair: Pair, value: str) -> None:
    both, words = sentences.both_in(value, day_of(here, pair), here.base, here.habits)
    if both is not None:
        keep_span(here, pair, both, words)


def keep_span(here: Reader, pair: Pair, span: times.Stamp, words: str) -> None:
    evidence = Evidence(words, pair.first, pair.last, pair.where)
    span = replace(span, zone=span.zone or pair.zone)
    if span.day is not None:
        here.bare = here.bare or span.zone is None
        lend_year(here, span)
    keep(here, "started", times.moment_of(span, here.zone), evidence)
    keep(here, "resolved", times.end_of(span, here.zone), evidence)
