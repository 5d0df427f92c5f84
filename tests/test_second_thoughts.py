"""What people change their minds about before anything left: a label, a closing, who may read it, a tick, a /file."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Visibility
from sandbox.http import Request
from service import pause, wiring, wording
from service.deliver import deliver
from service.store import deliveries, incidents, migrate, tables
from service.store.database import Database
from tests.conftest import new_postgresql_url
from tests.hands import (
    TICKET,
    closed,
    desk_closed,
    filed,
    finish,
    made,
    once,
    ours,
    ran_since_ever,
    rows,
    shown,
    stored,
    story,
    told,
    writes_made,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def calm(text: str) -> str:
    """Ten minutes of quiet; one label makes an incident."""
    return text.replace('quiet = "0s"', 'quiet = "10m"')


def held(world: World) -> str:
    (row,) = rows(world, tables.incidents)
    return str(row.held)


def token(world: World) -> str:
    return str(wiring.new_token(world.database))


# --- within the quiet time


@on_sqlite
def test_a_label_that_was_put_by_mistake_is_taken_away_within_the_quiet_time(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=calm) as world:
        world.time = world.now()
        ticket = closed(world)
        world.run()
        world.later(minutes=3)
        world.github.unlabel(ticket, "incident")
        world.run_for(30)
        assert writes_made(world) == 0
        assert "does not have the label incident" in held(world)
        world.github.label(ticket, "incident")
        world.run_for(30)
        assert once(world, 3), "it was put again, and is meant"


@on_sqlite
def test_a_closing_that_is_taken_back_as_not_planned_files_nothing(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=calm) as world:
        world.time = world.now()
        ticket = closed(world)
        world.run()
        world.later(minutes=3)
        world.github.reopen(ticket)
        world.github.close(ticket, "not_planned")
        world.run_for(30)
        assert writes_made(world) == 0
        assert "closed as not planned" in held(world)
        page = world.app.test_client().get("/postmortems/1", headers={"Authorization": f"Bearer {token(world)}"})
        assert "Nothing of it is filed" in page.text


@on_sqlite
def test_a_label_long_after_the_closing_begins_a_quiet_time_of_its_own(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=calm) as world:
        world.time = world.now()
        ticket = world.github.open_issue("acme/ops", "Slow", TICKET)
        world.github.close(ticket)
        world.run()
        world.later(hours=20)
        world.github.label(ticket, "incident")
        world.run()
        world.later(seconds=20)
        world.github.label(ticket, "SEV2")
        world.run()
        assert filed(world) == {}
        world.run_for(12)
        assert once(world, 3)


# --- who may read it


@on_sqlite
def test_a_ticket_that_was_locked_down_and_cannot_be_read_any_more_keeps_its_words(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=calm, fitting=False) as world:
        assert world.jira is not None
        world.time = world.now()
        world.github.set_visibility("acme/checkout", "private")
        ticket = desk_closed(world, "h2. Action items\n* Write down the planted phrase")
        world.run()
        world.later(minutes=3)
        world.jira.handle = partial(_hidden, world.jira.handle, ticket.id)  # type: ignore[method-assign]
        world.jira.change(ticket, security="Core team")
        world.run_for(25)
        (row,) = rows(world, tables.incidents)
        assert row.visibility == Visibility.RESTRICTED.value
        assert [issue.title for issue in made(world)] == ["Action item 1 of OPS-1"]
        assert "planted" not in str([(issue.title, issue.body) for issue in world.github.issues])


def _hidden(handle: Any, number: str, request: Request, *, readable: bool) -> Any:
    """As Jira answers an account that may not see the issue."""
    answer, fault = handle(request, readable=readable)
    if f"/issue/{number}" in request.path:
        answer = replace(answer, status=404, body={"errorMessages": ["Issue does not exist."], "errors": {}})
    return answer, fault


# --- items and words


@on_sqlite
def test_in_mode_propose_a_tick_that_is_taken_back_is_proposed_too(database: Database, tmp_path: Path) -> None:
    def propose(text: str) -> str:
        return text.replace("[filing]", '[filing]\nmode = "propose"')

    with story(database, tmp_path, change=propose) as world:
        ticket = told(world)
        world.github.edit(ticket, body=TICKET.replace("[x]", "[ ]"))
        finish(world)
        assert made(world) == []
        assert [one.proposed for one in shown(world)] == [True] * 4
        world.github.comment(ticket, "/file 1")
        finish(world)
        assert once(world, 1)
        comment = ticket.comments[-1]
        assert comment.body == "/file 1"
        world.github.edit_comment(ticket, comment, "/file 1,3")
        finish(world)
        assert once(world, 2), "the comment was changed, and is heard again"


@on_sqlite
def test_a_file_in_the_ticket_takes_an_incident_back_that_was_set_aside(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        world.time = world.now()
        with world.database.begin() as connection:
            pause.begin(connection, "a test", world.now())
        ticket = closed(world)
        finish(world)
        with world.database.begin() as connection:
            aside = incidents.to_set_aside(connection, world.now() - timedelta(hours=1))
            incidents.set_aside(connection, aside, wording.SET_ASIDE)
            pause.end(connection, world.settings.public_url, world.now())
        world.later(minutes=2)
        finish(world)
        assert filed(world) == {}
        world.github.comment(ticket, "/file")
        finish(world)
        assert once(world, 3)
        assert len(ours(ticket)) == 1


# --- storms


def test_a_storm_that_many_workers_hear_of_at_once_is_counted_whole(postgresql: str, tmp_path: Path) -> None:
    database = Database(new_postgresql_url(postgresql))
    migrate.upgrade(database)
    with story(database, tmp_path, change=lambda text: text.replace("[filing]", "[filing]\nmax_per_hour = 2")) as world:
        for number in range(6):
            closed(world, title=f"Incident {number}")
        world.github.settle()
        with database.read() as connection:
            keys = list(deliveries.received(connection))
        together = threading.Barrier(len(keys))

        def worker(key: str) -> None:
            together.wait(30)
            deliver(world.parts, [key])

        workers = [threading.Thread(target=worker, args=(key,)) for key in keys]
        for one in workers:
            one.start()
        for one in workers:
            one.join(60)
        with database.read() as connection:
            assert pause.standing(world.parts, connection) is not None
    database.close()


@on_sqlite
def test_closings_that_are_looked_at_again_are_no_storm(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=lambda text: text.replace("[filing]", "[filing]\nmax_per_hour = 2")) as world:
        world.time = world.now()
        for number in range(4):
            told(world, title=f"Incident {number}")
            world.later(hours=2)
        world.later(days=3)
        for row in stored(world):
            if row.incident_id:
                with world.database.begin() as connection:
                    deliveries.again(connection, row.id)
        world.run()
        with world.database.read() as connection:
            assert pause.standing(world.parts, connection) is None


# --- another Afterword


@on_sqlite
def test_a_new_empty_database_does_not_file_what_another_one_filed(database: Database, tmp_path: Path) -> None:
    """A typing error in database_url, another folder, a lost disk."""
    with story(database, tmp_path) as world:
        ticket = told(world)
        world.github.comment(ticket, "/file")
        finish(world)
        fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
        migrate.upgrade(fresh)
        world.stop()
        before, world.database = world.database, fresh
        world.start()
        ran_since_ever(world)
        world.github.edit(ticket, body=TICKET + "\nOne more word.")
        world.github.reopen(ticket)
        world.github.close(ticket)
        finish(world)
        assert once(world, 3)
        assert len(ours(ticket)) == 1
        assert "another Afterword" in held(world)
        world.later(minutes=1)
        world.github.comment(ticket, "/file")
        finish(world)
        assert sorted(filed(world).values()) == [1] * 6, "a person said so"
        world.stop()
        world.database = before
        world.start()
        fresh.close()
