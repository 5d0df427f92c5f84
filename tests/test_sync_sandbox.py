"""The sync through the real connector, over real HTTP, into a real database; calls counted by the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.base import Secret
from connectors.github import Tracker, TrackerSettings
from sandbox.github import GitHubSandbox
from service.followup.sync import sync
from service.store.database import Database
from service.store.standings import standings
from service.store.tables import events, incidents, items

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
REPOSITORIES = [f"acme/service-{number}" for number in range(10)]


class World:
    """One incident whose items are spread over ten repositories. `later` sets the sandbox's clock too."""

    def __init__(self, database: Database, count: int) -> None:
        self.database = database
        self.now = START
        self.github = GitHubSandbox()
        self.github.clock = lambda: self.now
        for repository in REPOSITORIES:
            self.github.create_repo(repository)
        token = Secret(lambda: self.github.token, "the variable GITHUB_TOKEN")
        settings = TrackerSettings(api_url=self.github.url, token=token, repositories=tuple(REPOSITORIES))
        self.tracker = Tracker("code", settings)
        self.issues = [self.github.open_issue(REPOSITORIES[n % 10], f"Item {n}") for n in range(count)]
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


@pytest.fixture
def world(database: Database, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(database, getattr(request, "param", 30))
    with made.github:
        yield made


@pytest.mark.parametrize("world", [1000], indirect=True)
def test_a_thousand_items_in_ten_repositories_take_few_calls(world: World) -> None:
    world.sync()
    world.later(hours=1)
    _, quiet = world.sync()
    for issue in world.issues[:20]:
        world.github.close(issue)
    world.later(hours=1)
    result, busy = world.sync()
    assert (result.changed, quiet <= 10, busy <= 12) == (20, True, True)
    world.later(hours=24)
    daily, calls = world.sync()
    assert daily.verified >= 980
    assert calls <= 10 + 12


def test_what_people_do_on_github_comes_back_with_its_own_time(world: World) -> None:
    world.sync()
    world.later(hours=2)
    closed_at = world.now
    world.github.close(world.issues[0])
    world.github.close(world.issues[1], "not_planned")
    world.later(hours=3)
    result, _ = world.sync()
    assert result.incidents == {1}
    assert world.states()[:3] == ["done", "wont_do", "open"]
    with world.database.read() as connection:
        told = connection.execute(sa.select(events).where(events.c.kind == "state").order_by(events.c.seq)).all()
    assert [(row.now, row.happened_at, row.learned_at) for row in told] == [
        ("done", closed_at, world.now), ("wont_do", closed_at, world.now),
    ]  # fmt: skip


def test_a_github_that_is_down_makes_items_stale_until_it_answers(world: World) -> None:
    world.sync()
    world.github.stop()
    world.later(hours=1)
    result, _ = world.sync()
    assert sum(len(trouble.items) for trouble in result.troubles) == 30
    world.github.start()
    world.later(hours=1)
    result, _ = world.sync()
    assert result.troubles == ()
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).where(items.c.stale_since.is_not(None))).scalar() == 0


def test_a_deleted_issue_is_unreachable_and_its_item_stays(world: World) -> None:
    world.sync()
    world.later(hours=1)
    world.github.delete(world.issues[4])
    result, _ = world.sync(verify=True)
    assert result.verified == 29
    assert world.states()[4] == "unreachable"


@pytest.mark.parametrize("world", [60], indirect=True)
def test_a_transferred_issue_is_followed_however_many_others_are_gone(world: World) -> None:
    for issue in world.issues[:45]:
        world.github.delete(issue)
    for _ in range(3):  # each look finds out what became of some
        world.later(hours=25)
        world.sync()
    assert world.states().count("unreachable") == 45
    world.github.close(world.github.transfer(world.issues[59], REPOSITORIES[0]))
    world.later(hours=25)
    world.sync()
    assert world.states()[59] == "done"
    assert world.states().count("unreachable") == 45
