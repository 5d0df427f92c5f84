"""Items in a database whose issues are in a GitHub of the sandbox: what a sync of them costs, and what it brings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.base import Secret
from connectors.github import Tracker, TrackerSettings
from sandbox.github import GitHubSandbox
from service.followup.sync import sync
from service.store.database import Database
from service.store.standings import standings
from service.store.tables import incidents, items

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
REPOSITORIES = [f"acme/service-{number}" for number in range(10)]


class Items:
    """One incident whose items are spread over so many repositories. `later` sets the sandbox's clock too."""

    def __init__(self, database: Database, count: int, repositories: int = 10) -> None:
        self.database = database
        self.now = START
        self.github = GitHubSandbox()
        self.github.clock = lambda: self.now
        for repository in REPOSITORIES:
            self.github.create_repo(repository)
        token = Secret(lambda: self.github.token, "the variable GITHUB_TOKEN")
        settings = TrackerSettings(api_url=self.github.url, token=token, repositories=tuple(REPOSITORIES))
        self.tracker = Tracker("code", settings)
        self.issues = [self.github.open_issue(REPOSITORIES[n % repositories], f"Item {n}") for n in range(count)]
        with database.begin() as connection:
            self._promise(connection)

    def _promise(self, connection: sa.Connection) -> None:
        connection.execute(
            incidents.insert().values(
                id=1, source="ops", key="42", ref="acme/ops#42", url="https://github.example/acme/ops/issues/42",
                title="Checkout slow", visibility="internal", labels=[], services=[], opened_at=START,
                closed_at=START, ticket={}, created_at=START,
            )
        )  # fmt: skip
        rows: list[dict[str, Any]] = [
            {
                "id": number, "incident_id": 1, "key": f"k{number}", "number": number, "text": f"Item {number}",
                "refs": [], "anchor": "text", "position": number, "unclear": [], "created_at": START, "notes": [],
                "tracker": "code", "place": issue.repo.full_name, "issue_id": issue.node_id, "issue_label": issue.ref,
                "issue_url": "https://github.example/", "verified_at": START,
                "issue_native": {
                    "repository_id": str(issue.repo.id), "number": str(issue.number), "issue_id": str(issue.id),
                },
            }
            for number, issue in enumerate(self.issues, start=1)
        ]  # fmt: skip
        connection.execute(items.insert(), rows)

    def sync(self, **how: Any) -> tuple[Any, int]:
        """(the result, the number of calls)"""
        before = len(self.github.calls)
        result = sync(self.database, "code", self.tracker, self.now, **how)
        return result, len(self.github.calls) - before

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def states(self) -> list[str]:
        with self.database.read() as connection:
            return [one.state for one in standings(connection)]
