"""A world in which our processes die: a GitHub, a Jira, a receiver of reports, and a database of its own.

The whole way is walked: reports of the weeks before at the start, an incident that closes, its issues and comment, a
person who does one of them, and the comment that says so.
"""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import sqlalchemy as sa

from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.jira import JiraSandbox
from service.engine import Distributed
from service.store import meta, migrate, tables
from service.store.database import Database
from service.wiring import conninfo
from tests.faults.nursery import Child, Nursery
from tests.faults.results import judged
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
#: long enough ago for a week to have ended since
BOOTED = timedelta(days=8)
#: which processes there are on each store
PROCESSES = {"sqlite": ("all",), "postgresql": ("web", "worker", "clock")}


class Receiver:
    """An address of the weekly report: counts what it gets, by week."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self._server.server_port}/"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                week = re.search(r"20\d\d-W\d\d|week \d+", body, re.IGNORECASE)
                with receiver._lock:
                    receiver.got[week[0] if week else body[:60]] += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class Template:
    """A database with its tables, booted some days ago, of which each world gets a copy."""

    def __init__(self, store: str, folder: Path, server: str | None) -> None:
        self.store = store
        self.server = server
        self.name = f"template_{secrets.token_hex(4)}"
        self.file = folder / f"{self.name}.db"
        if server is not None:
            self._admin(f"CREATE DATABASE {self.name}")
        database = Database(self.url_of(self.name) if server else f"sqlite:///{self.file}")
        migrate.upgrade(database)
        with database.begin() as connection:
            meta.set_once(connection, "first_boot", (datetime.now(UTC) - BOOTED).isoformat())
            meta.set_once(connection, "installation", secrets.token_hex(32))
            meta.set_once(connection, "token_sha256", secrets.token_hex(32))
        if server is not None:
            engine = Distributed(conninfo(database))
            engine.migrate()
            engine.stop()
        database.close()

    def url_of(self, name: str) -> str:
        assert self.server is not None
        return sa.engine.make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def copy(self, folder: Path, name: str) -> str:
        """Makes it, in place of one of this name that was there, and gives its URL."""
        if self.server is None:
            file = folder / f"{name}.db"
            for left in folder.glob(f"{name}.db*"):
                left.unlink()
            shutil.copyfile(self.file, file)
            return f"sqlite:///{file}"
        self.drop(name)
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        return self.url_of(name)

    def drop(self, name: str) -> None:
        if self.server is not None:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        engine = sa.create_engine(self.server or "", isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()


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
