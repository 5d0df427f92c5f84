"""Text never flows to a wider audience than it came from, unless the route says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import migrate
from service.store.database import Database
from tests.hands import ours, story, told
from tests.world import World

PHRASE = "the winter migration of Contoso"
TICKET = f"It was slow because of {PHRASE}.\n\n## Action items\n- [ ] Undo {PHRASE} @alex P1\n  - Why: {PHRASE}\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(made)
    yield made
    made.close()


def filed(world: World) -> str:
    """Everything that was written into acme/checkout."""
    issues = [issue for issue in world.github.issues if issue.repo.full_name == "acme/checkout"]
    assert len(issues) == 1
    return f"{issues[0].title}\n{issues[0].body}".replace("\u200b", "")  # what keeps references quiet


def private(world: World, *names: str) -> None:
    for name in names:
        world.github.repo(name).private = True


def test_a_public_repository_gets_no_word_of_a_private_ticket(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops")
        ticket = told(world, TICKET)
        assert PHRASE not in filed(world)
        assert filed(world).startswith(f"Action item 1 of acme/ops#{ticket.number}")
        assert "/postmortems/1#item-1" in filed(world)
        assert PHRASE in ours(ticket)[0]  # the ticket itself is no wider than the ticket


def test_a_private_repository_gets_the_words_of_a_private_ticket(database, tmp_path):
    with story(database, tmp_path) as world:
        private(world, "acme/ops", "acme/checkout")
        told(world, TICKET)
        assert PHRASE in filed(world)


def test_a_public_ticket_is_filed_with_its_words(database, tmp_path):
    with story(database, tmp_path) as world:
        told(world, TICKET)
        assert PHRASE in filed(world)


def test_a_route_may_say_that_its_words_are_published(database, tmp_path):
    def published(text: str) -> str:
        route = '[[routes]]\nwhen = { text = ["undo"] }\ntracker = "code"\npublish = true\n'
        return text.replace("[[routes]]", f"{route}[[routes]]", 1)

    with story(database, tmp_path, change=published) as world:
        private(world, "acme/ops")
        told(world, TICKET)
        assert PHRASE in filed(world)
