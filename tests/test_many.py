"""Many processes on PostgreSQL: web, two workers and a clock; one worker dies in the middle of the story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service.store import tables
from service.store.database import Database
from tests.conftest import new_postgresql_url
from tests.hands import strangers
from tests.processes import Process, count, eventually, free_port, told
from tests.world import EMAIL, SECRET, SETTINGS, TOKEN, environ

ITEMS = 12
TICKET = "## Action items\n" + "".join(f"- [ ] Mend part {n} of the checkout\n" for n in range(ITEMS))


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox(token=TOKEN) as github:
        github.create_repo("acme/ops")
        github.create_repo("acme/checkout")
        yield github


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox(email=EMAIL, token=TOKEN) as jira:
        jira.create_project("PAY")
        yield jira


def test_a_worker_killed_in_the_middle_is_followed_by_the_other_and_nothing_is_doubled_or_lost(
    postgresql: str, tmp_path: Path, github: GitHubSandbox, jira: JiraSandbox
) -> None:
    port = free_port()
    url = new_postgresql_url(postgresql)
    settings = tmp_path / "afterword.toml"
    text = SETTINGS.format(
        github=github.url,
        jira=jira.url,
        public_url=f"http://127.0.0.1:{port}",
        sam="712020:sam",
        more="[jobs]\nscan_seconds = 1",
    ).replace('"60s", "300s"', '"1s", "2s"')
    settings.write_text(f'listen = "127.0.0.1:{port}"\ndatabase_url = "{url.replace("+psycopg", "")}"\n{text}')
    github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
    log = tmp_path / "log"
    migrating = Process("migrate", settings, environ(), log)
    assert migrating.popen.wait(60) == 0, log.read_text()
    migrating.kill()
    web = Process("web", settings, environ(), log)
    workers = [Process("worker", settings, environ(), log)]
    clock = Process("clock", settings, environ(), log)
    database = Database(url)
    try:
        web.wait_for(port)
        ticket = github.open_issue("acme/ops", "Checkout slow after failover", body=TICKET, labels=["incident"])
        github.delay = 1.0  # so that the story is in its middle for a while
        github.close(ticket)
        eventually(lambda: len(filed(github)) >= 1, "the first worker files", 60, log)
        workers.append(Process("worker", settings, environ(), log))
        eventually(lambda: at_work(database) == 2, "two workers are at work", 30, log)
        assert 1 <= len(filed(github)) < ITEMS
        workers[0].kill()
        github.delay = 0.0
        eventually(lambda: told(database), "the story is told", 120, log)
        eventually(lambda: synced(database) == {"code", "work"}, "the clock asked for every sync", 60, log)
        for process in (web, clock, workers[1]):
            assert process.popen.poll() is None, f"a process ended by itself:\n{log.read_text()[-3000:]}"
    finally:
        for process in (web, clock, *workers):
            process.stop()
    assert count(database, tables.postmortems) == 1
    assert count(database, tables.items) == ITEMS
    database.close()
    assert sorted(filed(github).values()) == [1] * ITEMS
    assert [c.body.count("afterword:comment key=") for c in ticket.comments] == [1]
    assert strangers(github, jira) == []


def synced(database: Database) -> set[str]:
    with database.read() as connection:
        rows = connection.execute(sa.select(tables.syncs.c.tracker).where(tables.syncs.c.last_ok_at.is_not(None)))
        return {row.tracker for row in rows}


def filed(github: GitHubSandbox) -> Counter[str]:
    """Marker → issues that carry it, in the sandbox's own store."""
    return github.tally(r"afterword:item key=([0-9a-f]+)")


def at_work(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM procrastinate_workers").scalar_one())
