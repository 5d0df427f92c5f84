"""The pages while everything is paused, and what a person decides on them meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from service import pause
from service.store.database import Database
from tests.hands import finish, made, once, shown, story, told
from tests.world import World

SAID = "It is filed after <code>resume</code>: everything is paused."
ASKED = "A person said that it is to be filed"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def propose(text: str) -> str:
    return text.replace("[filing]\n", '[filing]\nmode = "propose"\n')


def page(world: World, path: str, status: int = 200, *, token: bool = True) -> str:
    headers = {"Accept": "text/html"} | ({"Authorization": f"Bearer {world.service.new_token}"} if token else {})
    answer = requests.get(world.url + path, headers=headers, timeout=10)
    assert answer.status_code == status
    return answer.text


def file_now(world: World, number: int) -> None:
    headers = {"Authorization": f"Bearer {world.service.new_token}"}
    answer = requests.post(f"{world.url}/actions/{number}/file", headers=headers, timeout=10)
    assert answer.status_code == 200  # after the redirect


@on_sqlite
def test_what_is_filed_by_hand_while_everything_is_paused_says_when_it_is_filed(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=propose) as world:
        told(world)
        with world.database.begin() as connection:
            pause.begin(connection, pause.BY_HAND, world.now())
        assert SAID not in page(world, "/actions/1")
        file_now(world, 1)
        file_now(world, 1)  # pressed again
        finish(world)
        assert made(world) == []
        told_now = page(world, "/actions/1")
        assert SAID in told_now
        assert told_now.count(ASKED) == 1
        assert ASKED not in page(world, "/actions/2")
        with world.database.begin() as connection:
            pause.end(connection, world.settings.public_url, world.now())
        world.later(minutes=5)
        finish(world)
        assert once(world, 1)
        assert SAID not in page(world, "/actions/1")
        assert [one.state for one in shown(world)][:2] == ["open", "waiting"]


@on_sqlite
def test_a_pause_by_a_file_says_what_ends_it(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "pause"
    with story(database, tmp_path, change=lambda text: f'pause_file = "{file}"\n{propose(text)}') as world:
        told(world)
        file.touch()
        file_now(world, 1)
        assert "It is filed once the file is gone: everything is paused." in page(world, "/actions/1")


@on_sqlite
def test_what_is_not_found_says_that_everything_is_paused_to_who_has_a_token(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        with world.database.begin() as connection:
            pause.begin(connection, "Somebody said so", world.now())
        for path in ("/nothing", "/postmortems/99", "/actions/99"):
            assert "Somebody said so. <code>python -m service resume</code>" in page(world, path, 404)
        assert "Somebody said so" not in page(world, "/nothing", 401, token=False)


@on_sqlite
def test_what_people_type_is_shown_as_code_and_a_reason_ends_before_the_command(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=propose) as world:
        told(world)
        shown_item = page(world, "/actions/1")
        assert "by <code>/file 1</code> in the ticket" in shown_item
        assert "An issue that exists already" in shown_item
        with world.database.begin() as connection:
            pause.begin(connection, "If it moved there, say `resume`", world.now())
        assert "say <code>resume</code>. <code>python -m service resume</code> lets" in page(world, "/actions")
        missing = page(world, "/postmortems/1/edit/roots", 404)
        assert "Sections are: summary, impact, root-cause, timeline, resolution, lessons-learned," in missing
