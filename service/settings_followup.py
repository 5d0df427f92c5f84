"""What can be set of the weeks after an incident: reports, nudges, and the team's calendar."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from connectors.base import Secret
from service.followup.workdays import holidays_of, minutes
from service.settings_part import Part
from service.settings_values import DAYS, Count, Flag, Schedule, Timezone, Whole, Words

_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")
_DIGEST = re.compile(rf"(?:(?:{'|'.join(DAYS)}) (?:[01]\d|2[0-3]):[0-5]\d)?")
#: working days; beyond a year of them nobody is reminded
_MOST = 260


def _hours(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not _HOURS.fullmatch(text) or not minutes(text[:5]) < minutes(text[6:]):
        raise PydanticCustomError("setting", 'are no hours of one day. Write: {key} = "09:00-17:00"')
    return text


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise PydanticCustomError("setting", 'is not a day and a time. Write: {key} = "MON 09:00", or "" for none')
    return value


def _country(value: object) -> str:
    """Looked up here, so that a country that nobody knows is said at boot."""
    try:
        holidays_of(value if isinstance(value, str) else "?")
    except ValueError:
        raise PydanticCustomError(
            "setting", 'is no country whose holidays are known. Write its ISO code: {key} = "DE", or "US-CA"'
        ) from None
    return str(value)


def _rising(value: tuple[int, ...]) -> tuple[int, ...]:
    if any(one >= other for one, other in pairwise(value)) or any(one > _MOST for one in value):
        raise PydanticCustomError("setting", f"do not rise from 1 to {_MOST} at most. Write: {{key}} = [2, 12]")
    return value


def _weekdays(value: object) -> object:
    days = value if isinstance(value, list | tuple) else ()
    if not days or any(day not in DAYS for day in days):
        raise PydanticCustomError("setting", 'are no days of the week. Write: {key} = ["MON", "TUE"]')
    return tuple(days)


class Report(Part):
    schedule: Schedule = Field(
        default="MON 09:00", description="Day and time; it reports the ISO week that ended last."
    )
    timezone: Timezone = Field(default="UTC", description="Timezone of the week; if not said, that of documents.")
    deliver_env: Words = Field(
        default=("REPORT_URLS",), description="Variables that hold Apprise URLs, separated by blanks or lines."
    )
    audience: Literal["internal", "public"] = Field(
        default="internal",
        description='Who reads its mails and chats: "internal" gets all but restricted incidents, "public" only what '
        "public tickets say.",
    )
    deliver: tuple[Secret, ...] = Field(default=(), exclude=True)

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return DAYS.index(self.schedule[:3])

    @property
    def at(self) -> time:
        """Wall clock in `timezone`."""
        return time(int(self.schedule[4:6]), int(self.schedule[7:9]))


class NamedReport(Report):
    """A further report. Its items are those for which all that is named holds."""

    deliver_env: Words = Field(
        default=(),
        description="Variables that hold Apprise URLs, separated by blanks or lines; none: on its page alone.",
    )
    team: Words = Field(default=(), description="Items of these teams, by their names in `people`.")
    severity: Words = Field(default=(), description="Items of incidents with one of these severities, in any case.")
    service: Words = Field(default=(), description="Items of incidents that concern one of these services.")
    labels: Words = Field(default=(), description="Items of incidents that carry one of these labels.")


class Nudges(Part):
    """Working days are those of the team's calendar: Monday to Friday without holidays and own days off."""

    enabled: Flag = Field(default=True, description="Whether there are reminders and digests at all.")
    before: Whole = Field(
        default=2, le=_MOST, description="Working days before the due date of the one reminder; 0: none."
    )
    after: Annotated[tuple[Count, ...], AfterValidator(_rising)] = Field(
        default=(2, 12), description="Working days after the due date of each reminder; an empty list: none."
    )
    per_week: Count = Field(
        default=3, description="Reminders on issues for one person within seven days; what is more is in the digest."
    )
    untouched: Whole = Field(default=3, description="Days without a change that an issue must have had.")
    escalate: Count = Field(default=30, description="Days late after which the report says that it needs a lead.")
    digest: Annotated[str, BeforeValidator(_digest)] = Field(
        default="MON 09:00", description='Day and time of each owner\'s digest; "" is none.'
    )
    hours: Annotated[str, BeforeValidator(_hours)] = Field(
        default="09:00-17:00", description="Working hours, in `timezone`; nothing is sent outside them."
    )
    working_days: Annotated[tuple[str, ...], BeforeValidator(_weekdays)] = Field(
        default=DAYS[:5], description="The days of the week on which the team works."
    )
    timezone: Timezone = Field(default="UTC", description="Timezone of the team; if not said, that of documents.")
    country: Annotated[str, BeforeValidator(_country)] = Field(
        default="", description='Whose public holidays are no working days: "DE", "US-CA"; "" knows none.'
    )
    days_off: tuple[date, ...] = Field(default=(), description="Further days on which nobody works: 2026-12-24.")

    @property
    def weekdays(self) -> tuple[int, ...]:
        """0 is Monday."""
        return tuple(DAYS.index(day) for day in self.working_days)
