"""What the readers of one text's fields share: what is stated so far, and what lends a time its day and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from service.postmortem import doubts, sentences, times
from service.postmortem.given import Given
from service.postmortem.model import Evidence
from service.postmortem.outline import Outline
from service.postmortem.pairs import Pair
from service.postmortem.stated import Stated

FIELD_NAMES = {name: f"{name}_at" for name in sentences.MOMENTS}


@dataclass(slots=True)
class Reader:
    """`dayless`: the moments of fields without a day of their own, with the days that are said to lie between."""

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
    loose: frozenset[str] = frozenset()
    dayless: dict[str, int | None] = field(default_factory=dict)


def day_of(here: Reader, pair: Pair) -> date | None:
    """The day of a clock time in a field: that of its heading, else that of the incident."""
    stamp, _ = times.leading(pair.under, here.base, here.habits)
    return (stamp.day if stamp else None) or here.stated.day


def keep(here: Reader, moment: str, at: datetime | None, evidence: Evidence) -> None:
    if at is not None and moment not in here.stated.moments:
        here.stated.moments[moment] = at
        here.stated.evidence[FIELD_NAMES[moment]] = evidence


def lend_year(here: Reader, stamp: times.Stamp) -> None:
    """A year that only the day of reading lends is said."""
    if stamp.day and not stamp.year_known and here.base == here.given.today and not here.near:
        here.guessed_year = stamp.day.year


def add_doubt(here: Reader, doubt: str | None) -> None:
    if doubt and doubt not in here.stated.doubts and len(here.stated.doubts) < doubts.MOST:
        here.stated.doubts.append(doubt)
