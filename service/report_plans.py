"""Which reports the settings ask for: that of all items, and those of a part, each with its own zone and schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from service.followup.choosing import Part
from service.followup.week import WEEKLY, Schedule
from service.settings import Settings
from service.settings_followup import NamedReport, Report
from service.store import meta


@dataclass(frozen=True, slots=True)
class Plan:
    """One report. `said`: what the settings say of it."""

    said: Report
    part: Part

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.said.timezone)

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.said.weekday, self.said.at)

    def begins(self, connection: Connection, now: datetime) -> datetime:
        """No report is made of a week that ended before: the first boot, or when this report was first asked for."""
        said = meta.get(connection, self._begun)
        return datetime.fromisoformat(said) if said else now

    def begin(self, connection: Connection, now: datetime) -> None:
        """Notes when it was first asked for. Harmless when it is known."""
        if meta.get(connection, self._begun) is None:
            meta.set_once(connection, self._begun, now.isoformat())

    @property
    def _begun(self) -> str:
        return "first_boot" if self.name == WEEKLY else f"report {self.name} since"


def plans(settings: Settings) -> tuple[Plan, ...]:
    """The report of all items first, the others in the order of the file."""
    return (Plan(settings.report, Part()), *(_named(name, said) for name, said in settings.reports.items()))


def plan_of(settings: Settings, name: str) -> Plan | None:
    """None: the settings ask for no such report, or not any more."""
    return next((plan for plan in plans(settings) if plan.name == name), None)


def _named(name: str, said: NamedReport) -> Plan:
    return Plan(said, Part(name, team=said.team, severity=said.severity, service=said.service, labels=said.labels))
