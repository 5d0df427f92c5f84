"""A ticket that is deleted before it was ever read: nothing is filed, a sentence says why, and nobody asks for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.fetching import DELETED
from service.store import tables
from service.store.database import Database
from tests.hands import filed, finish, rows, story
from tests.test_orders import GONE, SETTINGS, on_sqlite, orders, played, tell, wider


@on_sqlite
@pytest.mark.parametrize("name", [name for name in GONE if name.startswith("GitHub")])
def test_a_ticket_that_is_deleted_before_it_was_read_ends_alike_in_every_order(
    database: Database, tmp_path: Path, name: str
) -> None:
    with story(database, tmp_path, SETTINGS, change=wider, fitting=False) as world:
        world.time = world.now()
        for order, between in orders(GONE[name], name, None):
            before = len(rows(world, tables.incidents))
            _, kept = played(world, GONE[name])
            tell(world, [kept[index] for index in order], between=between)
            world.later(hours=3)
            finish(world, minutes=2)
            found = rows(world, tables.incidents)[before:]
            assert len(found) <= 1
            for one in found:
                ended = one.held.endswith(DELETED) or one.closed_at is None
                assert ended, (order, between, one.held)
            assert [
                row.key for row in rows(world, tables.work) if row.done < row.wanted and row.task == "incident"
            ] == []
        assert filed(world) == {}
