"""Starts: what is said, in which order, and that no vendor can hold one up."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import meta
from tests.command_hands import Shop, shop
from tests.conftest import new_postgresql_url
from tests.processes import ROOT, Process, eventually, free_port


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def started(here: Shop, command: str = "all") -> Process:
    return Process(command, here.file, here.environ, here.folder / f"{command}.log")


def test_a_start_on_a_busy_port_shows_no_token_and_makes_none(here: Shop) -> None:
    with socket.create_server(("127.0.0.1", here.port)):
        process = started(here)
        assert process.popen.wait(30) == 1  # systemd tries again; 3 is for the database file alone
        process.kill()
    said = process.log.read_text()
    assert f"127.0.0.1:{here.port} is in use by another process." in said
    assert "shown this once" not in said
    process = started(here)
    process.wait_for(here.port)
    assert process.stop() == 0
    assert len(re.findall("shown this once", process.log.read_text())) == 1
    with here.database() as database, database.read() as connection:
        assert meta.get(connection, "token_sha256")


def test_a_start_says_soon_that_every_connection_is_well_and_writes_nothing(here: Shop) -> None:
    process = started(here)
    process.wait_for(here.port)
    eventually(lambda: "Every connection was tried and is well." in process.log.read_text(), "said", 30, process.log)
    assert process.stop() == 0
    assert here.writes() == []


def test_a_start_names_what_is_to_mend_and_goes_on(here: Shop) -> None:
    here.environ["JIRA_TOKEN"] = "expired"
    process = started(here)
    process.wait_for(here.port)
    eventually(lambda: "tracker work   Jira" in process.log.read_text(), "said", 30, process.log)
    said = process.log.read_text()
    assert process.stop() == 0
    assert f"2 things to mend. In full:  python -m service --config {here.file} check" in said
    assert 'event="to mend"' in said
    assert "expired" not in said


def test_a_vendor_that_hangs_holds_up_neither_start_nor_stop(here: Shop) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        here.write(change=lambda text: text.replace(here.github.url, url).replace(here.jira.url, url))
        process = started(here)
        process.wait_for(here.port, seconds=15)
        assert process.stop() == 0
    assert "to mend" not in process.log.read_text()


def test_settings_with_a_route_to_nowhere_refuse_the_start(here: Shop) -> None:
    here.write('[[routes]]\ntracker = "work"\nplace = "NONE"\n')
    process = started(here)
    assert process.popen.wait(30) == 2
    process.kill()
    assert 'place = "NONE" is no place of [trackers.work].' in process.log.read_text()


def test_worker_and_clock_say_that_they_run(tmp_path: Path, postgresql: str) -> None:
    with shop(tmp_path, new_postgresql_url(postgresql)) as here:
        assert here.run("migrate").code == 0
        for command, words in (
            ("worker", "Afterword works, 4 jobs at a time"),
            ("clock", "clock looks every 15 seconds"),
        ):
            process = started(here, command)
            eventually(lambda w=words, p=process: w in p.log.read_text(), words, 30, process.log)  # type: ignore[misc]
            if command == "worker":
                eventually(lambda p=process: "is well." in p.log.read_text(), "check", 30, process.log)  # type: ignore[misc]
            assert process.stop() in (0, -signal.SIGTERM)


def test_a_start_without_connections_says_what_comes_next(tmp_path: Path) -> None:
    settings = tmp_path / "afterword.toml"
    port = free_port()
    settings.write_text(f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{tmp_path}/a.db"\n')
    process = Process("all", settings, {}, tmp_path / "log")
    process.wait_for(port)
    eventually(lambda: " init" in process.log.read_text(), "said", 30, process.log)
    assert process.stop() == 0


def test_a_command_typed_wrong_ends_with_2() -> None:
    ran = subprocess.run([sys.executable, "-m", "service", "nonsense"], cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == 2


def test_the_demo_on_a_busy_port_names_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = [sys.executable, "-m", "service", "demo", "--port", port]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(line, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert f"127.0.0.1:{port} is in use by another process." in ran.stderr
    assert ran.returncode == 1
