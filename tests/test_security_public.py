"""`public = true`: without a token, everybody sees what was public where it came from, and not a word more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.followup.week import Week
from service.store import migrate
from service.store.database import Database
from service.upkeep import freeze
from tests.hands import desk_closed, finish, item_rows, made, story, told
from tests.security_hands import BROWSER, ask, bearer, everything, texts
from tests.world import World

OPEN = "the valves of Fabrikam"
SECRET = "the winter migration of Contoso"
RENAMED, WHY = "Confidential title of Contoso", "Because Contoso left us"


def ticket(phrase: str) -> str:
    return f"It was slow because of {phrase}.\n\n## Action items\n- [ ] Undo {phrase} @alex P1\n- [ ] Watch {phrase}\n"


def desk_ticket(phrase: str) -> str:
    return f"It was slow because of {phrase}.\n\nh2. Action items\n* Undo {phrase}\n* Watch {phrase}\n"


def public(text: str) -> str:
    return f"public = true\n{text}"


def frozen(world: World) -> str:
    """The report of this week, made in the next."""
    week = Week.of(world.now().date())
    world.later(days=7)
    freeze(world.parts, week)
    return str(week)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[bool], World]]:
    """A world with public pages, one public incident, and one that is not if asked for."""
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    with story(database, tmp_path, change=public, fitting=False) as world:

        def make(mixed: bool) -> World:
            told(world, ticket(OPEN), title=f"Slow by {OPEN}")
            if mixed:
                desk_closed(world, desk_ticket(SECRET), title=f"Slow by {SECRET}")
                finish(world)
            assert len(item_rows(world)) == (4 if mixed else 2)
            return world

        yield make
    database.close()


def test_without_a_token_only_public_incidents_are_shown_on_any_address(opened) -> None:
    world = opened(True)
    world.sync()
    world.later(hours=1)
    first, second = made(world)[:2]
    world.github.edit(first, title=RENAMED)
    world.github.comment(second, WHY, author="alex")
    world.github.close(second, "not_planned", by="alex")
    world.later(minutes=5)
    world.sync()
    frozen(world)
    all_of_it = texts(everything(world, bearer(world)))
    for phrase in (OPEN, SECRET, RENAMED, WHY):
        assert phrase in all_of_it, phrase
    open_part = everything(world, {})
    shown = texts(open_part)
    assert OPEN in shown
    for phrase in (SECRET, RENAMED, WHY, "Contoso", "OPS-"):
        assert phrase not in shown, [path for path, one in open_part.items() if phrase in one.text]


def test_one_that_is_not_public_is_answered_as_one_that_is_not_there(opened) -> None:
    world = opened(True)
    for there, not_there in (
        ("/postmortems/2", "/postmortems/99"),
        ("/postmortems/2.md", "/postmortems/99.md"),
        ("/postmortems/2.json", "/postmortems/99.json"),
        ("/postmortems/2/edit/summary", "/postmortems/99/edit/summary"),
        ("/actions/3", "/actions/99"),
    ):
        hidden, missing = (ask(world, path, headers=BROWSER) for path in (there, not_there))
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.text.replace("postmortem 2", "postmortem 99").replace("item 3", "item 99") == missing.text
        assert ask(world, there, headers=bearer(world)).status_code == 200


def test_lists_leave_out_what_is_not_public(opened) -> None:
    world = opened(True)
    counts = {}
    for name in ("incidents", "postmortems", "actions"):
        with_token, without = (
            len(ask(world, f"/api/v1/{name}", headers=headers).get_json()[name]) for headers in (bearer(world), {})
        )
        counts[name] = (with_token, without)
    assert counts == {"incidents": (2, 1), "postmortems": (2, 1), "actions": (4, 2)}
    assert ask(world, "/api/v1/deliveries").status_code == 401
    assert ask(world, "/api/v1/deliveries", headers=bearer(world)).status_code == 200
    assert "2 items" in ask(world, "/actions").text


def test_a_long_list_of_postmortems_goes_on_behind_those_that_are_left_out(opened) -> None:
    world = opened(False)
    for number in range(51):
        desk_closed(world, "It was slow.", title=f"Slow {number}")
    world.run(rounds=60)
    assert "Slow by" in ask(world, "/postmortems").text
    assert "Slow by" not in ask(world, "/postmortems", headers=bearer(world)).text


def test_a_report_that_mixes_incidents_asks_for_the_token(opened) -> None:
    world = opened(True)
    week = frozen(world)
    paths = [f"/reports/weekly/{week}{form}" for form in ("", ".md", ".json", ".csv", "/items?state=open")]
    for path in (*paths, f"/api/v1/reports/weekly/{week}", "/reports/weekly"):
        assert ask(world, path).status_code == 401, path
        assert ask(world, path, headers=bearer(world)).status_code == 200, path
    first = ask(world, "/")
    assert (first.status_code, first.headers["Location"]) == (302, "/postmortems")


def test_a_report_of_public_incidents_alone_is_shown(opened) -> None:
    world = opened(False)
    week = str(Week.of(world.now().date()))
    for path in ("/", f"/reports/weekly/{week}", f"/reports/weekly/{week}.csv", "/reports/weekly"):
        assert ask(world, path).status_code == 200, path


def test_a_ticket_that_became_private_is_hidden_again_once_it_is_read(opened) -> None:
    world = opened(False)
    assert ask(world, "/postmortems/1").status_code == 200
    world.github.repo("acme/ops").private = True
    world.restart()  # who can read a repository is remembered for an hour
    world.github.edit(world.github.issue("acme/ops", 1), body="Changed.")
    world.run()
    assert ask(world, "/postmortems/1").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/postmortems/1/sections/summary"),
        ("POST", "/postmortems/1/edit/summary"),
        ("POST", "/actions/1/file"),
        ("POST", "/actions/1/link"),
        ("DELETE", "/"),
    ],
)
def test_to_change_something_needs_the_token_all_the_same(opened, method: str, path: str) -> None:
    world = opened(False)
    before = ask(world, "/postmortems/1.json").get_json()
    data = {"text": "Defaced.", "by": "mallory", "reference": "acme/ops#1"}
    assert ask(world, path, method, json=data).status_code == 401
    assert ask(world, path, method, data=data).status_code == 401
    assert ask(world, "/postmortems/1.json").get_json() == before


def test_a_wrong_token_is_not_taken_for_none(opened) -> None:
    world = opened(False)
    assert ask(world, "/postmortems", headers={"Authorization": "Bearer aw_wrong"}).status_code == 401


def test_a_browser_is_asked_for_the_token_where_it_wants_to_sign_in(opened) -> None:
    world = opened(True)
    assert '<a href="/sign-in">Sign in</a>' in ask(world, "/postmortems").text
    answer = ask(world, "/sign-in", headers=BROWSER)
    assert (answer.status_code, answer.headers["WWW-Authenticate"].split()[0]) == (401, "Basic")
    answer = ask(world, "/sign-in", headers=bearer(world))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "/sign-in" not in ask(world, "/postmortems", headers=bearer(world)).text
