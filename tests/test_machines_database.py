"""The database goes away in the middle of a story, for a moment, for longer than any heartbeat, or for good and another
one takes its place: webhooks are answered 503 and then 202 again, and every process goes on by itself."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from sandbox.github_world import Issue
from service.commands.migrate import prepare
from service.store import meta, sessions, work
from service.store.database import Database, StoreUnavailable
from service.wiring import clock
from tests.machines import Machines, Server, machines, servers
from tests.processes import eventually

pytestmark = pytest.mark.usefixtures("postgresql")  # it puts the server's programs where their user may run them


@pytest.fixture
def server() -> Iterator[Server]:
    with servers() as (made,):
        yield made


def asked(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def closings(many: Machines) -> list[int | None]:
    """How the webhooks of the closings were answered, the oldest first."""
    many.github.settle()
    return [one.status for one in many.github.deliveries if one.post.action == "closed"]


def begun(many: Machines, items: int = 6) -> list[Issue]:
    """Everything runs, and a story is in its middle."""
    many.start("web")
    many.hook()
    many.worker()
    many.start("clock")
    many.github.delay = 0.3
    tickets = [many.close_ticket(items, "Slow 0")]
    eventually(lambda: len(many.filed()) >= 1, "the first issue is filed", 40, many.log)
    return tickets


@pytest.mark.whole
@pytest.mark.parametrize("away", [0, 15, 45])
def test_the_database_is_away_in_the_middle_of_a_story(away: int, server: Server, tmp_path: Path) -> None:
    """The engine's heartbeat is 10 s, its pool gives up after 10: 15 are longer than either, and 45 than what counts as
    dead."""
    with machines(server.url, tmp_path) as many:
        tickets = begun(many)
        if away:
            server.stop()
            tickets.append(many.close_ticket(6, "Slow 1"))
            assert closings(many) == [202, 503]
            assert (asked(many.ports[0], "/healthz"), asked(many.ports[0], "/readyz")) == (200, 503)
            time.sleep(away)
            many.alive()
            server.start()
        else:
            server.restart()
        back = time.monotonic()
        eventually(lambda: asked(many.ports[0], "/readyz") == 200, "it is ready again", 30, many.log)
        print(f"away for {away} s: ready {time.monotonic() - back:.1f} s after it was back", end=", ")
        for failed in [one for one in many.github.deliveries if one.status == 503]:
            assert many.github.redeliver(failed.id).status == 202
        tickets.append(many.close_ticket(6, "Slow 2"))
        assert closings(many)[-1] == 202
        many.github.delay = 0.0
        many.ends_well(tickets, 6, 120)
        print(f"every story told after {time.monotonic() - back:.1f} s")
        many.alive()


@pytest.mark.whole
def test_a_standby_is_promoted_in_the_middle_of_a_story(tmp_path: Path) -> None:
    """The address names both hosts and asks for the one that takes writes, as libpq offers it."""
    with servers(2) as (first, second):
        both = f"postgresql+psycopg://postgres@127.0.0.1:{first.port},127.0.0.1:{second.port}/postgres"
        with machines(f"{both}?target_session_attrs=read-write", tmp_path) as many:
            second.follow(first)
            follows(first, synchronously=True)
            tickets = begun(many)
            first.stop()
            second.promote()
            promoted = time.monotonic()
            eventually(lambda: asked(many.ports[0], "/readyz") == 200, "it is ready again", 40, many.log)
            print(f"fail-over: ready {time.monotonic() - promoted:.1f} s after the promotion", end=", ")
            tickets.append(many.close_ticket(6, "Slow 1"))
            assert closings(many) == [202, 202]
            many.github.delay = 0.0
            many.ends_well(tickets, 6, 120)
            print(f"every story told after {time.monotonic() - promoted:.1f} s")
            many.alive()


@pytest.mark.whole
def test_processes_started_again_with_the_address_of_the_new_primary_go_on(tmp_path: Path) -> None:
    """An asynchronous standby that lacks the last moments: what was filed then is found by its marker."""
    with servers(2) as (first, second), machines(first.url, tmp_path) as many:
        second.follow(first)
        follows(first)
        tickets = begun(many)
        cut_off(second)
        filed = len(many.filed())
        eventually(lambda: len(many.filed()) >= filed + 2, "more is filed", 40, many.log)
        first.stop()
        for process in many.processes:
            process.stop()
        many.processes.clear()
        second.promote()
        many.url = second.url
        many.database.close()
        many.database = Database(second.url)
        web = many.start("web")
        many.github.webhooks.hooks.clear()
        many.ports = many.ports[-1:]
        many.hook()
        many.worker()
        many.start("clock")
        tickets.append(many.close_ticket(6, "Slow 1"))
        many.github.delay = 0.0
        many.ends_well(tickets, 6, 120)
        assert web.popen.poll() is None
        many.alive()


def cut_off(standby: Server) -> None:
    """It hears of nothing that happens from here on."""
    _say(standby, "ALTER SYSTEM SET primary_conninfo = ''")
    _say(standby, "SELECT pg_reload_conf()")


def follows(primary: Server, *, synchronously: bool = False) -> None:
    """Until the standby streams; `synchronously`: from then on a commit waits for it: a fail-over loses none."""
    database = Database(primary.url)
    asked = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"

    def streams() -> bool:
        with database.read() as connection:
            return connection.exec_driver_sql(asked).scalar_one() == 1

    eventually(streams, "the standby streams", 30)
    database.close()
    if synchronously:
        _say(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        _say(primary, "SELECT pg_reload_conf()")


def _say(server: Server, statement: str) -> None:
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


# --- by hand


@pytest.mark.whole
def test_a_primary_that_became_a_replica_is_left_at_the_first_refused_write(server: Server) -> None:
    database = Database(server.url)
    prepare(database)
    kept = [database.engine.connect() for _ in range(3)]
    for connection in kept:
        connection.close()
    _say(server, "ALTER SYSTEM SET default_transaction_read_only = on")
    _say(server, "SELECT pg_reload_conf()")
    with database.read():
        pass
    with pytest.raises(StoreUnavailable, match="read-only") as refused, database.begin() as connection:
        meta.replace(connection, "written_at", "now")
    assert refused.value.lost  # another connection may lead to the new primary, so none of these is used again
    _say(server, "ALTER SYSTEM RESET default_transaction_read_only")
    _say(server, "SELECT pg_reload_conf()")
    with database.begin() as connection:
        work.ask(connection, "incident", "1", clock())
    database.close()


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("postgresql+psycopg://u:p%40@a:1,b:2/n", {"host": "a,b", "port": "1,2"}),
        (
            "postgresql+psycopg://u@a,b/n?target_session_attrs=read-write",
            {"host": "a,b", "target_session_attrs": "read-write"},
        ),
        ("postgresql+psycopg://a:1,b/n", {"host": "a,b", "port": "1,5432"}),
        ("postgresql+psycopg://u@[::1]:1,[::2]:2/n", {"host": "::1,::2", "port": "1,2"}),
    ],
)
def test_an_address_of_several_hosts_is_understood(written: str, query: dict[str, str]) -> None:
    url = sessions.address(written)
    assert dict(url.query) == query
    assert (url.host, url.database) == (None, "n")


def test_an_address_of_one_host_stays_as_it_is_written() -> None:
    written = "postgresql+psycopg://u:a,b@c:5433/n?sslmode=require"
    assert sessions.address(written) == make_url(written)


def test_what_the_address_says_of_a_connection_counts() -> None:
    assert sessions.reached(sessions.address("postgresql://u@h/n?connect_timeout=60")).keys() == {
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
    }
