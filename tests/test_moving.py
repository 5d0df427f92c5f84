"""Moving into another database: everything arrives, row by row, or nothing does; and the story goes on."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import pause
from service.store import meta, tables
from service.store.database import Database
from tests.command_hands import Ran
from tests.command_hands import command as typed
from tests.conftest import new_postgresql_url
from tests.hands import TICKET, ends_well, finish, incident, ledger, once, posts, rows, states, story, told
from tests.moving_hands import everything, fill, move, new, old, value
from tests.world import World


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Database]:
    with old(tmp_path) as made:
        yield made


@pytest.fixture(params=["postgresql", "sqlite"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with new(request, tmp_path) as made:
        yield made


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
            row |= {"number": 99} if table.name in ("revisions", "report_revisions", "nudges") else {}
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
    url = target.url.render_as_string(hide_password=False)
    settings.write_text(f'database_url = "{url}"\n[sources.ops]\nkind = "github"\nunsigned = true\n')
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


def test_moved_to_another_address_as_well_it_starts_paused_and_says_why(
    origin: Database, target: Database, tmp_path: Path
) -> None:
    fill(origin)
    with origin.begin() as connection:
        connection.execute(sa.delete(tables.writes))
        connection.execute(sa.insert(tables.writes).values(key="issue:a", state="done", attempt=1, fields={}))
        meta.replace(connection, pause.ADDRESS, "https://before.example.org")
    done = ran(target, tmp_path, "--from", str(origin.url))
    assert done.code == 0, done.err
    assert "Paused: This database was at work for https://before.example.org" in done.out
