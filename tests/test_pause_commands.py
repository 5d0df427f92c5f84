"""`pause` and `resume` beside a running service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github import GitHubSandbox
from service.store import incidents
from tests.command_hands import Shop, shop
from tests.hands import TICKET
from tests.processes import Process, eventually, told
from tests.world import SECRET

MANY = "".join(f"- [ ] Mend part {number} of the checkout\n" for number in range(25))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def closed(github: GitHubSandbox, number: int, body: str = f"## Action items\n{MANY}") -> None:
    github.close(github.open_issue("acme/ops", f"Incident {number}", body, labels=["incident"]))


def test_pause_stops_a_storm_within_a_second(here: Shop) -> None:
    service = Process("all", here.file, here.environ, here.folder / "all.log")
    try:
        service.wait_for(here.port)
        here.github.add_webhook(f"http://127.0.0.1:{here.port}/webhooks/ops", SECRET)
        here.github.delay = 0.05
        for number in range(8):
            closed(here.github, number)
        eventually(lambda: len(here.writes()) > 3, "filing has begun", log=service.log)
        assert here.run("pause", "--why", "a look first").code == 0
        time.sleep(1)
        at = len(here.writes())
        assert at < 200, "the storm was over before it was stopped"
        time.sleep(3)
        assert len(here.writes()) == at
        with here.database() as database:
            eventually(lambda: _closings(database) == 8, "receiving goes on, and what closed is read", log=service.log)
        ran = here.run("resume")
        assert ran.code == 0, ran.err
        assert "a look first" in ran.out
        eventually(lambda: len(here.writes()) > at, "filing goes on", log=service.log)
    finally:
        service.stop()


def _closings(database: object) -> int:
    with database.read() as connection:  # type: ignore[attr-defined]
        return sum(incidents.get(connection, number) is not None for number in range(1, 20))


def test_resume_can_set_aside_what_waits(here: Shop) -> None:
    here.write("[alerts]\n")
    service = Process("all", here.file, here.environ, here.folder / "all.log")
    try:
        service.wait_for(here.port)
        here.github.add_webhook(f"http://127.0.0.1:{here.port}/webhooks/ops", SECRET)
        assert here.run("pause").code == 0
        closed(here.github, 1, TICKET)
        with here.database() as database:
            eventually(lambda: _closings(database) == 1, "the closing is known", log=service.log)
            tried = here.run("resume", "--set-aside", "--dry-run")
            assert "would be set aside" in tried.out
            ran = here.run("resume", "--set-aside")
            assert "1 incident is set aside" in ran.out, ran.out
            eventually(lambda: told(database), "its story is told as far as it goes", log=service.log)
        assert here.writes() == []
        assert here.run("build", "ops:acme/ops#1").code == 0
        assert here.filed() == [1, 1, 1]
    finally:
        service.stop()


def test_pause_and_resume_say_how_things_stand(here: Shop) -> None:
    assert here.run("pause").code == 1, "there is no database yet"
    assert here.run("migrate").code == 0
    assert "It is not paused." in here.run("resume").err
    assert "It would pause." in here.run("pause", "--dry-run").out
    assert "It is not paused." in here.run("resume").err
    assert "Paused." in here.run("pause", "--why", "we move house").out
    assert "It is paused already: we move house" in here.run("pause").err
    assert "we move house" in here.run("resume", "--dry-run").out
    assert "we move house" in here.run("resume").out
    assert "It is not paused." in here.run("resume").err


def test_resume_names_the_file_that_holds_everything(here: Shop) -> None:
    file = here.folder / "PAUSE"
    here.write("", lambda text: f'pause_file = "{file}"\n{text}')
    assert here.run("migrate").code == 0
    file.touch()
    ran = here.run("resume")
    assert ran.code == 1
    assert f"rm {file}" in ran.err


def test_a_pause_said_beside_the_file_holds_when_the_file_is_gone(here: Shop) -> None:
    file = here.folder / "PAUSE"
    here.write("", lambda text: f'pause_file = "{file}"\n{text}')
    assert here.run("migrate").code == 0
    file.touch()
    assert here.run("pause", "--why", "a review").code == 0
    file.unlink()
    assert "a review" in here.run("pause", "--dry-run").err


def test_looking_at_a_database_from_another_address_pauses_nothing(here: Shop) -> None:
    here.github.close(here.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"]))
    assert here.run("build", "ops:acme/ops#1").code == 0
    elsewhere = f'public_url = "http://127.0.0.1:{here.port}"', 'public_url = "http://elsewhere.example.org"'
    here.write("", lambda text: text.replace(*elsewhere))
    assert here.run("plan", "ops:acme/ops#1").code == 0
    here.write()
    assert "It is not paused." in here.run("resume").err
    here.write("", lambda text: text.replace(*elsewhere))
    assert "This database was at work for" in here.run("migrate").out
