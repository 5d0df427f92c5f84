"""A world whose settings lead to a GitHub and a Jira through the proxies, and a story that calls all that we ever call.

Time is the world's own: it jumps from one thing that is due to the next, so an outage of a day costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sandbox.proxy import FaultProxy
from sandbox.proxy_faults import REFUSE
from service.store import followups, standings, tables, work
from service.store.database import Database
from tests.hands import COMMENT, MARKER, SAM, filed
from tests.world import SECRET, World

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
TASKS = ("incident", "sync", "poll")
#: a day and a bit, in at most so many rounds: the later they are, the longer they are apart
LONG = timedelta(hours=26)
STEPS = ((15, timedelta()), (12, timedelta(minutes=10)), (14, timedelta(hours=2)))

#: three to file (two on GitHub, one on Jira), one that names its issue already, one that is done
ON_GITHUB = """\
The storage of db-a stopped answering.

## Action items
- [ ] Test pooled connections with a write @alex P1
- [ ] Give a retried payment 2 seconds in all @sam P0
- [ ] Alert on queue depth
- [ ] Rehearse a failover each quarter, see acme/checkout#1
- [x] Restart the pools
"""
ON_JIRA = """\
The storage of db-a stopped answering.

h2. Action items
* Give a retried payment 2 seconds in all [~accountid:712020:sam] P1
* Alert on queue depth
* Let payments wait for the replica, see PAY-1
"""
#: one on GitHub, one on Jira
CHANGED = {
    "Test pooled connections with a write": "Test pooled connections with a small write",
    "Give a retried payment 2 seconds in all": "Give a retried payment 3 seconds in all",
}
TO_FILE = {"github": 3, "jira": 2}


class FaultyWorld:
    """`door("github")` and `door("jira")` are the proxies. `where`: in which tool the incident is."""

    def __init__(self, world: World, doors: dict[str, FaultProxy], where: str) -> None:
        self.world = world
        self.doors = doors
        self.where = where
        self.outage = timedelta(minutes=5)  # for which no connection is taken, once that began
        self.ticket: Any = None

    # --- what people do

    def closes(self) -> None:
        """An incident whose ticket is closed; its webhook is answered."""
        world, jira = self.world, self.world.jira
        assert jira is not None
        world.github.open_issue("acme/checkout", "Failover of each quarter", "", labels=[], author="sam")
        jira.create_issue("PAY", "Payments wait for the replica", "")
        if self.where == "github":
            self.ticket = world.github.open_issue(
                "acme/ops", "Checkout slow after failover", ON_GITHUB, labels=["incident", "SEV2"], author="alex"
            )
            world.github.comment(self.ticket, "Nobody paid twice.", author="alex")
            world.later(minutes=30)
            world.github.close(self.ticket)
        else:
            self.ticket = jira.create_issue("OPS", "Payouts late", ON_JIRA, type="Incident")
            world.later(minutes=30)
            jira.transition(self.ticket, "Done")

    def a_person_edits(self) -> None:
        """Two action items change their words in the ticket."""
        text = ON_GITHUB
        for was, now in CHANGED.items():
            text = text.replace(was, now)
        self.world.later(hours=1)
        self.world.github.edit(self.ticket, body=text)

    def not_told_of_the_edit(self) -> list[str]:
        """New titles that no issue has."""
        there = {title for _, title in self.titles()}
        return [title for title in CHANGED.values() if title not in there]

    def people_work(self) -> None:
        """What was filed on GitHub is closed as not planned, with a word; what was filed on Jira is done."""
        world, jira = self.world, self.world.jira
        assert jira is not None
        world.later(hours=1)
        for issue in self.made_on_github():
            world.github.comment(issue, "Part of next year's plan.", author="sam")
            world.github.close(issue, "not_planned", by="sam")
        for issue in jira.issues:
            if issue.project.key == "PAY" and re.search(MARKER, str(issue.description)):
                jira.transition(issue, "Done")

    def synced(self) -> None:
        """A sync of each tracker is asked for, and a poll of each source."""
        with self.world.database.begin() as connection:
            for tracker in self.world.parts.trackers:
                work.ask(connection, "sync", tracker, self.world.now())
            for source in self.world.parts.sources:
                work.ask(connection, "poll", source, self.world.now())

    # --- time

    def go_on(self, long: timedelta = LONG) -> None:
        """Until nothing of what was asked for is left to do, or as long as this."""
        until = self.world.now() + long
        for rounds, step in STEPS:
            for _ in range(rounds):
                self._open_doors()
                self._round()
                due = self.due()
                if due is None or self.world.now() >= until:
                    return
                self.world.time = min(until, max(due, self.world.now() + step, self.world.now()))

    def _open_doors(self) -> None:
        for door in self.doors.values():
            if any(hit.fault == REFUSE and self.world.now() - hit.at >= self.outage for hit in door.hits):
                door.open_door()

    def _round(self) -> None:
        world = self.world
        for _ in range(8):
            before = world.now()
            world.run(TASKS, rounds=60)
            for sandbox in filter(None, (world.github, world.jira)):
                sandbox.settle()
            with world.database.read() as connection:
                received = connection.execute(
                    sa.select(sa.func.count())
                    .select_from(tables.deliveries)
                    .where(tables.deliveries.c.state == "received")
                ).scalar_one()
            if not received and world.now() == before:
                return

    def due(self) -> datetime | None:
        """When the next thing is to be done; None: all is done. What only comes round again is none."""
        with self.world.database.read() as connection:
            left = [row for row in work.everything(connection) if row.done < row.wanted and not row.waits]
        rows = [row for row in left if row.task == "incident" or (row.task in TASKS and row.last_error)]
        return min((row.not_before or self.world.now() for row in rows), default=None)

    # --- what is there

    def made_on_github(self) -> list[Any]:
        mine = self.world.github.login
        return [one for one in self.world.github.issues if one.author == mine and re.search(MARKER, one.body or "")]

    def comments(self) -> list[str]:
        texts = [one.body if isinstance(one.body, str) else one.body.wiki for one in self.ticket.comments]
        return [text for text in texts if COMMENT in text]

    def issues(self) -> Counter[str]:
        return filed(self.world)

    def titles(self) -> Counter[tuple[str, str]]:
        """Issues of our account by place and title, should a marker be lost on the way."""
        jira = self.world.jira
        assert jira is not None
        made = [
            (issue.repo.full_name, issue.title)
            for issue in self.world.github.issues
            if issue.author == self.world.github.login
        ]
        filed_there = [issue for issue in jira.issues if re.search(MARKER, str(issue.description))]
        return Counter([*made, *((issue.project.key, issue.summary) for issue in filed_there)])

    def links(self) -> list[int]:
        """How often each link is there."""
        jira = self.world.jira
        assert jira is not None
        remote = Counter((issue.key, link.global_id) for issue in jira.issues for link in issue.remote_links)
        between = Counter((link.source.key, link.target.key) for link in jira.world.links)
        return [*remote.values(), *between.values()]

    def documents(self) -> int:
        with self.world.database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(tables.postmortems)).scalar_one())

    def shown(self) -> Sequence[Any]:
        with self.world.database.read() as connection:
            return standings.standings(connection, 1, names=self.world.parts.people.names)

    def said(self) -> list[str]:
        """Everything that is told of what is not done, to whoever looks."""
        with self.world.database.read() as connection:
            writes = connection.execute(sa.select(tables.writes)).all()
            refused = connection.execute(sa.select(tables.connections)).all()
            errors = [row.last_error for row in work.everything(connection) if row.done < row.wanted]
        told = [row.reason for row in writes if row.state != "done"]
        return [one for one in (*told, *(row.reason for row in refused), *errors) if one]

    def troubles(self) -> list[str]:
        """What the last syncs met, as the report and the pages say it."""
        with self.world.database.read() as connection:
            return [
                trouble.message
                for tracker in self.world.parts.trackers
                for trouble in followups.progress(connection, tracker).troubles
            ]


@contextmanager
def faulty(where: str, database: Database, folder: Path, more: str = "") -> Iterator[FaultyWorld]:
    doors: dict[str, FaultProxy] = {}

    def change(text: str) -> str:
        for name, server in (("github", world.github), ("jira", world.jira)):
            assert server is not None
            text = text.replace(server.url, doors[name].url)
        text = re.sub(r'^(kind = "(github|jira)")$', r"\1\ntimeout = 1", text, flags=re.MULTILINE)
        text = text.replace('"60s", "300s"]', '"60s", "300s", "900s"]')  # as it is by default
        return text.replace("[filing]", f"[filing]\n{more}")

    world = World(database, folder, change=change)
    world.time = START
    for name, server in (("github", world.github), ("jira", world.jira)):
        assert server is not None
        doors[name] = FaultProxy(server.url, clock=world.now)
        doors[name].patience = 20.0
    try:
        with world:
            assert world.jira is not None
            for repo in ("acme/ops", "acme/checkout"):
                world.github.repo(repo).members.update(alex="write", sam="write")
            world.jira.add_user("Sam Example", account_id=SAM)
            world.jira.create_project("OPS", "Operations")
            world.jira.create_project("PAY", "Payments")
            world.jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
            yield FaultyWorld(world, doors, where)
    finally:
        for door in doors.values():
            door.stop()
