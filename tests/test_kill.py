"""kill -9 at named points of the story, and a restart: the same end as an undisturbed run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service.store import tables
from service.store.database import Database
from tests.hands import strangers
from tests.processes import Process, count, eventually, free_port, told
from tests.world import EMAIL, SECRET, SETTINGS, TOKEN, environ

TICKET = """The storage of db-a stopped answering.

## Action items
- [ ] Test pooled connections with a write @alex P1
- [ ] Give a retried payment 2 seconds in all @sam P1
- [ ] Alert on queue depth
- [x] Restart the pools
"""
#: a fair sample of the points that the story of one closed ticket passes; `make test-faults` has them all
WHERE = ("stored, not answered", "document writing", "POST sent", "answered, not stored:2", "link sent", "comment sent")


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


@pytest.mark.parametrize("where", WHERE)
def test_killed_anywhere_and_started_again_it_ends_with_one_document_one_comment_and_one_issue_per_item(
    where: str, tmp_path: Path, github: GitHubSandbox, jira: JiraSandbox
) -> None:
    port = free_port()
    settings = tmp_path / "afterword.toml"
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{tmp_path}/afterword.db"\n'
        + SETTINGS.format(
            github=github.url,
            jira=jira.url,
            public_url=f"http://127.0.0.1:{port}",
            sam="712020:sam",
            more="[jobs]\nscan_seconds = 1",
        ).replace('"60s", "300s"', '"1s", "2s"')
    )
    log = tmp_path / "log"
    first = Process("all", settings, {**environ(), "AFTERWORD_CRASH_AT": where}, log)
    try:
        first.wait_for(port)
        ticket = github.open_issue("acme/ops", "Checkout slow after failover", body=TICKET, labels=["incident"])
        github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
        github.close(ticket)
        assert first.died(), f"it passed {where!r} alive:\n{log.read_text()[-3000:]}"
    finally:
        first.kill()
    again = Process("all", settings, environ(), log)
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    try:
        again.wait_for(port)
        eventually(lambda: told(database), "the story is told", log=log)
    finally:
        again.stop()
    assert count(database, tables.postmortems) == 1
    assert count(database, tables.items) == 4
    database.close()
    ours = github.tally(r"afterword:item key=([0-9a-f]+)") + jira.tally(r"afterword:item key=([0-9a-f]+)")
    assert sorted(ours.values()) == [1, 1, 1]
    assert len(jira.issues) == 1
    assert [c.body.count("afterword:comment key=") for c in ticket.comments] == [1]
    assert strangers(github, jira) == []
