"""Moving into another database: everything arrives, row by row, or nothing does; and the story goes on."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from connectors.base import AfterwordError
from service import moving
from service.commands.migrate import prepare
from service.errors import InUse
from service.lock import FileLock
from service.store import meta, migrate, tables
from service.store import moving as carrying
from service.store.database import Database
from tests.command_hands import Ran
from tests.command_hands import command as typed
from tests.conftest import new_postgresql_url
from tests.hands import TICKET, ends_well, finish, incident, ledger, once, posts, rows, states, story, told
from tests.processes import ROOT
from tests.world import World

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ODD = "Größe „7“ 🦊\n\ttab 'quote' \"double\" %s :name \\ ‮"
JSON = {"é": [1, 2.5, None, True, {"b": "", "a": ODD}], "": {}}


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/old.db")) as made:
        migrate.upgrade(made)
        yield made


@pytest.fixture(params=["postgresql", "sqlite"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it, not even tables."""
    file = f"sqlite:///{tmp_path}/new/new.db"
    url = file if request.param == "sqlite" else new_postgresql_url(request.getfixturevalue("postgresql"))
    with closing(Database(url)) as made:
        yield made


def move(origin: Database, target: Database) -> list[carrying.Content]:
    return moving.move(origin, target, prepare=prepare, now=NOW, say=lambda table: None)


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as connection:
        return {
            table.name: sorted(
                (dict(row._mapping) for row in connection.execute(sa.select(table))),
                key=lambda row, table=table: [str(row[column.name]) for column in table.primary_key],
            )
            for table in tables.metadata.sorted_tables
        }


def value(column: sa.Column[Any], number: int) -> Any:
    """A value that fits the column, an odd one; row 2 leaves out what may be left out."""
    if column.foreign_keys or column.name == "id":
        return None if column.nullable and number == 2 else number * 7
    if column.nullable and number == 2:
        return None
    kind = column.type
    if isinstance(kind, tables.Utc):
        return NOW + timedelta(microseconds=number)
    if isinstance(kind, sa.JSON):
        return JSON | {"number": number}
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) * number
    if isinstance(kind, sa.Boolean):
        return number == 1
    if isinstance(kind, sa.Date):
        return date(2026, 2, 28) + timedelta(days=number)
    if isinstance(kind, sa.Integer):
        return 2**40 + number if isinstance(kind, sa.BigInteger) else number
    return f"{number} {ODD}"[: kind.length or None]


def fill(database: Database, count: int = 3) -> None:
    """Odd rows in every table there is, now and later."""
    with database.begin() as connection:
        for table in tables.metadata.sorted_tables:
            for number in range(1, count + 1):
                row = {column.name: value(column, number) for column in table.columns}
                maybe = {c.name: sa.null() for c in table.columns if row[c.name] is None}
                connection.execute(sa.insert(table).values({**row, **maybe}))


# --- what arrives


def test_every_row_of_every_table_arrives_as_it_was(origin: Database, target: Database) -> None:
    fill(origin)
    moved = move(origin, target)
    assert {content.table: content.rows for content in moved} == dict.fromkeys(tables.metadata.tables, 3)
    assert everything(target) == everything(origin)
    with target.read() as connection:
        assert connection.execute(
            sa.select(tables.incidents.c.id).where(tables.incidents.c.obeyed.is_(sa.null()))
        ).all()


def test_new_rows_get_ids_above_those_that_arrived(origin: Database, target: Database) -> None:
    fill(origin)
    move(origin, target)
    with target.begin() as connection:
        for table in tables.metadata.sorted_tables:
            if table.autoincrement_column is None:
                continue
            (high,) = connection.execute(sa.select(sa.func.max(table.autoincrement_column))).one()
            row = {c.name: value(c, 1) for c in table.columns if c.name != "id"}
            row |= {c.name: f"another {row[c.name]}"[:60] for c in table.columns if c.name in ("delivery_id", "key")}
            row |= {name: 14 for name in ("incident_id",) if table.name == "postmortems"}
            if table.name == "postmortems":
                connection.execute(sa.delete(tables.revisions).where(tables.revisions.c.postmortem_id == 14))
                connection.execute(sa.delete(table).where(table.c.id == 14))
            row |= {"number": 99} if table.name == "revisions" else {}
            row |= {"issue_id": "another"} if table.name == "items" else {}
            made = connection.execute(sa.insert(table).values(row).returning(table.autoincrement_column)).scalar_one()
            assert made == high + 1, table.name


def test_an_empty_installation_moves_too(origin: Database, target: Database) -> None:
    assert {content.rows for content in move(origin, target)} == {0}
    with target.begin() as connection:
        row = {column.name: value(column, 1) for column in tables.incidents.columns if column.name != "id"}
        made = connection.execute(sa.insert(tables.incidents).values(row).returning(tables.incidents.c.id))
        assert made.scalar_one() == 1


def test_the_origin_is_only_read(origin: Database, target: Database) -> None:
    fill(origin)
    origin.close()  # what was written so far is in the file itself
    assert origin.path is not None
    before = hashlib.sha256(origin.path.read_bytes()).hexdigest()
    move(origin, target)
    origin.close()
    assert hashlib.sha256(origin.path.read_bytes()).hexdigest() == before


def test_the_way_back_to_one_file_is_the_same(origin: Database, postgresql: str, tmp_path: Path) -> None:
    fill(origin)
    with closing(Database(new_postgresql_url(postgresql))) as many:
        move(origin, many)
        with closing(Database(f"sqlite:///{tmp_path}/back.db")) as back:
            move(many, back)
            assert everything(back) == everything(origin)


def test_large_deliveries_are_carried_a_few_at_a_time(origin: Database, target: Database) -> None:
    with origin.begin() as connection:
        for number in range(30):
            row = {column.name: value(column, 2) for column in tables.deliveries.columns}
            row |= {"id": number + 1, "delivery_id": str(number), "incident_id": sa.null(), "body": b"x" * 4_000_000}
            connection.execute(sa.insert(tables.deliveries).values(row))
    tracemalloc.start()
    try:
        move(origin, target)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 80_000_000  # of 120 MB


# --- what is refused; nothing has changed then


def nothing_in(database: Database) -> bool:
    with database.read() as connection:
        return not any(carrying.counts(connection).values())


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
        with other.connect(), pytest.raises(AfterwordError, match="has 1 other connections"):
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


# --- the story goes on


def moved(world: World, to: Database) -> None:
    """Stopped, moved, and started on the new database."""
    world.stop()
    world.database.close()
    move(world.database, to)
    world.database = to
    world.start()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_story_goes_on_in_the_new_database_and_nothing_is_doubled(
    database: Database, target: Database, tmp_path: Path
) -> None:
    lists = '["acme/checkout", "acme/ops"]'
    with story(database, tmp_path, change=lambda text: text.replace(lists, f"{lists}\nsub_issues = false")) as world:
        world.time = world.now()
        token = world.service.new_token
        done = told(world)
        ends_well(world)
        second = incident(world, title="Checkout slow once more")
        world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")  # filed, and nobody knows
        world.github.list_lag = timedelta(minutes=3)
        world.github.close(second)
        world.run()
        assert "unknown" in {write.state for write in ledger(world).values()}
        before = rows(world, tables.events)

        moved(world, target)
        assert world.service.new_token is None  # the one that was printed is good still
        assert token is not None
        assert rows(world, tables.events) == before
        finish(world, minutes=20)
        assert once(world, 6)
        assert states(world).count("open") == 6
        assert world.errors() == []
        world.github.reopen(done)
        world.github.edit(done, body=f"{TICKET}- [ ] Rehearse a failover each quarter\n")
        world.github.close(done)
        finish(world, minutes=1)
        assert once(world, 7)
        assert posts(world.github, "/comments") == 2
        assert world.errors() == []


# --- as it is typed


def ran(target: Database, tmp_path: Path, *args: str) -> Ran:
    settings = tmp_path / "afterword.toml"
    settings.write_text(f'database_url = "{target.url.render_as_string(hide_password=False)}"\n')
    return typed("--config", str(settings), "migrate", *args)


def test_the_command_shows_first_and_then_moves(origin: Database, target: Database, tmp_path: Path) -> None:
    fill(origin)
    origin.close()
    there = sorted(tmp_path.iterdir())
    shown = ran(target, tmp_path, "--from", str(origin.url), "--dry-run")
    assert shown.code == 0, shown.err
    assert f"{3 * len(tables.metadata.tables)} rows would be moved" in shown.out
    assert "Nothing was changed." in shown.out
    new = [path.name for path in sorted(tmp_path.rglob("*")) if path.parent.name == "new"]
    assert new == []
    assert [path for path in sorted(tmp_path.iterdir()) if path not in there] == [tmp_path / "afterword.toml"]

    done = ran(target, tmp_path, "--from", str(origin.url))
    assert done.code == 0, done.err
    assert done.line("incidents").split()[1] == "3"
    assert f"Do not start Afterword on sqlite:///{tmp_path}/old.db again" in done.out
    assert "token" not in done.out.replace("tokens", "") or "shown this once" in done.out
    assert everything(target)["items"] == everything(origin)["items"]

    again = ran(target, tmp_path, "--from", str(origin.url))
    assert again.code == 1
    assert "is not empty" in again.err


def test_migrate_says_what_it_would_do_and_makes_no_file(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/afterword.db")) as target:
        shown = ran(target, tmp_path, "--dry-run")
        assert shown.out.endswith("afterword.db would be brought up to date. Nothing was changed.\n")
        assert not (tmp_path / "afterword.db").exists()
        assert ran(target, tmp_path).code == 0
        assert ran(target, tmp_path, "--dry-run").out.endswith("is up to date. Nothing was changed.\n")
