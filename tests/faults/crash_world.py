"""A world in which our processes die: a GitHub, a Jira, a receiver of reports, and a database of its own.

The whole way is walked: reports of the weeks before at the start, an incident that closes, its issues and comment, a
person who does one of them, and the comment that says so.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.jira import JiraSandbox
from service.store import tables
from service.store.database import Database
from tests.faults.nursery import Child, Nursery
from tests.faults.receiver import Receiver
from tests.faults.results import judged
from tests.faults.template import Template
from tests.processes import free_port
from tests.world import EMAIL, SECRET, SETTINGS, TOKEN, environ

TICKET = """The storage of db-a stopped answering.

## Action items
- [ ] Test pooled connections with a write @alex P1
- [ ] Give a retried payment 2 seconds in all @sam P1
- [ ] Alert on queue depth
- [x] Restart the pools
"""
ITEMS, OPEN = 4, 3
MORE = '[jobs]\nscan_seconds = 1\nthreads = 2\n[sync]\nreconcile = 1\n[report]\nschedule = "MON 00:00"\n'
MARKER = r"afterword:item key=([0-9a-f]+)"
#: which processes there are on each store
PROCESSES = {"sqlite": ("all",), "postgresql": ("web", "worker", "clock")}


class CrashWorld:
    """`with CrashWorld(...) as world`; `start` and `stop` are about our processes, all else goes on."""

    def __init__(self, template: Template, nursery: Nursery, folder: Path, *, many: bool = False) -> None:
        self.many = many  # incidents: no storm of them pauses
        self.template = template
        self.nursery = nursery
        self.folder = folder
        self.name = f"w{secrets.token_hex(5)}"
        self.log = folder / "log"
        self.port = free_port()
        self.children: list[Child] = []
        self.ticket: Issue | None = None
        self.done = False

    def __enter__(self) -> CrashWorld:
        self.github = GitHubSandbox(token=TOKEN).start()
        self.jira = JiraSandbox(email=EMAIL, token=TOKEN).start()
        self.receiver = Receiver()
        for name in ("acme/ops", "acme/checkout"):
            self.github.create_repo(name)
        for project in ("OPS", "PAY"):
            self.jira.create_project(project)
        self.url = self.template.copy(self.folder, self.name)
        self.database = Database(self.url, pool_size=2)
        self.settings = self.folder / "afterword.toml"
        text = SETTINGS.format(
            github=self.github.url,
            jira=self.jira.url,
            public_url=f"http://127.0.0.1:{self.port}",
            sam="712020:sam",
            more=MORE,
        ).replace('"60s", "300s"', '"1s", "2s"')
        if self.many:
            text = text.replace("[filing]", "[filing]\nmax_per_hour = 1000000")
        head = f'listen = "127.0.0.1:{self.port}"\ndatabase_url = "{self.url.replace("+psycopg", "")}"\n'
        self.settings.write_text(head + text)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.database.close()
        self.template.drop(self.name)
        self.receiver.stop()
        self.github.stop()
        self.jira.stop()

    # --- our processes

    def start(self, crash_at: str = "") -> None:
        self.start_these(PROCESSES[self.template.store], crash_at)

    def start_these(self, commands: Sequence[str], crash_at: str = "") -> None:
        self.children = [self.one(command, crash_at) for command in commands]

    def one(self, command: str, crash_at: str = "") -> Child:
        more = {"AFTERWORD_CRASH_AT": crash_at, "REPORT_URLS": self.receiver.address}
        return self.nursery.start(command, self.settings, {**environ(), **more}, self.log)

    def wait_until(self, true: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if true():
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        for child in self.children:
            child.end()
        self.children = []

    def listens(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def crashed(self) -> bool:
        return any(child.crashed for child in self.children)

    def ended_otherwise(self) -> list[int]:
        return [child.code for child in self.children if child.code is not None and not child.crashed]

    def port_was_taken(self) -> bool:
        return bool(self.ended_otherwise()) and any("is in use by another process" in line for line in self.tail(3))

    def restored(self) -> None:
        """The database is that of before the incident again. Our processes are stopped.

        What was sent to addresses since is sent again, as nothing there could be found again: it is not counted.
        """
        self.receiver.got.clear()
        self.github.reopen(self._last_item())
        self.done = False
        self.database.close()
        self.template.copy(self.folder, self.name)
        self.database = Database(self.url, pool_size=2)

    # --- people

    def incident_closes(self) -> None:
        self.ticket = self.github.open_issue(
            "acme/ops", "Checkout slow after failover", TICKET, labels=["incident", "SEV2"]
        )
        self.github.add_webhook(f"http://127.0.0.1:{self.port}/webhooks/ops", SECRET)  # the closing is the first told
        self.github.close(self.ticket)

    def one_is_done(self) -> None:
        """A person does the last item."""
        self.github.close(self._last_item())
        self.done = True

    def _last_item(self) -> Issue:
        return next(one for one in self.github.issues if one.title.startswith("Alert on queue depth"))

    # --- what became of it

    def told(self) -> bool:
        """Every delivery is settled, every incident's story told to its end, every report due made and sent."""
        with self.database.read() as connection:
            received = sa.select(sa.func.count()).where(tables.deliveries.c.state == "received")
            open_work = sa.select(sa.func.count()).where(
                tables.work.c.task.in_(("incident", "report")), tables.work.c.done < tables.work.c.wanted
            )
            incidents = sa.select(sa.func.count()).select_from(tables.incidents)
            return (
                connection.execute(received).scalar_one() == 0
                and connection.execute(open_work).scalar_one() == 0
                and connection.execute(incidents).scalar_one() == 1
                and all(self.slots())
            )

    def reported(self) -> bool:
        """The reports that were due at the start are made and sent."""
        with self.database.read() as connection:
            open_work = sa.select(sa.func.count()).where(
                tables.work.c.task == "report", tables.work.c.done < tables.work.c.wanted
            )
            return connection.execute(open_work).scalar_one() == 0 and all(self.slots())

    def slots(self) -> list[int]:
        """Snapshots of each slot that was due."""
        with self.database.read() as connection:
            wanted = connection.execute(sa.select(tables.work.c.key).where(tables.work.c.task == "report")).scalars()
            return [
                connection.execute(
                    sa.select(sa.func.count()).select_from(tables.reports).where(tables.reports.c.slot == slot)
                ).scalar_one()
                for slot in list(wanted)
            ] or [0]

    def shown_as_done(self) -> bool:
        """The one comment says that the item is done."""
        assert self.ticket is not None
        lines = [line for comment in self.ticket.comments for line in comment.body.splitlines()]
        return any("Alert on queue depth" in line and "●" in line for line in lines)

    def verdict(self) -> tuple[str, str]:
        assert self.ticket is not None
        comments = sum("afterword:comment key=" in comment.body for comment in self.ticket.comments)
        filed = self.github.tally(MARKER) + self.jira.tally(MARKER)
        with self.database.read() as connection:
            documents = connection.execute(sa.select(sa.func.count()).select_from(tables.postmortems)).scalar_one()
            waiting = connection.execute(
                sa.select(tables.writes.c.key, tables.writes.c.reason).where(tables.writes.c.state == "waiting")
            ).all()
            items = connection.execute(sa.select(sa.func.count()).select_from(tables.items)).scalar_one()
        slots = self.slots()
        sends = [*self.receiver.got.values()] + [0] * (len(slots) - len(self.receiver.got))
        waits = [f"{row.key.partition(':')[0]}: {row.reason}" for row in waiting]
        said = judged(documents, list(filed.values()), OPEN, comments, slots, sends, waits)
        if said[0] == "well" and items != ITEMS:
            return "lost", f"{items} of {ITEMS} items are in the document"
        return said

    def tail(self, lines: int = 30) -> Sequence[str]:
        return self.log.read_text("utf-8", "replace").splitlines()[-lines:]
