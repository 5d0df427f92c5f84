"""`dead-letters`: what is given up until a person looks, since when, why, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.commands.dead_letters import NONE, Letter, letters
from service.store import deliveries, tables, work, writes
from service.store.database import Database
from service.store.work import Lease
from tests.command_hands import Shop, shop
from tests.hands import deliver, finish, item_rows, rows, stored, story, told
from tests.world import World


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def listed(world: World) -> list[Letter]:
    with world.database.read() as connection:
        return list(letters(connection))


def test_a_story_that_went_well_leaves_none(world: World) -> None:
    told(world)
    assert listed(world) == []


def test_a_delivery_that_cannot_be_read_is_listed_with_its_reason_and_its_replay(world: World) -> None:
    deliver(world, b"no json", name="odd")
    finish(world)
    (letter,) = listed(world)
    row = stored(world)[0]
    assert letter.name == f"delivery {row.id} of ops, quarantined"
    assert (letter.since, letter.reason) == (row.received_at, row.reason)
    assert letter.mend == f"python -m service replay {row.id}"
    with world.database.begin() as connection:
        connection.execute(sa.update(tables.deliveries).values(body=b"", headers={}))
    (letter,) = listed(world)
    assert letter.reason.endswith("Its bytes are gone, as its days of keeping are over.")
    assert letter.mend == "python -m service build ops:REF"


def given_up(world: World, task: str, key: str, tries: int) -> None:
    """As after this many tries that each met a fault of ours."""
    with world.database.begin() as connection:
        work.ask(connection, task, key, world.now())
        wanted = connection.execute(
            sa.select(tables.work.c.wanted).where(tables.work.c.task == task, tables.work.c.key == key)
        ).scalar_one()
        held = tables.work.update().where(tables.work.c.task == task, tables.work.c.key == key)
        connection.execute(held.values(attempt=9))
        lease = Lease(task, key, 9, wanted, tries - 1)
        work.put_back(connection, lease, world.now() + timedelta(seconds=2**tries), error="A fault.", waits=True)


def test_work_that_failed_too_often_is_listed_with_the_time_of_its_last_try(world: World) -> None:
    told(world)
    world.time = world.now()
    for task, key in (("incident", "1"), ("report", "weekly-2026-W47"), ("sync", "code"), ("poll", "ops")):
        given_up(world, task, key, 10)
    found = {letter.name: letter for letter in listed(world)}
    assert {name: letter.mend for name, letter in found.items()} == {
        "incident ops:acme/ops#1, 10 failed tries": "python -m service build ops:acme/ops#1",
        "poll ops, 10 failed tries": f"python -m service build ops --since {world.time:%Y-%m-%d}",
        "report weekly-2026-W47, 10 failed tries": "python -m service report --week 2026-W47",
        "sync code, 10 failed tries": "python -m service sync",
    }
    assert {letter.since for letter in found.values()} == {world.time}
    assert {letter.reason for letter in found.values()} == {"A fault."}


def test_writes_that_wait_or_were_refused_are_listed_and_what_was_proposed_is_not(world: World) -> None:
    told(world)
    first, second, third = (row for row in item_rows(world) if row.issue_id)
    sent = "send:weekly-2026-W47:0123456789abcdef"
    with world.database.begin() as connection:
        writes.plan(connection, sent, None, state="failed", reason="The address refused it.")
        for key, state, reason in (
            (f"issue:{first.key}", "waiting", "Its answer was lost."),
            (f"issue:{second.key}", "failed", "The project wants a component."),
            (f"issue:{third.key}", "proposed", "A person is asked."),
            ("comment:1", "failed", "The ticket is locked."),
        ):
            chosen = tables.writes.update().where(tables.writes.c.key == key)
            connection.execute(chosen.values(state=state, reason=reason))
    assert {letter.name: (letter.reason, letter.mend) for letter in listed(world)} == {
        f"action item {first.id} of acme/ops#1, waits": (
            "Its answer was lost.",
            f"python -m service actions retry {first.id}",
        ),
        f"action item {second.id} of acme/ops#1, refused": (
            "The project wants a component.",
            f"python -m service actions retry {second.id}",
        ),
        "comment on acme/ops#1, refused": ("The ticket is locked.", "python -m service build ops:acme/ops#1"),
        "report weekly-2026-W47 to one address, refused": (
            "The address refused it.",
            "python -m service report --week 2026-W47 --resend",
        ),
    }


def test_a_reminder_that_was_refused_and_a_digest_that_may_be_lost_say_what_to_look_at(world: World) -> None:
    ticket = told(world)
    key = rows(world, tables.items)[0].key
    with world.database.begin() as connection:
        writes.plan(connection, f"nudge:{key}:1", rows(world, tables.incidents)[0].id)
        writes.plan(connection, "send:digest-2026-W48:0123456789ab", None)
        connection.execute(
            sa.update(tables.writes).where(tables.writes.c.key.startswith("nudge")).values(state="failed")
        )
        connection.execute(
            sa.update(tables.writes).where(tables.writes.c.key.startswith("send")).values(state="waiting")
        )
    reminder, digest = sorted(listed(world), key=lambda letter: letter.name, reverse=True)
    assert reminder.name == f"reminder on an issue of acme/ops#{ticket.number}, refused"
    assert digest.name == "digest-2026-W48 to one address, waits"
    assert "nudge --dry-run" in reminder.mend
    assert "nudge --dry-run" in digest.mend


def test_the_command_exits_with_1_when_there_is_one_and_with_0_and_one_sentence_when_there_is_none(here: Shop) -> None:
    here.run("migrate")
    ran = here.run("dead-letters")
    assert (ran.code, ran.out, ran.err) == (0, f"{NONE}\n", "")
    with here.database() as database, database.begin() as connection:
        row = {"source": "ops", "delivery_id": "d1", "headers": {}, "body": b"{", "state": "quarantined"}
        at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
        deliveries.add_all(connection, [{**row, "received_at": at, "reason": "It is no JSON."}])
    ran = here.run("dead-letters")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        f"delivery 1 of ops, quarantined  (since {at:%Y-%m-%d %H:%M} UTC)",
        "  It is no JSON.",
        "  python -m service replay 1",
    ]
    assert ran.err == "1 dead letter. Mend the cause first; nothing is doubled by asking again.\n"
