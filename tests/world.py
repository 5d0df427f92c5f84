"""A world for a story: a GitHub and a Jira over real HTTP, a real database, our own server, and a clock to set."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service import wiring
from service.app import create_app
from service.receive import Inbox
from service.store import deliveries, work
from service.store.database import Database
from service.wiring import Idle

SECRET = "a-secret-of-the-webhook-0123456789"
TOKEN = "t0ken-of-the-test"
EMAIL = "afterword@example.org"

SETTINGS = """
public_url = "{public_url}"
[sources.ops]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
secret_env = "OPS_SECRET"
repositories = ["acme/ops"]
[sources.desk]
kind = "jira"
url = "{jira}"
user_env = "JIRA_USER"
token_env = "JIRA_TOKEN"
secret_env = "DESK_SECRET"
projects = ["OPS"]
[trackers.code]
kind = "github"
api_url = "{github}"
token_env = "GITHUB_TOKEN"
repositories = ["acme/checkout", "acme/ops"]
seconds_between_writes = 0
writes_per_minute = 0
writes_per_hour = 0
[trackers.work]
kind = "jira"
url = "{jira}"
user_env = "JIRA_USER"
token_env = "JIRA_TOKEN"
project = "PAY"
[[routes]]
when = {{ text = ["payment", "payments"] }}
tracker = "work"
[[people]]
name = "alex"
github = "alex"
[[people]]
name = "sam"
github = "sam"
jira = "{sam}"
[due]
P0 = 7
P1 = 30
SEV2 = 60
[filing]
quiet = "0s"
look_after = ["0s", "60s", "300s"]
{more}
"""


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


class World:
    """`with World(database, folder) as world`: deliveries arrive over HTTP, jobs run when `run` is called.

    `more` stands below the settings; `change` has the last hand on their text.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        more: str = "",
        *,
        jira: bool = True,
        change: Callable[[str], str] = str,
        time: datetime | None = None,
    ) -> None:
        self.database = database
        self.folder = folder
        self.more = more
        self.change = change
        self.time = time  # None: the real clock
        self.github = GitHubSandbox(token=TOKEN)
        self.jira = JiraSandbox(email=EMAIL, token=TOKEN) if jira else None
        self.environ = dict(environ())
        self._engine = Idle()

    def now(self) -> datetime:
        return self.time or datetime.now(UTC)

    def later(self, **by: float) -> None:
        self.time = self.now() + timedelta(**by)

    def __enter__(self) -> World:
        for sandbox in filter(None, (self.github, self.jira)):
            sandbox.clock = self.now
            sandbox.start()
        self.github.create_repo("acme/ops")
        self.github.create_repo("acme/checkout")
        self._http: Any = None
        self.start()
        self.hook()
        return self

    def hook(self) -> None:
        """GitHub tells us from now on."""
        self.github.add_webhook(f"{self.url}/webhooks/ops", SECRET)

    def __exit__(self, *_: object) -> None:
        self.stop()
        for sandbox in filter(None, (self.github, self.jira)):
            sandbox.stop()

    # --- the service, which can be stopped and started again

    def start(self) -> None:
        text = SETTINGS.format(
            github=self.github.url,
            jira=self.jira.url if self.jira else "http://127.0.0.1:9",
            public_url="http://127.0.0.1",
            sam="712020:sam",
            more=self.more,
        )
        text = self.change(text)
        tomllib.loads(text)
        path = self.folder / "afterword.toml"
        path.write_text(text)
        self.settings = wiring.load_settings(path, self.environ)
        self.service = wiring.assemble(
            self.settings, database=self.database, engine=self._engine, now=self.now, make_token=True
        )
        wiring.begin_work(self.service)
        self.parts = self.service.parts
        self.jobs = self.service.jobs
        self.inbox = Inbox(self.database)
        self.app = create_app(self.service, self.inbox)
        port = self._http.port if self._http else 0
        self._http = make_server("127.0.0.1", port, self.app, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._http.port}"
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join(5)
        self._http.server_close()
        self.inbox.close()

    def restart(self) -> None:
        self.stop()
        self.start()
        wiring.revive(self.service, alone=True)

    # --- jobs, one after the other

    def run(self, tasks: tuple[str, ...] = ("incident",), rounds: int = 20) -> None:
        """Runs what is due now until nothing is, deliveries first."""
        for _ in range(rounds):
            with self.database.read() as connection:
                due = [("delivery", key) for key in deliveries.received(connection)]
                due += [row for row in work.due(connection, self.now()) if row[0] in tasks]
            if not due:
                return
            for task, key in due:
                self.jobs.run(task, key)
        raise AssertionError(f"still due after {rounds} rounds: {due}")

    def run_for(self, minutes: int, tasks: tuple[str, ...] = ("incident",)) -> None:
        """Minute by minute, as the clock would."""
        for _ in range(minutes):
            self.run(tasks)
            self.later(minutes=1)
        self.run(tasks)

    def sync(self) -> None:
        """A sync of every tracker, now, and what follows from it."""
        with self.database.begin() as connection:
            for tracker in self.parts.trackers:
                work.ask(connection, "sync", tracker, self.now())
        for tracker in self.parts.trackers:
            self.jobs.run("sync", tracker)
        self.run()

    def errors(self) -> list[str]:
        with self.database.read() as connection:
            return [row.last_error for row in work.everything(connection) if row.last_error]


def environ() -> Mapping[str, str]:
    return {
        "GITHUB_TOKEN": TOKEN,
        "OPS_SECRET": SECRET,
        "DESK_SECRET": SECRET,
        "JIRA_USER": EMAIL,
        "JIRA_TOKEN": TOKEN,
    }
