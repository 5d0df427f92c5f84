"""The log of a whole story: each line names its delivery or incident, and none holds a word of a ticket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

WORDS = ("Planted title", "Planted text", "Planted item", "planted-label", "planted@example.org")
STORY = """
import sys
from pathlib import Path
from service import clock, logs
from service.store import migrate
from service.store.database import Database
from tests.hands import deliver, desk_closed, finish, incident, story

logs.configure()
database = Database(f"sqlite:///{sys.argv[1]}/afterword.db")
migrate.upgrade(database)
text = "Planted text\\n\\n## Action items\\n- [ ] Planted item @planted@example.org\\n"
with story(database, Path(sys.argv[1]), fitting=False) as world:
    ticket = incident(world, text, "Planted title", labels=["incident", "planted-label"])
    world.github.close(ticket)
    deliver(world, b'{"action": "Planted text"}', name="odd")
    finish(world, minutes=1)
    world.jira.webhooks.loses = lambda post: True
    desk_closed(world, "Planted text\\n\\nh2. Action items\\n* Planted item\\n", "Planted title")
    world.later(minutes=16)
    clock.tick(world.parts)
    finish(world, tasks=("incident", "poll"), minutes=1)
    world.github.reopen(ticket)
    finish(world)
    world.later(minutes=2)
    world.github.fault(None, "/issues/", "status", status=502, times=20)
    world.github.close(ticket)
    finish(world)
database.close()
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("log")
    ran = subprocess.run([sys.executable, "-c", STORY, str(folder)], cwd=ROOT, capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    return [line for line in ran.stderr.decode().splitlines() if line.startswith("timestamp=")]


def having(lines: list[str], *words: str) -> list[str]:
    return [line for line in lines if all(word in line for word in words)]


def test_each_delivery_that_led_to_something_is_named_with_its_incident(lines: list[str]) -> None:
    seen = having(lines, 'event="delivery looked at"')
    assert all("delivery=" in line and "source=" in line and "via=" in line for line in seen)
    assert having(seen, "source=ops", "state=done", "via=webhook", "incident=1")
    assert having(seen, "source=desk", "state=done", "via=poll", "incident=2")
    assert having(seen, "state=quarantined", "level=warning")


def test_each_line_of_an_incident_names_it(lines: list[str]) -> None:
    of_incidents = having(lines, "task=incident")
    assert having(of_incidents, 'event="job done"', "incident=1")
    assert having(of_incidents, 'event="job done"', "incident=2")
    assert having(of_incidents, 'event="put back"', "incident=1", "tries=1")
    assert [line for line in of_incidents if "incident=" not in line.replace("task=incident", "")] == []
    assert having(lines, "task=poll", "key=desk")


@pytest.mark.parametrize("word", WORDS)
def test_no_line_holds_a_word_of_a_ticket(lines: list[str], word: str) -> None:
    assert having(lines, word) == []
