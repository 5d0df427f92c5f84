"""Starts: who makes the token, and what becomes of work when the settings changed in between."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.store import meta, tables
from service.store.database import Database
from service.tokens import token_hash
from tests.hands import closed, finish, item_rows, once, ours, posts, rows, story
from tests.processes import ROOT, Process, free_port
from tests.world import SETTINGS, World, environ

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
TOKEN = re.compile(r": (aw_[A-Za-z0-9_-]{32})$", re.MULTILINE)


# --- the token


def said(settings: Path, *command: str) -> str:
    """What a command prints."""
    ended = subprocess.run(
        [sys.executable, "-m", "service", "--config", str(settings), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.stdout + ended.stderr


def stored_token(url: str) -> str | None:
    database = Database(url)
    with database.read() as connection:
        found = meta.get(connection, "token_sha256")
    database.close()
    return found


def test_the_token_is_made_by_migrate_and_replaced_when_asked_for_and_by_no_other_command(tmp_path: Path) -> None:
    settings = tmp_path / "afterword.toml"
    url = f"sqlite:///{tmp_path}/afterword.db"
    settings.write_text(f'database_url = "{url}"\npublic_url = "http://127.0.0.1"\n')
    for command in ("sync", "deliveries"):  # they make their tables themselves
        assert TOKEN.findall(said(settings, command)) == []
        assert stored_token(url) is None
    (token,) = TOKEN.findall(said(settings, "migrate"))
    assert stored_token(url) == token_hash(token)
    assert TOKEN.findall(said(settings, "migrate")) == []
    (another,) = TOKEN.findall(said(settings, "migrate", "--new-token"))
    assert another != token
    assert stored_token(url) == token_hash(another)


def test_the_first_start_of_all_prints_the_token_and_the_second_does_not(tmp_path: Path) -> None:
    port = free_port()
    settings = tmp_path / "afterword.toml"
    url = f"sqlite:///{tmp_path}/afterword.db"
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\ndatabase_url = "{url}"\npublic_url = "http://127.0.0.1:{port}"\n'
    )
    printed = []
    for number in range(2):
        process = Process("all", settings, environ(), tmp_path / f"log {number}")
        try:
            process.wait_for(port)
        finally:
            assert process.stop() == 0
        printed.append(TOKEN.findall((tmp_path / f"log {number}").read_text()))
    assert [len(tokens) for tokens in printed] == [1, 0]
    assert stored_token(url) == token_hash(printed[0][0])


# --- trackers that leave the settings and come back


def without(*names: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        for name in names:
            text = re.sub(rf"\[trackers\.{name}\]\n(?:[^\[].*\n)+", "", text)
            text = re.sub(rf'\[\[routes\]\]\nwhen = .*\ntracker = "{name}"\n', "", text)
        return text

    return change


def done(world: World) -> bool:
    return all(row.done == row.wanted for row in rows(world, tables.work, tables.work.c.task == "incident"))


@on_sqlite
@pytest.mark.parametrize("fault", ["status", "lose_answer"])
def test_items_of_a_tracker_that_left_the_settings_are_filed_once_when_it_is_back(
    database: Database, tmp_path: Path, fault: str
) -> None:
    with story(database, tmp_path) as world:
        assert world.jira is not None
        limit = {"status": 429, "headers": {"Retry-After": "60"}} if fault == "status" else {}
        world.jira.fault("POST", r"/issue$", fault, **limit)
        world.jira.fault("GET", r"/search/jql$", "status", 99, status=200, body={"issues": [], "isLast": True})
        closed(world)
        finish(world)
        world.change = without("work")
        world.restart()
        finish(world, minutes=90)
        assert item_rows(world)[1].issue_id is None
        assert done(world)  # nothing is tried in vain
        assert world.errors() == []
        world.jira.clear_faults()
        world.change = str
        world.restart()
        finish(world)
        assert once(world, 3)
        assert posts(world.jira, "/issue") == (2 if fault == "status" else 1)
        assert item_rows(world)[1].issue_label == "PAY-1"


@on_sqlite
def test_items_that_found_no_tracker_are_filed_once_there_is_one(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=without("work", "code")) as world:
        ticket = closed(world)
        finish(world)
        assert once(world, 0)
        assert [row.tracker for row in item_rows(world)] == [None] * 4
        assert len(ours(ticket)) == 1
        assert done(world)
        world.change = str
        world.restart()
        finish(world)
        assert once(world, 3)
        assert [row.tracker for row in item_rows(world)][:3] == ["code", "work", "code"]
        assert len(ours(ticket)) == 1


def test_a_service_that_is_stopped_while_it_looks_at_its_connections_ends_well(tmp_path: Path) -> None:
    """The look goes on in a thread; one that wrote while Python ended would take the process down with it."""
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        port = free_port()
        given = SETTINGS.format(
            github="http://127.0.0.1:9", jira="http://127.0.0.1:9", public_url="http://127.0.0.1", sam="s", more=""
        )
        file = folder / "afterword.toml"
        file.write_text(f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{folder}/afterword.db"\n{given}')
        service = Process("all", file, environ(), folder / "log")
        service.wait_for(port)
        assert service.stop() == 0, (folder / "log").read_text()
