"""Restore drills with the commands that the pages show: an older database starts, and files nothing twice."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.commands import freshness
from service.store import freshness as entries
from service.store import tables
from service.store.database import Database
from tests import processes
from tests.hands import closed, filed, finish, item_rows, made, once, ours, ran_since_ever, story
from tests.machines import programs
from tests.processes import ROOT, Process, count, eventually, free_port
from tests.world import SECRET, World, environ

PAGES = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("many-machines.md", "operating.md"))
LINES = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGES, re.M | re.S)
    for line in block.splitlines()
    if line.strip()
]


def shown(word: str) -> str:
    """The one line of the pages that has this word."""
    (line,) = [line for line in LINES if word in line]
    return line


def typed(line: str, folder: Path, database: Database) -> None:
    """A line as it is typed, with PostgreSQL's programs on the path."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    path = f"{programs()}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def stopped_half_way(world: World, *, filed_one: bool) -> None:
    """A story whose next step is a minute away: nothing is filed yet, or one item of three."""
    assert world.jira is not None
    ran_since_ever(world)
    world.time = world.now() - timedelta(hours=3)
    if filed_one:
        world.github.fault("POST", r"/acme/checkout/issues$", "hang", seconds=0)
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 1, status=429, headers={"Retry-After": "60"})
    world.jira.fault("POST", r"/issue$", "status", 1, status=429, headers={"Retry-After": "60"})
    closed(world)
    finish(world)
    assert once(world, int(filed_one))


def told_once(world: World, *, links: int) -> None:
    """Everything is there once, in the trackers' own stores; and our rows know it."""
    assert world.jira is not None
    assert once(world, 3), filed(world)
    (ticket,) = [issue for issue in world.github.issues if issue not in made(world)]
    assert (len(ours(ticket)), len(made(world)), len(world.jira.issues)) == (1, 2, 1)
    assert [row.issue_id is not None for row in item_rows(world)].count(True) == links


# --- PostgreSQL


@pytest.mark.parametrize(
    ("dump", "restore"),
    [
        ("pg_dump --format=custom", "pg_restore --clean"),
        pytest.param("pg_dump --clean", "psql --quiet", marks=pytest.mark.whole),
    ],
)
@pytest.mark.parametrize("filed_one", [pytest.param(False, marks=pytest.mark.whole), True])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_restored_dump_files_nothing_twice(
    dump: str, restore: str, filed_one: bool, database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        stopped_half_way(world, filed_one=filed_one)
        typed(shown(dump), tmp_path, database)  # while everything runs
        finish(world, minutes=2)
        told_once(world, links=3)
        world.stop()
        world.database.close()
        typed(shown(restore), tmp_path, database)
        world.start()
        assert [row.issue_id is not None for row in item_rows(world)].count(True) == int(filed_one)
        world.later(hours=2)
        finish(world)
        told_once(world, links=3)


# --- SQLite


def copy_with(word: str, world: World, to: Path) -> None:
    """The page's line, of our file to that one."""
    words = shlex.split(shown(word))
    subprocess.run([sys.executable, *words[1:-2], str(world.database.path), str(to)], check=True)


def replaced(world: World, by: Path) -> None:
    """As the page says it: the service stands still, the files beside the old one go, the copy takes its place."""
    path = world.database.path
    assert path is not None
    world.stop()
    world.database.close()
    for more in ("-wal", "-shm"):
        path.with_name(path.name + more).unlink(missing_ok=True)
    shutil.copy(by, path)
    world.start()


@pytest.mark.parametrize("word", [".backup(", "VACUUM INTO"])
@pytest.mark.parametrize("filed_one", [pytest.param(False, marks=pytest.mark.whole), True])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_restored_backup_that_was_made_while_it_ran_files_nothing_twice(
    word: str, filed_one: bool, database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        stopped_half_way(world, filed_one=filed_one)
        copy_with(word, world, tmp_path / "backup.db")
        finish(world, minutes=2)
        told_once(world, links=3)
        replaced(world, tmp_path / "backup.db")
        assert [row.issue_id is not None for row in item_rows(world)].count(True) == int(filed_one)
        world.later(hours=2)
        finish(world)
        told_once(world, links=3)


def started_on(world: World, file: Path, folder: Path) -> tuple[Process, Path]:
    """`all` on this file, in place of the world's own service; GitHub tells it."""
    port, log, settings = free_port(), folder / "log", folder / "process.toml"
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\ndatabase_url = "sqlite:///{file}"\n'
        + (folder / "afterword.toml").read_text()
        + "[jobs]\nscan_seconds = 1\n"
    )
    process = Process("all", settings, environ(), log)
    process.wait_for(port)
    world.github.webhooks.hooks.clear()
    world.github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
    return process, log


@pytest.mark.whole
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copy_without_the_file_beside_it_starts_says_from_when_it_is_and_files_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        stopped_half_way(world, filed_one=True)
        with closing(database.engine.raw_connection()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # until here the file has everything
        finish(world, minutes=2)
        copy = tmp_path / "copy.db"
        assert database.path is not None
        shutil.copy(database.path, copy)
        assert database.path.with_name("afterword.db-wal").stat().st_size > 0
        world.time = None
        process, log = started_on(world, copy, tmp_path)
        older = Database(f"sqlite:///{copy}")
        try:
            eventually(lambda: processes.told(older), "the story is told", 40, log)
        finally:
            assert process.stop() == 0
        said = log.read_text()
        assert "The newest entry of this database is of" in said
        assert "the database was restored to that state" in said
        told_once(world, links=3)
        older.close()


@pytest.mark.whole
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copy_that_is_empty_as_everything_stood_in_the_file_beside_it_is_a_new_installation(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        ran_since_ever(world)
        world.time = world.now() - timedelta(hours=3)
        ticket = closed(world)
        finish(world, minutes=2)
        told_once(world, links=3)
        copy = tmp_path / "copy.db"
        assert database.path is not None
        shutil.copy(database.path, copy)
        with closing(sqlite3.connect(copy)) as looked_at:
            assert looked_at.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        world.time = None
        process, log = started_on(world, copy, tmp_path)
        new = Database(f"sqlite:///{copy}")
        try:
            world.github.edit(ticket, body=f"{ticket.body}\nOne more thought.")
            world.github.settle()
            eventually(lambda: count(new, tables.deliveries) > 0, "it hears of the edit", 20, log)
            eventually(lambda: settled(new), "it has looked at everything", 20, log)
        finally:
            assert process.stop() == 0
        told_once(world, links=3)
        new.close()


def settled(database: Database) -> bool:
    with database.read() as connection:
        waiting = "SELECT count(*) FROM deliveries WHERE state = 'received'"
        return connection.exec_driver_sql(waiting).scalar_one() == 0


# --- what is said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_start_says_how_old_the_newest_entry_is_and_a_new_or_a_busy_database_says_nothing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freshness.say(database, datetime.now(UTC))
    with story(database, tmp_path) as world:
        ran_since_ever(world)
        world.time = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
        closed(world)
        finish(world)
        with database.read() as connection:
            assert entries.newest(connection) == world.time
        freshness.say(database, world.time + timedelta(minutes=20))
        assert "newest entry" not in capsys.readouterr().out
        freshness.say(database, world.time + timedelta(hours=5))
        assert "of 23 Nov 2026, 09:12 UTC" in capsys.readouterr().out
