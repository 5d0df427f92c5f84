"""The last part of the demo: four weeks of follow-through. States move, reminders come, and each Monday a report."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sandbox.story import Story
from service import clock
from service.followup.week import Week
from service.parts import Parts
from service.postmortem.standing import Standing
from service.store import work
from service.store.standings import standings
from service.upkeep import weekly_of
from service.wiring import Service

WEEKS = ("2026-W48", "2026-W49", "2026-W50", "2026-W51")
#: of four items: two that were late in passing, one before its date, one before and after
REMINDERS = 6


class Weeks:
    """`say(when, sentence)` prints; `jobs` runs what is due of incidents."""

    def __init__(
        self, story: Story, service: Service, folder: Path, say: Callable[[str, str], None], jobs: Callable[[], None]
    ) -> None:
        self.story, self.service, self.folder = story, service, folder
        self.say, self.jobs = say, jobs
        self.reminded: set[tuple[str, str]] = set()
        self.reported: list[str] = []

    @property
    def parts(self) -> Parts:
        return self.service.parts

    def tell(self) -> None:
        for _ in self.story.days():
            self._look()

    @property
    def well(self) -> bool:
        """Each week has its report, and every reminder came."""
        return tuple(self.reported) == WEEKS and len(self.reminded) == REMINDERS

    def _look(self) -> None:
        """What the service does on such a day."""
        clock.tick(self.parts)
        for name in self.parts.trackers:
            self.service.jobs.run("sync", name)
        self.jobs()
        with self.parts.database.read() as connection:
            due = [row for row in work.due(connection, self.parts.now()) if row[0] in ("nudge", "digest", "report")]
        for task, key in sorted(due):
            self.service.jobs.run(task, key)
            if task == "report":
                self._reported(Week.parse(key.removeprefix("weekly-")))
        self._reminded()

    def _reminded(self) -> None:
        now = set(self.story.reminders())
        for ref, _ in sorted(now - self.reminded):
            item = next(one for one in self._items() if one.issue_label == ref)
            due = f", due {item.due.day} {item.due:%b}" if item.due else ""
            self.say(self._day, f"a reminder on {ref}{due}: {item.text[:58]}")
        self.reminded = now

    @property
    def doubled(self) -> int:
        """Reminders that are there twice."""
        found = self.story.reminders()
        return len(found) - len(set(found))

    def _reported(self, week: Week) -> None:
        text = weekly_of(self.parts).report(week, "md", self.parts.now()).decode()
        path = self.folder / f"report-{week}.md"
        path.write_text(text)
        self.reported.append(str(week))
        title = next(line for line in text.splitlines() if line.strip()).lstrip("# ")
        self.say(self._day, f"the report of {re.sub('^Week', 'week', title)}  {path}")

    def _items(self) -> list[Standing]:
        with self.parts.database.read() as connection:
            return standings(connection, 1, names=self.parts.people.names)

    @property
    def _day(self) -> str:
        now = self.parts.now()
        return f"{now.day} {now:%b}"
