"""The pace of an account: shared by all workers and by all that write as it, and nobody waits for it inside a job."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.base import paces
from service import accounts
from service.store import sends, tables, work
from service.store.database import Database
from tests.hands import TICKET, closed, filed, finish, once, ours, rows, story
from tests.test_writes import NOW
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PACE = paces(1, 60, 400)


def at_a_second(text: str) -> str:
    """One write a second."""
    return text.replace("seconds_between_writes = 0", "seconds_between_writes = 1")


def taken(database: Database, account: str, at, number: int = 1, pace=((2, MINUTE), (3, HOUR))):
    with database.begin() as connection:
        return sends.take(connection, account, pace, at, number)


def test_the_pace_lets_as_many_through_as_it_says_and_names_the_time_of_the_next(database: Database) -> None:
    assert taken(database, "code", NOW) is None
    assert taken(database, "code", NOW + 10 * SECOND) is None
    assert taken(database, "code", NOW + 20 * SECOND) == NOW + MINUTE
    assert taken(database, "code", NOW + 61 * SECOND) is None
    assert taken(database, "code", NOW + 10 * MINUTE) == NOW + HOUR


def test_the_pace_of_one_account_does_not_slow_another(database: Database) -> None:
    assert taken(database, "code", NOW, pace=((1, MINUTE),)) is None
    assert taken(database, "work", NOW, pace=((1, MINUTE),)) is None
    assert taken(database, "code", NOW, pace=((1, MINUTE),)) == NOW + MINUTE


def test_writes_that_go_together_take_one_turn_and_all_are_counted(database: Database) -> None:
    assert taken(database, "code", NOW, 2, pace=((1, SECOND), (3, MINUTE))) is None
    assert taken(database, "code", NOW + SECOND, 1, pace=((1, SECOND), (3, MINUTE))) is None
    assert taken(database, "code", NOW + 2 * SECOND, 1, pace=((1, SECOND), (3, MINUTE))) == NOW + MINUTE


def test_without_a_pace_nothing_is_counted(database: Database) -> None:
    assert taken(database, "code", NOW, pace=()) is None
    with database.read() as connection:
        assert connection.execute(tables.sends.select()).first() is None


def test_what_the_vendor_counts_no_more_is_not_kept(database: Database) -> None:
    for hours in range(3):
        assert taken(database, "code", NOW + hours * HOUR, pace=PACE) is None
    with database.read() as connection:
        assert len(connection.execute(tables.sends.select()).all()) == 1


def test_a_clock_that_was_a_year_ahead_does_not_stop_an_account_for_a_year(database: Database) -> None:
    assert taken(database, "code", NOW + timedelta(days=365), pace=PACE) is None
    assert taken(database, "code", NOW, pace=PACE) is None
    assert taken(database, "code", NOW, pace=PACE) == NOW + SECOND


def test_many_workers_at_once_get_no_more_turns_than_the_pace_has(database: Database) -> None:
    got: list[object] = []
    begin = threading.Barrier(8)

    def worker() -> None:
        begin.wait(10)
        got.extend(taken(database, "code", NOW, pace=((7, MINUTE),)) for _ in range(5))

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 40
    assert got.count(None) == 7


# --- in the story


def times_of_writes(world: World) -> list[float]:
    calls = [call for call in world.github.calls if call.method in ("POST", "PATCH") and call.path != "/graphql"]
    return [call.at.timestamp() for call in calls]


def tick_by_tick(world: World, seconds: int) -> None:
    for _ in range(seconds):
        finish(world)
        world.later(seconds=1)
    finish(world)


@pytest.fixture
def paced(database: Database, tmp_path: Path):
    with story(database, tmp_path, change=at_a_second) as made:
        made.time = made.now()
        yield made


def test_every_write_to_github_leaves_a_second_after_the_one_before(paced: World) -> None:
    ticket = closed(
        paced, TICKET.replace("- [ ] Alert on queue depth", "- [ ] Alert on queue depth\n- [ ] Mend the log")
    )
    other = closed(paced, "## Action items\n- [ ] Page the right team @alex\n", title="Another")
    tick_by_tick(paced, 12)
    assert once(paced, 5), filed(paced)
    assert len(ours(ticket)) == len(ours(other)) == 1
    at = times_of_writes(paced)
    assert len(at) == 6  # four issues, two comments
    assert all(b - a >= 1 for a, b in pairwise(at)), at


@on_sqlite
def test_what_is_put_back_for_its_turn_costs_no_call(paced: World) -> None:
    items = "".join(f"- [ ] Mend queue number {n} of the checkout\n" for n in range(7))
    closed(paced, f"## Action items\n{items}")
    paced.run()
    paced.github.settle()
    before = len(paced.github.calls)
    for _ in range(5):  # asked again before its time
        with paced.database.begin() as connection:
            work.ask(connection, "incident", "1", paced.now())
        paced.jobs.run("incident", "1")
    assert len(paced.github.calls) == before
    for _ in range(12):
        paced.run()
        paced.later(seconds=1)
    assert once(paced, 7)
    first = next(n for n, call in enumerate(paced.github.calls) if call.path.endswith("/sub_issues"))
    once_an_hour = ("GET /repos/acme/checkout", "GET /user")
    after = [f"{call.method} {call.path}" for call in paced.github.calls[first:]]
    after = [call for call in after if call not in once_an_hour]
    assert len(after) <= 10, "\n".join(after)


@on_sqlite
def test_a_look_is_made_anew_where_another_attempt_had_the_incident_in_between(paced: World) -> None:
    closed(paced, "## Action items\n- [ ] Mend the queue\n- [ ] Mend the log\n")
    paced.run()
    looks = paced.github.count("GET", "/sub_issues")
    with paced.database.begin() as connection:
        connection.execute(tables.work.update().values(attempt=tables.work.c.attempt + 1))
    tick_by_tick(paced, 5)
    assert paced.github.count("GET", "/sub_issues") == looks + 1
    assert once(paced, 2)


@on_sqlite
def test_older_incidents_take_their_turns_before_younger_ones(paced: World) -> None:
    for name in ("first", "second", "third"):
        closed(paced, f"## Action items\n- [ ] Mend the {name} queue\n- [ ] Watch the {name} log\n", title=name)
    with paced.database.begin() as connection:
        taken_at = paced.now()
        key = accounts.of(paced.parts, connection, "tracker", "code").key
        sends.note(connection, key, taken_at)
    tick_by_tick(paced, 16)
    assert once(paced, 6)
    bodies = [call.body for call in paced.github.calls if call.method == "POST"]
    titles = [body["title"] for body in bodies if "title" in body]
    order = [next(n for n in ("first", "second", "third") if n in title) for title in titles]
    assert order == ["first", "first", "second", "second", "third", "third"], titles


@on_sqlite
def test_a_source_and_a_tracker_that_sign_in_as_one_account_share_its_pace(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("another-token-of-the-same-account")

    def two_tokens(text: str) -> str:
        first, _, rest = at_a_second(text).partition("[trackers.code]")
        return first + "[trackers.code]" + rest.replace('token_env = "GITHUB_TOKEN"', f'token_file = "{file}"', 1)

    with story(database, tmp_path, change=two_tokens) as world:
        world.github.tokens[file.read_text()] = world.github.login
        world.time = world.now()
        closed(world, "## Action items\n- [ ] Mend the queue\n")
        tick_by_tick(world, 4)
        names = (("source", "ops"), ("tracker", "code"))
        with world.database.read() as connection:
            keys = {accounts.of(world.parts, connection, side, name).key for side, name in names}
        assert len(keys) == 1
        at = times_of_writes(world)
        assert len(at) == 2
        assert at[1] - at[0] >= 1
        assert {row.account for row in rows(world, tables.sends)} == keys
