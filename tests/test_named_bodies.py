"""Forgetting somebody loses nothing that was acknowledged: a webhook's body goes once it was understood, not before."""

from __future__ import annotations

from pathlib import Path

from service.forget import forget
from service.retention import run
from service.store import deliveries, tables
from service.store.database import Database
from service.store.forget import empty_later
from service.store.named_bodies import EMPTIED
from tests.hands import closed, filed, finish, once, rows, stored, story
from tests.world import World

LATER = "stored webhooks, whose bodies go once they were read"
GONE = "stored webhooks, whose bodies are removed"


def naming(world: World, name: bytes = b"alex") -> list[str]:
    """The states of the deliveries whose bodies name somebody."""
    return [row.state for row in stored(world) if name in bytes(row.body)]


def set_state(world: World, number: int, state: str) -> None:
    with world.database.begin() as connection:
        which = tables.deliveries.c.id == number
        connection.execute(tables.deliveries.update().where(which).values(state=state))


def test_what_was_acknowledged_and_not_looked_at_is_still_told(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        closed(world)
        world.github.settle()
        assert set(naming(world)) == {"received"}
        counts = forget(world.parts, "alex").counts
        assert counts[LATER] == len(naming(world)) > 0
        finish(world)
        assert once(world, 3), filed(world)
        assert len(rows(world, tables.incidents)) == 1


def test_its_body_goes_once_it_was_understood(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        closed(world)
        world.github.settle()
        forget(world.parts, "alex")
        run(world.parts)
        assert naming(world) != []  # nobody looked yet
        finish(world)
        assert naming(world) != []
        run(world.parts)
        run(world.parts)
        assert naming(world) == []
        assert EMPTIED in {row.reason for row in stored(world)}


def test_what_met_a_fault_of_ours_is_kept_until_it_is_mended(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        closed(world)
        world.github.settle()
        last = stored(world)[-1].id
        finish(world)
        set_state(world, last, "failed")
        counts = forget(world.parts, "alex").counts
        assert (counts[LATER], naming(world)) == (1, ["failed"])
        world.later(days=2)
        run(world.parts)
        forget(world.parts, "sam")  # somebody else meanwhile
        assert naming(world) == ["failed"]
        with database.begin() as connection:
            deliveries.revive(connection)
        finish(world)
        run(world.parts)
        assert naming(world) == []


def test_of_many_that_wait_each_has_its_turn(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        for _ in range(3):
            closed(world)
        world.github.settle()
        forget(world.parts, "alex")
        finish(world)
        for _ in range(len(stored(world))):
            with database.begin() as connection:
                empty_later(connection, 1)
        assert naming(world) == []
