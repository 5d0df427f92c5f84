"""What a tracker tells is clean as well; what an earlier version kept is told and kept in today's words, and is no
other item for that."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from service import decisions
from service.store import tables
from service.store.database import Database
from tests.hands import filed, finish, item_rows, made, once, ours, shown, story, told
from tests.test_cleaning import TOKEN, kept
from tests.world import World

MARK = "[redacted: GitHub token]"
TICKET = f"Down by {TOKEN}.\n\n## Action items\n- [ ] Revoke {TOKEN}\n- [ ] Alert on queue depth\n"


def as_before(world: World) -> None:
    """The rows as a version wrote them that did not know this kind of secret."""
    tables_and_columns: list[tuple[sa.Table, tuple[str, ...]]] = [
        (tables.items, ("text", "title")), (tables.events, ("was", "now")),
    ]  # fmt: skip
    with world.database.begin() as connection:
        for table, columns in tables_and_columns:
            for name in columns:
                old = sa.func.replace(table.c[name], MARK, TOKEN)
                connection.execute(sa.update(table).values({name: old}))
        for row in connection.execute(sa.select(tables.revisions)).all():
            old = _replaced(row.document)
            connection.execute(sa.update(tables.revisions).where(tables.revisions.c.id == row.id).values(document=old))


def _replaced(plain: object) -> object:
    if isinstance(plain, dict):
        return {name: _replaced(value) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_replaced(one) for one in plain]
    return plain.replace(MARK, TOKEN) if isinstance(plain, str) else plain


def test_an_item_whose_words_only_we_changed_is_the_same_item(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, TICKET)
        as_before(world)
        assert TOKEN in kept(world)
        world.github.comment(ticket, "One more word.", author="alex")
        finish(world)
        assert [(row.text, row.in_text) for row in item_rows(world)] == [
            (f"Revoke {MARK}", True),
            ("Alert on queue depth", True),
        ]
        assert once(world, 2), filed(world)


def test_what_an_earlier_version_kept_goes_when_it_is_seen_again(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, TICKET)
        world.later(hours=1)
        world.sync()
        as_before(world)
        world.github.edit(ticket, body=f"It is up again.\n\n{TICKET}")
        world.github.comment(made(world)[0], "Begun.")
        finish(world)
        world.later(hours=1)
        world.sync()
        finish(world)
        assert TOKEN not in kept(world)
        assert "title" not in [row.kind for row in _events(world)]  # nobody renamed it


def _events(world: World) -> list[sa.Row]:
    with world.database.read() as connection:
        return list(connection.execute(sa.select(tables.events)))


def test_titles_and_reasons_that_a_tracker_tells_are_clean(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = told(world, TICKET)
        first, second = made(world)
        world.github.edit(first, title=f"Revoke {TOKEN} now")
        world.github.comment(second, f"Not needed, the token is {TOKEN}.")
        world.github.close(second, "not_planned")
        world.later(hours=1)
        world.sync()
        finish(world)
        assert TOKEN not in kept(world)
        assert TOKEN not in ours(ticket)[0]
        assert [item.reason for item in shown(world)] == ["", f"Not needed, the token is {MARK}."]
        assert item_rows(world)[0].title == f"Revoke {MARK} now"


def test_an_issue_that_is_followed_is_clean_from_the_first_look(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        first, second = (world.github.open_issue("acme/checkout", f"{n} {TOKEN}", "") for n in ("One", "Two"))
        told(world, f"## Action items\n- [ ] See acme/checkout#{first.number}\n- [ ] Alert on queue depth\n")
        assert item_rows(world)[0].title == f"One {MARK}"
        with database.begin() as connection:
            connection.execute(sa.update(tables.writes).values(state="waiting"))
            connection.execute(sa.update(tables.items).where(tables.items.c.id == 2).values(issue_id=None))
        decisions.link(world.parts, 2, f"acme/checkout#{second.number}")
        assert item_rows(world)[1].title == f"Two {MARK}"
        assert TOKEN not in kept(world)
