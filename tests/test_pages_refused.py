"""What is refused, missing or broken: a page for people, JSON for programs; and the banner while nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from service import pause
from service.store import migrate
from service.store.database import Database
from tests.hands import story, told
from tests.security_hands import BROWSER, ask, bearer
from tests.world import World

JSON = {"Accept": "application/json"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/afterword.db", busy_seconds=0.1)
    migrate.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as world:
        told(world)
        yield world


def heading(answer: TestResponse) -> str:
    assert answer.mimetype == "text/html"
    (found,) = re.findall("<h1>(.*)</h1>", answer.text)
    return found


@pytest.mark.parametrize(
    ("path", "token", "more", "status", "said"),
    [
        ("/", False, {}, 401, "This needs the token."),
        ("/nowhere", False, {}, 401, "This needs the token."),
        ("/nowhere", True, {}, 404, "There is no such page."),
        ("/postmortems/99", True, {}, 404, "There is no postmortem 99."),
        ("/actions/99999999999999999999999", True, {}, 404, "There is no such page."),
        ("/", True, {"Host": "evil.example"}, 400, "This host name is not ours."),
    ],
)
def test_a_browser_gets_a_page_and_a_program_gets_json(world, path, token, more, status, said):
    token = bearer(world) if token else {}
    page = ask(world, path, headers={**BROWSER, **token, **more})
    assert (page.status_code, heading(page)) == (status, said)
    program = ask(world, path, headers={**JSON, **token, **more})
    assert (program.status_code, program.get_json()["message"]) == (status, said)


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/webhooks/nowhere", "/static/nowhere", "/metrics"])
def test_what_programs_ask_is_answered_to_programs_even_from_a_browser(world, path):
    answer = ask(world, path, method="POST" if path.startswith("/web") else "GET", headers=BROWSER)
    assert answer.status_code in (401, 404)
    assert answer.get_json()["message"]


def test_the_page_without_a_token_asks_a_browser_for_it_and_tells_nothing(world):
    with world.database.begin() as connection:
        pause.begin(connection, "Planted reason", world.now())
    answer = ask(world, "/postmortems/1", headers=BROWSER)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Afterword", charset="UTF-8"'
    for word in ("Checkout", "acme", "Planted", "Paused"):
        assert word not in answer.text


def test_what_is_refused_for_a_read_token_or_another_site_is_a_page_too(world):
    answer = ask(
        world, "/actions/1/file", "POST", headers={**BROWSER, **bearer(world), "Origin": "https://evil.example"}
    )
    assert (answer.status_code, heading(answer)) == (403, "This request comes from another site.")


def test_a_wrong_method_says_which_are_right(world):
    answer = ask(world, "/postmortems", "DELETE", headers=bearer(world))
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_of_ours_is_said_without_its_words_and_the_log_has_where_it_was(world, capsys):
    phrase = "planted-in-the-row"
    with world.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE revisions SET document = '{{\"{phrase}\": 1}}'")
    for headers in (BROWSER, JSON):
        answer = ask(world, "/postmortems/1", headers={**headers, **bearer(world)})
        assert answer.status_code == 500
        assert "It is a fault of ours." in answer.text
        assert phrase not in answer.text
    told = capsys.readouterr()
    log = told.out + told.err
    assert "a fault of ours" in log
    assert "route=/postmortems/<int(max=9223372036854775807):number>" in re.sub(r"['\"]", "", log)
    assert phrase not in log


@pytest.mark.parametrize("token", [True, False])
def test_a_database_that_is_away_is_not_described_on_a_page(world, tmp_path, token):
    path = tmp_path / "afterword.db"
    world.database.close()
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    headers = {**BROWSER, **(bearer(world) if token else {"Authorization": "Bearer aw_wrong"})}
    answer = ask(world, "/postmortems", headers=headers)
    path.rmdir()
    (tmp_path / "elsewhere").rename(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert heading(answer).startswith("The database cannot be reached")
    assert str(tmp_path) not in answer.text


# --- while nothing leaves


PAGES = [
    "/",
    "/postmortems",
    "/postmortems/1",
    "/postmortems/1/edit/impact",
    "/actions",
    "/actions/1",
    "/reports/weekly",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_while_it_is_paused_why_since_when_and_how_to_go_on(world, path):
    assert "Paused" not in ask(world, path, headers=bearer(world)).text
    with world.database.begin() as connection:
        pause.begin(connection, "Too many <b>closings</b>.", world.now())
    shown = ask(world, path, headers=bearer(world)).text
    assert "Paused since" in shown
    assert f'datetime="{world.now():%Y-%m-%d}' in shown
    assert "Too many &lt;b&gt;closings&lt;/b&gt;." in shown
    assert "<code>python -m service resume</code>" in shown


def test_paused_by_the_file_names_the_file_and_no_command_that_would_not_help(database, tmp_path):
    file = tmp_path / "PAUSE"
    with story(database, tmp_path, change=lambda text: f'pause_file = "{file}"\n{text}', fitting=False) as world:
        file.touch()
        shown = ask(world, "/postmortems", headers=bearer(world)).text
        assert f"The file {file} is there. Remove it to go on." in shown
        assert "service resume" not in shown
        file.unlink()
        assert "Paused" not in ask(world, "/postmortems", headers=bearer(world)).text


def test_what_watches_us_is_told_that_it_is_paused_and_not_why(world):
    assert ask(world, "/readyz").get_json() == {"status": "ready"}
    assert "\nafterword_paused 0.0\n" in ask(world, "/metrics", headers=bearer(world)).text
    with world.database.begin() as connection:
        pause.begin(connection, "Planted reason", world.now())
    answer = ask(world, "/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready", "paused": True})
    assert "\nafterword_paused 1.0\n" in ask(world, "/metrics", headers=bearer(world)).text
