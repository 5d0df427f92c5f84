"""Every call to GitHub and Jira is counted once, by what was answered, and told in the figures of the web process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.counted import outcome
from service import wiring
from service.app import create_app
from service.receive import Inbox
from service.store import calls
from service.store.database import Database, StoreUnavailable
from tests.hands import closed, finish, story, told
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, fitting=False) as made:
        yield made


def asked(world: World) -> Counter[str]:
    """By the logs of the stand-ins: requests of each outcome. What reads by a POST is known by its path."""
    assert world.jira is not None
    return Counter(
        outcome(call.status, {}, write=call.method != "GET" and "graphql" not in call.path)
        for sandbox in (world.github, world.jira)
        for call in sandbox.calls
    )


def counted(world: World) -> Counter[str]:
    world.parts.calls.keep(world.database)
    found: Counter[str] = Counter()
    with world.database.read() as connection:
        for (_, word), number in calls.totals(connection).items():
            found[word] += number
    return found


def forget(world: World) -> None:
    """What the test itself asked of the stand-ins, and what was counted before."""
    assert world.jira is not None
    world.github.reset_calls()
    world.jira.reset_calls()


def test_the_counts_of_a_story_are_those_of_the_stand_ins_own_logs(world: World) -> None:
    told(world)
    world.sync()
    assert counted(world) == asked(world)
    assert counted(world)["ok"] > 10
    with world.database.read() as connection:
        assert {name for name, _ in calls.totals(connection)} == {"ops", "code", "work"}


@on_sqlite
def test_refusals_and_lost_answers_are_counted_for_what_they_are(world: World) -> None:
    closed(world)
    for status, headers in ((503, {}), (403, {}), (429, {"Retry-After": "1"}), (404, {})):
        world.github.fault("GET", "/repos/acme/ops/issues/", "status", 1, status=status, headers=headers)
    world.github.fault("POST", "/repos/acme/checkout/issues", "status", 1, status=502)
    finish(world, minutes=70)
    found = counted(world)
    assert found == asked(world)
    assert (found["unavailable"], found["limited"], found["unknown"]) == (1, 1, 1)
    assert found["denied"] >= 1


@on_sqlite
def test_a_write_that_was_cut_off_is_unknown_and_a_read_that_was_is_tried_again_and_counted_each_time(
    world: World,
) -> None:
    closed(world)
    world.github.fault("GET", "/repos/acme/ops/issues/", "reset_before", 2)
    world.github.fault("POST", "/repos/acme/checkout/issues", "lose_answer", 1)
    finish(world, minutes=10)
    found = counted(world)
    assert (found["unavailable"], found["unknown"]) == (2, 1)
    assert world.jira is not None
    assert sum(found.values()) == len(world.github.calls) + len(world.jira.calls)


@on_sqlite
def test_a_tracker_that_does_not_listen_counts_as_unavailable(world: World) -> None:
    closed(world)
    world.run(())
    world.github.stop()
    try:
        world.run()
        assert counted(world)["unavailable"] == 3  # a read is tried three times
    finally:
        world.github.start()


def test_the_calls_of_a_worker_show_in_the_figures_of_the_web_process(world: World) -> None:
    beside = wiring.assemble(world.settings, database=world.database, engine=wiring.Idle(), now=world.now)
    inbox = Inbox(world.database)
    web = create_app(beside, inbox).test_client()
    headers = {"Authorization": f"Bearer {world.service.new_token}"}
    try:
        before = web.get("/metrics", headers=headers).text
        assert 'afterword_tracker_calls_total{connection="code",outcome="unknown"} 0.0' in before
        told(world)
        world.jobs.scan()  # as a worker does every few seconds
        text = web.get("/metrics", headers=headers).text
    finally:
        inbox.close()
    numbers = re.findall(r'^afterword_tracker_calls_total\{connection="\w+",outcome="\w+"\} (\S+)$', text, re.MULTILINE)
    assert sum(map(float, numbers)) == sum(asked(world).values())
    assert "_created" not in text


@on_sqlite
def test_what_could_not_be_stored_stays_counted(world: World) -> None:
    told(world)
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    with pytest.raises(StoreUnavailable):
        world.parts.calls.keep(away)
    away.close()
    assert counted(world) == asked(world)
    assert counted(world) == asked(world)  # and once


@pytest.mark.parametrize(
    ("status", "headers", "read", "write"),
    [
        (200, {}, "ok", "ok"),
        (302, {}, "ok", "unknown"),
        (401, {}, "denied", "denied"),
        (403, {}, "denied", "denied"),
        (403, {"x-ratelimit-remaining": "0"}, "limited", "limited"),
        (403, {"retry-after": "5"}, "limited", "limited"),
        (408, {}, "unavailable", "unknown"),
        (410, {}, "missing", "missing"),
        (422, {}, "refused", "refused"),
        (429, {}, "limited", "limited"),
        (500, {}, "unavailable", "unknown"),
    ],
)
def test_an_answer_counts_as(status: int, headers: dict[str, str], read: str, write: str) -> None:
    assert (outcome(status, headers, write=False), outcome(status, headers, write=True)) == (read, write)
