"""After a day in which an account was refused, or a tracker away, all is filed, the oldest incident first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store.database import Database
from tests.hands import closed, finish, once, story, told
from tests.refusal_hands import mended, revoked
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ITEM = "## Action items\n- [ ] Mend the {} queue\n"
NAMES = ("first", "second", "third", "fourth")


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as made:
        made.time = made.now().replace(microsecond=0)
        yield made


def close_one_after_the_other(world: World, item: str = ITEM) -> None:
    for name in NAMES:
        closed(world, item.format(name), title=name)
        world.run()
        world.github.settle()
        world.run()
        world.later(minutes=7)


@pytest.mark.parametrize("what", ["revoked", "limited"])
@on_sqlite
def test_a_days_refusal_drains_in_order_the_oldest_incident_first(world: World, what: str) -> None:
    told(world, ITEM.format("zeroth"))
    if what == "revoked":
        revoked(world)
    else:
        world.github.fault("POST", r"/issues$", "status", 1, status=429, headers={"Retry-After": "86400"})
    close_one_after_the_other(world)
    finish_without(world, hours=24)
    mended(world)
    finish(world, minutes=16)
    assert once(world, 5)
    order = [name for issue in world.github.issues for name in NAMES if f"the {name} queue" in issue.title]
    assert order == list(NAMES)


@on_sqlite
def test_a_days_outage_drains_in_order_the_oldest_incident_first(world: World) -> None:
    assert world.jira is not None
    told(world, ITEM.format("zeroth"))
    world.jira.stop()
    close_one_after_the_other(world, "## Action items\n- [ ] Retry the {} payment\n")
    finish_without(world, hours=24)
    world.jira.start()
    finish(world, minutes=2)
    assert once(world, 5)
    order = [name for issue in world.jira.issues for name in NAMES if f"the {name} payment" in issue.summary]
    assert order == list(NAMES)


def finish_without(world: World, hours: int) -> None:
    for _ in range(hours):
        world.run()
        world.later(hours=1)
