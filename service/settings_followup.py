"""What can be set of the weeks after an incident: reports, nudges, and the team's calendar."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from connectors.base import Secret
from service.settings_part import Part
from service.settings_values import DAYS, Count, Flag, Schedule, Timezone, Whole, Words


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
    """Its items are those for which all that is named holds."""

    deliver_env: Words = Field(
        default=(),
        description="Variables that hold Apprise URLs, separated by blanks or lines; none: only stored.",
    )
    team: Words = Field(default=(), description="Items of these teams, by their names in `people`.")
    severity: Words = Field(default=(), description="Items of incidents with one of these severities, in any case.")
    service: Words = Field(default=(), description="Items of incidents that concern one of these services.")
    labels: Words = Field(default=(), description="Items of incidents that carry one of these labels.")


class Nudges(Part):
    """Working days are those of the team's calendar: Monday to Friday without holidays and own days off."""

    enabled: Flag = Field(default=True, description="Whether there are reminders and digests at all.")
    before: Whole = Field(default=2, description="Working days before the due date of the one reminder; 0: none.")
    after: tuple[Count, ...] = Field(
        default=(2, 12), description="Working days after the due date of each reminder; an empty list: none."
    )
    per_week: Count = Field(
        default=3, description="Reminders on issues for one person within seven days; what is more is in the digest."
    )
    untouched: Whole = Field(default=3, description="Days without a change that an issue must have had.")
    escalate: Count = Field(default=30, description="Days late after which the report says that it needs a lead.")
    digest: str = Field(default="MON 09:00", description='Day and time of each owner\'s digest; "" is none.')
    hours: str = Field(default="09:00-17:00", description="Working hours, in `timezone`; nothing is sent outside them.")
    timezone: Timezone = Field(default="UTC", description="Timezone of the team; if not said, that of documents.")
    country: str = Field(
        default="", description='Whose public holidays are no working days: "DE", "US-CA"; "" knows none.'
    )
    days_off: tuple[date, ...] = Field(default=(), description="Further days on which nobody works: 2026-12-24.")
