"""kill -9 at random moments, again and again on the same file: the same end as without."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from sandbox.github import GitHubSandbox
from sandbox.jira import JiraSandbox
from service.store import tables
from service.store.database import Database
from tests.processes import Process, count, eventually, free_port, told
from tests.world import EMAIL, SECRET, SETTINGS, TOKEN, environ

TICKET = "## Action items\n- [ ] Mend part {n} of the pool\n- [ ] Give payment {n} 2 seconds\n- [x] Restart it\n"


@pytest.mark.parametrize("rounds", [3, pytest.param(80, marks=pytest.mark.whole)])
@pytest.mark.timeout(3600)
def test_killed_at_random_moments_it_still_files_each_item_once(rounds: int, tmp_path: Path) -> None:
    dice = random.Random(f"soak {rounds}")
    port = free_port()
    settings = tmp_path / "afterword.toml"
    log = tmp_path / "log"
    with GitHubSandbox(token=TOKEN) as github, JiraSandbox(email=EMAIL, token=TOKEN) as jira:
        for name in ("acme/ops", "acme/checkout"):
            github.create_repo(name)
        jira.create_project("PAY")
        text = SETTINGS.format(
            github=github.url,
            jira=jira.url,
            public_url=f"http://127.0.0.1:{port}",
            sam="712020:sam",
            more="max_per_hour = 1000000",
        ).replace('"60s", "300s"', '"1s", "2s"')
        head = f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{tmp_path}/afterword.db"\n'
        settings.write_text(f"{head}{text}\n[jobs]\nscan_seconds = 1\n")
        tickets = []
        for n in range(rounds):
            process = Process("all", settings, environ(), log)
            process.wait_for(port)
            ticket = github.open_issue("acme/ops", f"Slow {n}", TICKET.format(n=n), labels=["incident"])
            tickets.append(ticket)
            if n == 0:
                github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
            github.close(ticket)  # answered 202 before the kill, so it must not be lost
            time.sleep(dice.uniform(0, 1.2))
            process.kill()
        assert {delivery.status for delivery in github.deliveries if delivery.post.action == "closed"} == {202}
        last = Process("all", settings, environ(), log)
        database = Database(f"sqlite:///{tmp_path}/afterword.db")
        try:
            eventually(lambda: told(database, rounds), "every story is told", 60 + 10 * rounds, log)
        finally:
            last.stop()
        assert count(database, tables.postmortems) == rounds
        database.close()
        pattern = r"afterword:item key=([0-9a-f]+)"
        filed = github.tally(pattern) + jira.tally(pattern)
        assert len(filed) == 2 * rounds
        assert set(filed.values()) == {1}
        comments = [sum("afterword:comment key=" in c.body for c in ticket.comments) for ticket in tickets]
        assert comments == [1] * rounds
