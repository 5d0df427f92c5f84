"""After outages, lost answers, restores and late truths: every item still ends with exactly one issue."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.github_world import Issue
from service.store import tables
from service.store.database import Database
from tests import processes
from tests.hands import (
    OPEN,
    TICKET,
    closed,
    filed,
    finish,
    incident,
    item_rows,
    ledger,
    made,
    once,
    ours,
    posts,
    rows,
    states,
    story,
    told,
)
from tests.processes import Process, eventually, free_port
from tests.world import SECRET, World, environ

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ONE = "## Action items\n- [ ] Alert on queue depth\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


def in_lists_only(text: str) -> str:
    """Issues on GitHub are found by the listing of their repository alone."""
    return text.replace('["acme/checkout", "acme/ops"]', '["acme/checkout", "acme/ops"]\nsub_issues = false')


# --- an answer is lost


def test_after_an_outage_the_looks_keep_their_distance(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=in_lists_only) as world:
        world.time = world.now()
        world.github.list_lag = timedelta(minutes=22)  # the listing catches up two minutes after the outage
        closed(world, ONE)
        world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer")
        world.run()
        down = world.github.fault("GET", ".*", "status", 10_000, status=503)
        for _ in range(2):
            world.later(minutes=10)
            world.run()
        assert down.hits > 0
        world.github.clear_faults()
        finish(world, minutes=10)
        assert once(world, 1)
        assert posts(world.github, "/acme/checkout/issues") == 1
        assert states(world) == [OPEN]


def test_the_looks_for_a_comment_keep_their_distance_after_an_outage(world: World) -> None:
    world.time = world.now()
    closed(world, ONE)
    world.github.fault("POST", r"/issues/1/comments$", "reset_before")
    world.run()
    world.github.fault("GET", r"/comments$", "status", 10_000, status=503)
    for _ in range(2):
        world.later(minutes=10)
        world.run()
    world.github.clear_faults()
    before = posts(world.github, "/comments")
    finish(world, minutes=4)
    assert posts(world.github, "/comments") == before  # looked for at once, after 1 and 5 minutes, and not faster
    finish(world, minutes=4)
    assert posts(world.github, "/comments") == before + 1


@pytest.mark.parametrize("body", [TICKET.replace("- [ ] Alert", "- [x] Alert"), TICKET.replace("- [ ] Alert", "- Not")])
def test_what_was_sent_is_followed_to_its_end_though_the_text_moved_on(
    database: Database, tmp_path: Path, body: str
) -> None:
    with story(database, tmp_path, change=in_lists_only) as world:
        ticket = incident(world)
        world.github.fault("POST", r"/acme/checkout/issues$", "lose_answer", 2)
        world.github.list_lag = timedelta(minutes=3)
        world.github.close(ticket)
        finish(world)
        assert [write.state for write in ledger(world).values()].count("unknown") == 2
        world.github.edit(ticket, body=body)  # ticked, or gone from the text, while nobody knows
        finish(world, minutes=8)
        assert once(world, 3)
        assert posts(world.github, "/acme/checkout/issues") == 2
        assert item_rows(world)[2].issue_label == "acme/checkout#2"


def test_an_item_that_was_refused_and_is_gone_from_the_text_is_not_filed(world: World) -> None:
    ticket = incident(world)
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 2, status=422)
    world.github.close(ticket)
    finish(world)
    assert once(world, 1)
    world.github.edit(ticket, body=TICKET.replace("- [ ] Alert on queue depth\n", ""))
    finish(world)
    world.later(hours=2)
    finish(world)
    assert once(world, 2)
    assert [row.in_text for row in item_rows(world) if row.issue_id is None] == [False, True]  # and one that was done


def test_what_was_never_sent_does_not_count_towards_the_most_posts(world: World) -> None:
    """Limits and refused connections are no reason to ask a person."""
    closed(world, ONE)
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 5, status=429, headers={"Retry-After": "30"})
    world.github.fault("POST", r"/acme/checkout/issues$", "reset_before")
    finish(world, minutes=16)
    assert states(world) == [OPEN]
    assert once(world, 1)
    assert posts(world.github, "/acme/checkout/issues") == 7


def test_a_silent_tracker_costs_one_failing_call_in_each_run_and_not_one_for_each_item(world: World) -> None:
    assert world.jira is not None
    world.time = world.now()
    body = "## Action items\n" + "".join(f"- [ ] Payment check number {n} of the ledger\n" for n in range(6))
    body += "- [ ] Alert on queue depth\n"
    silent = world.jira.fault(None, ".*", "status", 10_000, status=503)
    closed(world, body)
    world.run()
    assert once(world, 1)  # the other tracker's
    assert 1 <= silent.hits <= 3  # one call; what only reads is tried again within it
    world.jira.clear_faults()
    world.later(minutes=1)
    refusing = world.jira.fault("POST", r"/issue$", "status", 10_000, status=429, headers={"Retry-After": "60"})
    world.run()
    assert refusing.hits == 1
    world.jira.clear_faults()
    finish(world, minutes=2)
    assert once(world, 7)


# --- the source tells the truth late


def lags(world: World, ticket: Issue, times: int = 10_000) -> None:
    """The API goes on to say what it says now, whatever the webhooks say."""
    body = world.github.answers.issue(ticket)
    world.github.fault("GET", r"/issues/1$", "status", times, status=200, body=body)


def test_a_closing_is_not_lost_though_the_api_lags_behind_its_webhook(world: World) -> None:
    ticket = incident(world)
    lags(world, ticket, times=3)
    world.github.close(ticket)
    finish(world)
    assert filed(world) == {}
    finish(world, minutes=4)
    assert once(world, 3)
    assert len(ours(ticket)) == 1


def test_the_second_closing_is_not_lost_though_the_api_lags_and_nobody_told_of_the_reopening(world: World) -> None:
    ticket = told(world)
    world.later(hours=1)
    world.github.webhooks.loses = lambda post: True
    world.github.reopen(ticket)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover each quarter\n")
    world.github.webhooks.loses = lambda post: False
    lags(world, ticket, times=3)
    world.github.close(ticket)
    finish(world, minutes=4)
    assert once(world, 4)
    assert len(ours(ticket)) == 1


def test_a_ticket_that_is_really_open_again_is_believed_after_five_minutes(world: World) -> None:
    ticket = closed(world)
    world.github.webhooks.loses = lambda post: True
    world.github.reopen(ticket)
    for _ in range(6):
        finish(world, minutes=1)
    assert filed(world) == {}
    (row,) = rows(world, tables.work, tables.work.c.task == "incident")
    assert row.done == row.wanted
    assert rows(world, tables.incidents)[0].closed_at is None


# --- the database is not what it was


def copied(world: World, frm: Path, to: Path) -> None:
    """The file of the database, at rest."""
    world.stop()
    world.database.close()
    for more in ("-wal", "-shm"):
        to.with_name(to.name + more).unlink(missing_ok=True)
    shutil.copy(frm, to)
    world.start()


@pytest.mark.parametrize("when", ["before anything was filed", "between two items"])
def test_a_database_restored_to_a_copy_files_nothing_twice(world: World, tmp_path: Path, when: str) -> None:
    assert world.jira is not None
    path = world.database.path
    assert path is not None
    if when == "between two items":
        world.github.fault("POST", r"/acme/checkout/issues$", "hang", seconds=0)  # the first one is answered
    world.github.fault("POST", r"/acme/checkout/issues$", "status", 1, status=429, headers={"Retry-After": "60"})
    world.jira.fault("POST", r"/issue$", "status", 1, status=429, headers={"Retry-After": "60"})
    ticket = closed(world)
    finish(world)
    assert once(world, 1 if when == "between two items" else 0)
    copied(world, path, tmp_path / "copy.db")
    finish(world, minutes=2)
    assert once(world, 3)
    copied(world, tmp_path / "copy.db", path)
    assert [row.issue_id is not None for row in item_rows(world)].count(True) == (when == "between two items")
    world.later(hours=3)
    finish(world)
    assert once(world, 3)
    assert (len(ours(ticket)), len(made(world)), len(world.jira.issues)) == (1, 2, 1)
    assert [row.issue_id is not None for row in item_rows(world)] == [True, True, True, False]


# --- the process ends


def test_a_stop_during_a_slow_call_ends_well_and_the_next_start_finishes_the_story(
    world: World, tmp_path: Path
) -> None:
    world.stop()
    port = free_port()
    settings = tmp_path / "process.toml"
    settings.write_text(
        f'listen = "127.0.0.1:{port}"\ndatabase_url = "{world.database.url}"\n'
        + (tmp_path / "afterword.toml").read_text()
        + "[jobs]\nscan_seconds = 1\n"
    )
    log = tmp_path / "log"
    slow = world.github.fault("POST", r"/acme/checkout/issues$", "hang", seconds=2)
    world.github.add_webhook(f"http://127.0.0.1:{port}/webhooks/ops", SECRET)
    first = Process("all", settings, environ(), log)
    try:
        first.wait_for(port)
        ticket = closed(world)
        eventually(lambda: slow.hits == 1, "the slow call is made", 20, log)
        began = time.monotonic()
    finally:
        assert first.stop() == 0
    assert time.monotonic() - began < 15
    assert "sending" not in [write.state for write in ledger(world).values()]  # what had begun was finished
    again = Process("all", settings, environ(), log)
    try:
        again.wait_for(port)
        eventually(lambda: processes.told(world.database), "the story is told", 30, log)
    finally:
        assert again.stop() == 0
    assert once(world, 3)
    assert len(ours(ticket)) == 1
    assert posts(world.github, "/acme/checkout/issues") == 2
    world.start()


# --- the comment


def test_a_passing_404_does_not_end_the_comment(world: World) -> None:
    ticket = told(world)
    world.github.fault("PATCH", r"/issues/comments/", "status", 1, status=404)
    world.github.edit(ticket, body=TICKET + "- [ ] Rehearse a failover each quarter\n")
    finish(world, minutes=2)
    (comment,) = ours(ticket)
    assert "Rehearse a failover" in comment
    assert {write.state for write in ledger(world).values()} == {"done"}


def test_a_comment_that_a_person_deleted_stays_deleted(world: World) -> None:
    ticket = told(world)
    ticket.comments.clear()
    for more in ("Rehearse a failover each quarter", "Ask the vendor for a larger pool"):
        world.github.edit(ticket, body=f"{TICKET}- [ ] {more}\n")
        finish(world, minutes=2)
    assert once(world, 5)
    assert ours(ticket) == []
