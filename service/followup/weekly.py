"""Makes the weekly report once, and gives it back the same ever after.

One transaction reads, computes, renders and stores. It first takes a number from the counter that every event needs
too: so nothing is learned between the reading and the storing, and each event is in one report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service import crash
from service.followup.choosing import ALL, Part
from service.followup.gather import Rules, gather
from service.followup.render import Words, render
from service.followup.report import compute
from service.followup.snapshot import Snapshot
from service.followup.week import KEPT, WEEKLY, Schedule, Week, first_missing, slot_of
from service.store import reports
from service.store.database import Database
from service.store.reports import Frozen

#: a report is late after this: to look at every open issue first takes its time
LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """What the weekly reports of one name need.

    `names`: tracker id, case-folded → how the people map calls that person; `people`: those names in the map's order.
    `teams`, `everyday`, `escalate`, `part`: as in Rules.
    `page` renders the snapshot as the HTML page. `first_boot`: no report is made of a week that ended before it, or
    before this report was first asked for. `schedule`: one that is made after its time says so; None: none is late.
    """

    database: Database
    words: Words
    page: Callable[[Snapshot], str]
    zone: ZoneInfo
    first_boot: datetime
    names: Mapping[str, str]
    people: Sequence[str] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()
    escalate: int = 30
    part: Part = ALL
    schedule: Schedule | None = None

    def slot(self, week: Week) -> str:
        return slot_of(self.part.name, week)

    @property
    def rules(self) -> Rules:
        return Rules(self.zone, self.names, self.people, self.teams, frozenset(self.everyday), self.escalate, self.part)

    def make(self, week: Week, now: datetime) -> Frozen:
        """The frozen report of a week that is over; made now if there is none. Raises AfterwordError.

        Weeks before it that were missed are made first, so that what we learned is in the earliest report that can
        still tell it.
        """
        with self.database.read() as connection:
            found = reports.find(connection, self.slot(week))
        if found:
            return found
        if now < week.end(self.zone):
            raise AfterwordError(
                f"Week {week} is not over.", "Ask for it without storing it: report is a preview then."
            )
        if week.end(self.zone) <= self.first_boot:
            raise AfterwordError(
                f"There is no report of week {week}: it ended before {self.began}.",
                f"The first one is of week {Week.at(self.first_boot, self.zone)}.",
            )
        if week.end(self.zone) <= now - KEPT:
            raise AfterwordError(
                f"There is no report of week {week}: none was made in its time, and it is too long over.",
                f"A report that was missed is made up to {KEPT.days // 7} weeks later.",
            )
        made: Frozen | None = None
        for missed in self._missed(week, now):
            made = self._make(missed, now)
        return made or self._make(week, now)

    def preview(self, now: datetime) -> Snapshot:
        """The running week so far. Nothing is stored."""
        with self.database.read() as connection:
            week = Week.at(now, self.zone)
            return self._compute(connection, week, now, reports.last_seq(connection), preview=True)

    def report(self, week: Week, form: str, now: datetime) -> bytes:
        """The report of a week as md, html, json or csv: the frozen bytes, or a preview of the running week.

        Raises AfterwordError for a week that has not begun or has no report.
        """
        if form not in reports.FORMATS:
            raise AfterwordError(f"“{form}” is not a form of the report.", f"Use one of {', '.join(reports.FORMATS)}.")
        if now < week.start(self.zone):
            raise AfterwordError(f"Week {week} has not begun.", f"This is week {Week.at(now, self.zone)}.")
        if now < week.end(self.zone):
            return render(self.preview(now), self.words, self.page)[form]
        return self.make(week, now).forms[form]

    @property
    def began(self) -> str:
        """In words: what the first report is after."""
        return "this installation first ran" if self.part.name == WEEKLY else "this report was first asked for"

    def _missed(self, week: Week, now: datetime) -> list[Week]:
        """The weeks without a report from the latest one to this week, this week last."""
        with self.database.read() as connection:
            latest = reports.latest_week(connection, str(Week.at(now, self.zone)), self.part.name)
        if latest and Week.parse(latest) > week:
            raise AfterwordError(
                f"There is no report of week {week}, and a later one was made already.",
                f"What was learned then is in the next report after it; the latest is of week {latest}.",
            )
        at = first_missing(self.zone, now, last=Week.parse(latest) if latest else None, first_boot=self.first_boot)
        missed = []
        while at <= week:
            missed.append(at)
            at = at.next
        return missed

    def _make(self, week: Week, now: datetime) -> Frozen:
        with self.database.begin() as connection:
            seal = reports.seal(connection)
            found = reports.find(connection, self.slot(week))
            if found:
                return found
            snapshot = self._compute(connection, week, now, seal)
            frozen = reports.freeze(connection, self.slot(week), snapshot, render(snapshot, self.words, self.page))
            crash.point("report freezing")
            return frozen

    def _compute(
        self, connection: Connection, week: Week, now: datetime, last: int, *, preview: bool = False
    ) -> Snapshot:
        facts = gather(connection, self.rules, week, now, last, preview=preview)
        return compute(replace(facts, late="" if preview else self._late(week, now)))

    def _late(self, week: Week, now: datetime) -> str:
        due = self.schedule.due(week, self.zone) if self.schedule else None
        return self.words.render("report.late.md.j2", due=due, now=now) if due and now > due + LATE else ""
