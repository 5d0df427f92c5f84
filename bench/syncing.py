"""What a sync of 10,000 items costs in calls, and how soon a tracker's webhook is seen in document and report."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from datetime import UTC, datetime

import requests

from bench import running
from bench.load import SECRET
from bench.standin import TOKEN
from sandbox.github import GitHubSandbox
from service import wiring
from service.followup.week import Week
from service.store import migrate
from service.store.database import Database
from tests.sync_world import Items

ITEMS, ROUNDS = 10_000, 5
TICKET = "Checkout was slow.\n\n## Action items\n- [ ] Mend the queue of the checkout\n"
Row = tuple[str, float, str, float]


def run() -> list[Row]:
    return [*_calls(), *_seen()]


def _calls() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/afterword.db"
        database = Database(url)
        try:
            migrate.upgrade(database)
            world = Items(database, ITEMS, repositories=1)
            with world.github:
                world.sync()
                world.later(hours=1)
                world.github.label(world.issues[0], "seen")
                world.sync()
                world.later(hours=1)
                _, none = world.sync()
                for issue in world.issues:
                    world.github.close(issue)
                world.later(hours=1)
                result, every = world.sync()
        finally:
            database.close()
    if result.changed != ITEMS:
        sys.exit(f"{result.changed} of {ITEMS} changes came back")
    most = math.ceil(ITEMS / 100) + 2
    return [
        (f"calls of a sync of {ITEMS} items in one repository, none changed", none, "<=", 1),
        (f"calls of a sync of {ITEMS} items in one repository, all changed", every, "<=", most),
    ]


def _seen() -> list[Row]:
    """Seconds from a person's click in the tracker until document and preview say it, the longest of some."""
    with GitHubSandbox(token=TOKEN) as github, running.ours("SQLite", github.url) as ours:
        github.create_repo("acme/ops")
        github.create_repo("acme/checkout")
        ours.start("all")
        token = str(wiring.new_token(ours.database))
        github.add_webhook(f"http://127.0.0.1:{ours.port}/webhooks/ops", SECRET)
        ticket = github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"])
        github.close(ticket)
        running.until(lambda: _number(github) == 1, "the item is filed", 60)
        issue = next(one for one in github.issues if one.repo.full_name == "acme/checkout")
        running.until(lambda: "open" in _state(ours, token, "/postmortems/1.md"), "the document shows it", 60)
        longest = 0.0
        for number in range(ROUNDS):
            time.sleep(1.5)  # a tracker stamps in whole seconds
            begun = time.monotonic()
            github.reopen(issue) if number % 2 else github.close(issue)
            word = "open" if number % 2 else "done"
            preview = f"/reports/weekly/{Week.of(datetime.now(UTC).date())}.csv"
            for path in ("/postmortems/1.md", preview):
                _says(ours, token, path, word)
            longest = max(longest, time.monotonic() - begun)
    return [(f"s from a change in the tracker to document and preview, the longest of {ROUNDS}", longest, "<=", 2)]


def _says(ours: running.Ours, token: str, path: str, word: str) -> None:
    running.until(lambda: word in _state(ours, token, path), f"{path} says {word}", 60)


def _number(github: GitHubSandbox) -> int:
    return sum(one.repo.full_name == "acme/checkout" for one in github.issues)


def _state(ours: running.Ours, token: str, path: str) -> str:
    answer = requests.get(
        f"http://127.0.0.1:{ours.port}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    return next((one for one in answer.text.splitlines() if "Mend the queue" in one), "").lower()
