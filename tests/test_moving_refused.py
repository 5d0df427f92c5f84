"""What cannot be moved, and what ends half-way: nothing has changed then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from connectors.base import AfterwordError
from service import moving
from service.commands.migrate import prepare
from service.errors import InUse, Mistyped, meaning
from service.lock import FileLock
from service.store import meta, migrate, tables
from service.store import moving as carrying
from service.store.database import Database
from tests.conftest import new_postgresql_url
from tests.moving_hands import NOW, everything, fill, move, new, nothing_in, old, value
from tests.processes import ROOT


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Database]:
    with old(tmp_path) as made:
        yield made


@pytest.fixture(params=["postgresql", "sqlite"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with new(request, tmp_path) as made:
        yield made


# --- what is refused; nothing has changed then


def test_a_database_that_holds_something_is_no_target(origin: Database, target: Database) -> None:
    fill(origin)
    prepare(target)
    with target.begin() as connection:
        connection.execute(sa.insert(tables.counters).values(name="events", value=1))
    for attempt in (move, lambda frm, to: moving.preview(frm, to, NOW)):
        with pytest.raises(AfterwordError, match=r"is not empty: counters \(1\). Nothing was moved"):
            attempt(origin, target)
    with target.read() as connection:
        assert sum(carrying.counts(connection).values()) == 1


def test_what_a_first_start_wrote_gives_way(origin: Database, target: Database) -> None:
    """The release step of a platform has run before anybody can move."""
    fill(origin)
    with origin.begin() as connection:
        meta.replace(connection, "installation", "a" * 64)
    prepare(target)
    with target.begin() as connection:
        meta.set_once(connection, "installation", "b" * 64)
    move(origin, target)
    assert everything(target) == everything(origin)


def test_while_a_service_runs_on_the_origin_nothing_is_moved(origin: Database, target: Database) -> None:
    fill(origin)
    assert origin.path is not None
    running = FileLock(origin.path)
    running.take(NOW)
    try:
        for attempt in (move, lambda frm, to: moving.preview(frm, to, NOW)):
            with pytest.raises(InUse, match="in use by another Afterword"):
                attempt(origin, target)
    finally:
        running.release()
    assert moving.preview(origin, target, NOW)["items"] == 3
    move(origin, target)


def test_a_process_that_is_connected_to_the_target_must_end_first(origin: Database, postgresql: str) -> None:
    """It has read another installation's key, and would not find what was filed."""
    with closing(Database(new_postgresql_url(postgresql))) as target:
        other = sa.create_engine(target.url)
        with other.connect(), pytest.raises(AfterwordError, match="has 1 other connection of the same user"):
            move(origin, target)
        other.dispose()
        assert nothing_in(target)
        move(origin, target)


def test_an_older_database_is_brought_up_to_date_first(tmp_path: Path, target: Database) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/older.db")) as older:
        with older.begin() as connection:
            command.upgrade(migrate._config(connection), "0001")
        for attempt in (move, lambda frm, to: moving.preview(frm, to, NOW)):
            with pytest.raises(AfterwordError, match=r"tables of version 0001; this code works with") as refused:
                attempt(older, target)
        assert f"DATABASE_URL=sqlite:///{tmp_path}/older.db python -m service migrate" in refused.value.mend
        migrate.upgrade(older)
        move(older, target)


def test_a_newer_database_is_refused(origin: Database, target: Database) -> None:
    with origin.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(AfterwordError, match="which this code does not know"):
        move(origin, target)


def test_a_file_that_is_no_database_of_ours_is_refused(tmp_path: Path, target: Database) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/other.db")) as other:
        with other.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")
        with pytest.raises(AfterwordError, match="holds no Afterword"):
            move(other, target)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///nowhere/to/be/found.db", "There is no database nowhere/to/be/found.db"),
        ("mysql://somewhere", "is not a database"),
        ("var/afterword.db", "is not a database"),
    ],
)
def test_an_origin_that_is_not_there_is_not_made(url: str, said: str, target: Database) -> None:
    with pytest.raises(AfterwordError, match=said):
        moving.origin_of(url, target)
    assert not Path("nowhere").exists()


def test_an_origin_that_is_no_url_was_typed_wrong(target: Database) -> None:
    with pytest.raises(Mistyped, match=r"--from is not a database\. Write sqlite:///") as refused:
        moving.origin_of("var/afterword.db", target)
    assert meaning(refused.value)[2] == 2


def test_origin_and_target_are_two(origin: Database, tmp_path: Path) -> None:
    with pytest.raises(AfterwordError, match="name the same database"):
        moving.origin_of(f"sqlite:///{tmp_path}/../{tmp_path.name}/old.db", origin)


# --- what ends in the middle leaves nothing


def test_a_row_that_the_new_database_does_not_take_stops_everything(origin: Database, postgresql: str) -> None:
    fill(origin)
    with origin.begin() as connection:  # SQLite does not look at lengths
        connection.execute(sa.update(tables.tokens).values(scope="x" * 11))
    with closing(Database(new_postgresql_url(postgresql))) as target:
        with pytest.raises(AfterwordError, match="does not take a row of tokens") as refused:
            move(origin, target)
        assert "xxx" not in refused.value.message
        assert nothing_in(target)


def test_killed_half_way_the_target_is_empty_and_the_move_can_be_made_again(
    origin: Database, target: Database, tmp_path: Path
) -> None:
    fill(origin)
    prepare(target)
    target.close()
    settings = tmp_path / "afterword.toml"
    shown = target.url.render_as_string(hide_password=False)
    settings.write_text(f'database_url = "{shown}"\n')
    line = [sys.executable, "-m", "service", "--config", str(settings), "migrate", "--from", str(origin.url)]
    environ = {**os.environ, "DATABASE_URL": ""}
    with origin.begin() as connection:
        for number in range(40):
            row = {column.name: value(column, 2) for column in tables.deliveries.columns}
            row |= {"id": 1000 + number, "delivery_id": str(number), "incident_id": sa.null(), "body": b"x" * 2_000_000}
            connection.execute(sa.insert(tables.deliveries).values(row))
    with subprocess.Popen(line, cwd=ROOT, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as moving_on:
        assert moving_on.stderr is not None
        for said in moving_on.stderr:
            if said == b"Moving deliveries.\n":
                moving_on.send_signal(signal.SIGKILL)
                break
    assert moving_on.returncode == -signal.SIGKILL
    assert nothing_in(target)
    target.close()
    move(origin, target)
    assert everything(target) == everything(origin)
