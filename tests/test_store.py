"""The store when it cannot write, and how durably it writes when it can."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.receive import Inbox
from service.store import migrate, tables, work
from service.store.database import Database, StoreUnavailable
from tests.hands import closed, deliver, finish, once, stored, story
from tests.world import World

BODY = b'{"action": "opened"}'
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with World(database, tmp_path) as made:
        yield made


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[World]:
    """On an SQLite file that waits for a lock only a moment."""
    database = Database(f"sqlite:///{tmp_path}/afterword.db", busy_seconds=0.1)
    migrate.upgrade(database)
    with World(database, tmp_path) as made:
        yield made
    database.close()


def test_a_locked_store_gets_503_and_works_again_afterwards(impatient: World) -> None:
    other = sqlite3.connect(impatient.database.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answered = deliver(impatient, BODY, name="d-1")
    assert (answered.status, json.loads(answered.body)["error"]) == (503, "store_unavailable")
    other.execute("ROLLBACK")
    other.close()
    assert stored(impatient) == []
    assert deliver(impatient, BODY, name="d-1").status == 202
    assert len(stored(impatient)) == 1


@pytest.mark.parametrize("trouble", ["PRAGMA max_page_count=1", "PRAGMA query_only=ON"])  # full, and read-only
def test_a_store_that_cannot_write_gets_503_and_works_again_afterwards(impatient: World, trouble: str) -> None:
    def hinder(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(trouble)

    large = json.dumps("x" * 100_000).encode()
    impatient.database.close()
    sa.event.listen(impatient.database.engine, "connect", hinder)
    assert [deliver(impatient, large, name=f"d-{number}").status for number in range(3)] == [503, 503, 503]
    sa.event.remove(impatient.database.engine, "connect", hinder)
    impatient.database.close()
    assert stored(impatient) == []
    assert deliver(impatient, large, name="d-0").status == 202


@on_postgresql
def test_a_postgresql_that_only_reads_gets_503_and_works_again_afterwards(world: World) -> None:
    name = world.database.url.database

    def only_read(mode: str) -> None:
        with world.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = {mode}")
        world.database.close()

    only_read("on")  # as a replica answers after a failover
    assert [deliver(world, BODY, name="d-1").status for _ in range(2)] == [503, 503]
    only_read("off")
    assert deliver(world, BODY, name="d-1").status == 202


@on_postgresql
def test_connections_that_the_server_ended_are_made_anew(world: World) -> None:
    deliver(world, BODY, name="d-1")
    other = sa.create_engine(world.database.url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.dispose()
    assert deliver(world, BODY, name="d-2").status == 202
    assert len(stored(world)) == 2


def test_what_the_store_did_not_take_in_time_is_never_acknowledged(database: Database) -> None:
    inbox = Inbox(database, timeout=0.2)
    row = {
        "source": "ops",
        "delivery_id": "d-1",
        "received_at": datetime(2026, 11, 17, 15, 31, tzinfo=UTC),
        "headers": {},
        "body": BODY,
        "state": "received",
    }
    with database.begin() as other:
        if not database.is_sqlite:  # on SQLite a transaction that writes is lock enough
            other.exec_driver_sql("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable):
            inbox.put(row)
    inbox.put(row)
    inbox.close()
    with database.read() as connection:
        assert connection.execute(sa.select(tables.deliveries.c.body)).scalars().all() == [BODY]


@on_sqlite
def test_every_connection_to_sqlite_writes_durably(database: Database) -> None:
    connections = [database.engine.connect() for _ in range(5)]
    for connection in connections:
        said = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert said == ["wal", 2]  # 2 is FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.close()


def test_a_file_system_on_which_sqlite_is_not_durable_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "afterword.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")  # journal_mode cannot become WAL here
    with pytest.raises((StoreUnavailable, sa.exc.OperationalError)), database.begin():
        pass
    database.close()


@on_sqlite
def test_jobs_and_scan_live_through_a_database_that_cannot_be_reached(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = closed(world)

        def broken(connection: sqlite3.Connection, _record: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        database.close()
        sa.event.listen(database.engine, "connect", broken)
        world.jobs.scan()
        world.jobs.run("incident", "1")
        world.jobs.run("delivery", "ops/nothing")
        sa.event.remove(database.engine, "connect", broken)
        finish(world)
        assert once(world, 3)
        assert ticket.comments


def test_a_read_from_a_database_that_is_down_says_so(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    with pytest.raises(StoreUnavailable, match="refuses the connection"), database.read():
        pass
    with pytest.raises(StoreUnavailable, match="refuses the connection"):
        work.take(database, "incident", "1", datetime(2026, 11, 17, tzinfo=UTC))
    database.close()


def test_the_password_of_a_database_is_never_shown() -> None:
    database = Database("postgresql+psycopg://nobody:s3cret@127.0.0.1:9/nothing")
    with pytest.raises(StoreUnavailable) as told, database.read():
        pass
    assert "s3cret" not in database.shown() + str(told.value) + told.value.mend
    database.close()
