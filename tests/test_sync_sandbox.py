"""The sync through the real connector, over real HTTP, into a real database; calls counted by the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from service.store.database import Database
from service.store.tables import events, items
from tests.sync_world import REPOSITORIES, Items


@pytest.fixture
def world(database: Database, request: pytest.FixtureRequest) -> Iterator[Items]:
    made = Items(database, getattr(request, "param", 30))
    with made.github:
        yield made


@pytest.mark.parametrize("world", [1000], indirect=True)
def test_a_thousand_items_in_ten_repositories_take_few_calls(world: Items) -> None:
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


def test_what_people_do_on_github_comes_back_with_its_own_time(world: Items) -> None:
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


def test_a_github_that_is_down_makes_items_stale_until_it_answers(world: Items) -> None:
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


def test_a_deleted_issue_is_unreachable_and_its_item_stays(world: Items) -> None:
    world.sync()
    world.later(hours=1)
    world.github.delete(world.issues[4])
    result, _ = world.sync(verify=True)
    assert result.verified == 29
    assert world.states()[4] == "unreachable"


@pytest.mark.parametrize("world", [60], indirect=True)
def test_a_transferred_issue_is_followed_however_many_others_are_gone(world: Items) -> None:
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
