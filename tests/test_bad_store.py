"""A store that does not take writes: 503 or a clear stop, never an acknowledgement of what is not there, and all is
well again once it is mended."""

from __future__ import annotations

import http.client
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.webhooks import sign
from service.store import migrate, tables
from service.store.database import Database
from tests.hands import COMMENT, MARKER, deliver, ends_well, finish, incident, stored, story
from tests.processes import Process, eventually, free_port, told
from tests.world import SECRET, SETTINGS, TOKEN, World, environ

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGE = 4096
BODY = "## Action items\n- [ ] Mend the pool\n- [ ] Mend the alert\n"


@dataclass
class Alone:
    """`all` on a SQLite file, beside a GitHub, with eyes on what it acknowledged."""

    folder: Path
    github: GitHubSandbox
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0
    log: Path = Path("/dev/null")  # no file, so that what holds for files says nothing about it

    def __post_init__(self) -> None:
        self.port = free_port()
        self.file = self.folder / "afterword.db"
        self.settings = self.folder / "afterword.toml"
        text = SETTINGS.format(
            github=self.github.url,
            jira="http://127.0.0.1:9",
            public_url="http://127.0.0.1",
            sam="s",
            more="max_per_hour = 1000000",
        )
        first = f'listen = "127.0.0.1:{self.port}"\ndatabase_url = "sqlite:///{self.file}"\n'
        self.settings.write_text(f"{first}{text}\n[jobs]\nscan_seconds = 1\n".replace('"60s", "300s"', '"1s", "2s"'))
        self.database = Database(f"sqlite:///{self.file}")
        self.start()

    def start(self) -> None:
        self.process = Process("all", self.settings, environ(), self.log)
        self.process.wait_for(self.port)

    def most(self, bytes_: int | None) -> None:
        """No file of the process may grow beyond this; None: all may, as before."""
        now = resource.RLIM_INFINITY if bytes_ is None else bytes_
        resource.prlimit(self.process.popen.pid, resource.RLIMIT_FSIZE, (now, resource.RLIM_INFINITY))

    def emptied_log(self) -> None:
        """The write-ahead log begins anew, so that its next page is its first."""
        with sqlite3.connect(self.file, timeout=10) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def send(self, body: bytes, name: str) -> int:
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": name,
            "X-Hub-Signature-256": sign(SECRET, body),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            connection.request("POST", "/webhooks/ops", body, headers)
            answered = connection.getresponse()
            said = json.loads(answered.read())
        finally:
            connection.close()
        if answered.status == 202:
            self.acknowledged.add(said["stored"])
        else:
            assert answered.status == 503, said
            assert said["mend"]
            self.refused += 1
        return answered.status

    def until_stored(self, body: bytes, name: str) -> None:
        eventually(lambda: self.send(body, name) == 202, f"{name} is stored", 40)

    def lacks(self) -> set[str]:
        """What was acknowledged and is not there."""
        with self.database.read() as connection:
            there = set(connection.execute(sa.select(tables.deliveries.c.delivery_id)).scalars())
        return self.acknowledged - there

    def close(self) -> None:
        self.process.stop()
        self.database.close()


@contextmanager
def alone(folder: Path, **more: Any) -> Iterator[Alone]:
    with GitHubSandbox(token=TOKEN) as github:
        github.create_repo("acme/ops")
        github.create_repo("acme/checkout")
        made = Alone(folder, github, **more)
        try:
            yield made
        finally:
            made.close()


def closing(made: Alone, number: int) -> tuple[Issue, bytes]:
    """A ticket that was just closed, and the webhook of it."""
    ticket = made.github.open_issue("acme/ops", f"Slow {number}", BODY, labels=["incident"])
    made.github.close(ticket)
    payload = {
        "action": "closed",
        "issue": made.github.answers.issue(ticket),
        "repository": made.github.answers.repo(ticket.repo),
    }
    return ticket, json.dumps(payload).encode()


def single(made: Alone, tickets: list[Issue]) -> bool:
    """Each item has one issue, each ticket one comment."""
    filed = made.github.tally(MARKER)
    comments = [sum(COMMENT in one.body for one in ticket.comments) for ticket in tickets]
    return sorted(filed.values()) == [1] * (2 * len(tickets)) and comments == [1] * len(tickets)


def full_at(folder: Path, pages: list[int]) -> None:
    """The disk has room for so many pages of the write-ahead log, then for none, while a story is told; then again."""
    with alone(folder) as made:
        tickets = []
        for number, room in enumerate(pages):
            made.emptied_log()
            made.most(room * (PAGE + 24) + 32)
            ticket, body = closing(made, number)
            tickets.append(ticket)
            for again in range(3):
                made.send(body, f"d-{number}-{again}")
            made.most(None)
            made.until_stored(body, f"d-{number}-0")
            eventually(lambda: told(made.database, len(tickets)), f"told, after {room} pages")
            assert made.lacks() == set()
            assert single(made, tickets), (room, made.github.tally(MARKER))
        assert made.refused
        assert made.process.popen.poll() is None


def test_a_disk_that_is_full_at_any_write_costs_a_503_and_the_story_is_told_once_there_is_room(tmp_path: Path) -> None:
    full_at(tmp_path, [0, 3, 14, 40])


@pytest.mark.whole
@pytest.mark.timeout(3600)
def test_a_disk_that_is_full_at_each_write_of_a_story_in_turn_costs_no_more(tmp_path: Path) -> None:
    full_at(tmp_path, list(range(80)))


def test_a_file_that_another_connection_holds_for_long_costs_a_503_until_it_is_let_go(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/afterword.db", busy_seconds=0.3)
    migrate.upgrade(database)
    with World(database, tmp_path, jira=False) as world:
        holder = sqlite3.connect(tmp_path / "afterword.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        refused = deliver(world, b"{}", name="d-1")
        world.jobs.scan()  # what else wants to write waits as well, and breaks nothing
        holder.execute("ROLLBACK")
        holder.close()
        assert refused.status == 503
        assert "Nothing was stored." in json.loads(refused.body)["message"]
        assert stored(world) == []
        assert deliver(world, b"{}", name="d-1").status == 202
        assert [row.delivery_id for row in stored(world)] == ["d-1"]
    database.close()


@on_sqlite
def test_a_database_that_became_read_only_costs_a_503_and_nothing_of_a_story(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        ticket = incident(world)
        world.github.close(ticket)
        with read_only(database):
            assert deliver(world, b"{}", name="d-1").status == 503
            world.jobs.run("delivery", "")
            assert "d-1" not in {row.delivery_id for row in stored(world)}
        assert deliver(world, b"{}", name="d-1").status == 202
        finish(world)
        ends_well(world)


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """SQLite refuses every write, on each connection, as on a disk that was mounted anew for reading alone."""

    def on(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")

    sa.event.listen(database.engine, "begin", on)
    yield
    sa.event.remove(database.engine, "begin", on)
    database.engine.dispose()  # the connections of before stay as they were


@pytest.mark.parametrize("kept", ["nothing", "its tables"])
def test_without_its_write_ahead_log_after_a_kill_it_starts_and_nothing_is_filed_twice(
    tmp_path: Path, kept: str
) -> None:
    with alone(tmp_path) as made:
        if kept == "its tables":
            made.emptied_log()
        ticket, body = closing(made, 0)
        made.until_stored(body, "d-0")
        eventually(lambda: told(made.database), "told")
        made.database.close()  # first, as the last who closes it takes its log away
        made.process.kill()
        before = {one.name for one in tmp_path.glob("afterword.db-*")}
        for name in before:
            (tmp_path / name).unlink()
        assert "afterword.db-wal" in before
        made.start()
        assert made.lacks() == {"d-0"}
        made.until_stored(body, "d-0")
        eventually(lambda: told(made.database, 1 if kept == "its tables" else 0), "looked at again")
        with made.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert single(made, [ticket]), made.github.tally(MARKER)


def test_a_log_on_the_same_full_disk_does_not_turn_a_503_into_a_fault_of_ours(tmp_path: Path) -> None:
    with alone(tmp_path, log=tmp_path / "log") as made:
        made.emptied_log()
        made.most(32)
        _, body = closing(made, 0)
        assert made.send(body, "d-0") == 503
        made.most(None)
        made.until_stored(body, "d-0")
