"""Nothing happens by surprise: the past, a storm, the quiet time, the switch, a copied database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.http import Request
from service import pause, places, wording
from service.store import incidents, tables
from service.store.database import Database
from tests.hands import (
    TICKET,
    closed,
    desk_closed,
    document,
    filed,
    finish,
    incident,
    ledger,
    made,
    once,
    ours,
    rows,
    shown,
    stored,
    story,
    told,
    writes_made,
)
from tests.world import World


def paused(world: World) -> pause.Pause | None:
    with world.database.read() as connection:
        return pause.standing(world.parts, connection)


def resume(world: World) -> None:
    with world.database.begin() as connection:
        pause.end(connection, world.settings.public_url, world.now())
    world.later(minutes=2)
    finish(world)


# --- the past


def test_first_boot_on_a_tracker_with_three_hundred_closed_incidents_files_nothing(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, fitting=False) as world:
        now = datetime.now(UTC)
        world.github.clock = lambda: now - timedelta(days=30)
        for number in range(300):
            world.github.close(incident(world, title=f"Old incident {number}"))
        world.github.clock = world.now
        world.github.settle()
        finish(world)
        assert len(stored(world)) >= 300
        assert {row.state for row in stored(world)} == {"ignored"}
        assert rows(world, tables.incidents) == []
        assert writes_made(world) == 0
        reason = next(row.reason for row in stored(world) if "closed on" in row.reason)
        assert "before Afterword was first started here" in reason
        assert "python -m service build ops:acme/ops#" in reason
        assert paused(world) is None


def test_what_closed_before_the_first_boot_and_closes_again_later_has_its_story(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        now = world.now()
        world.github.clock = lambda: now - timedelta(days=30)
        ticket = closed(world)
        world.github.clock = world.now
        finish(world)
        assert rows(world, tables.incidents) == []
        world.github.reopen(ticket)
        world.github.close(ticket)
        finish(world)
        assert once(world, 3)


# --- a storm


def test_fifty_closures_in_an_hour_pause_and_ask(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=lambda text: text.replace('quiet = "0s"', 'quiet = "10m"')) as world:
        world.time = world.now()
        tickets = [closed(world, title=f"Incident {number}") for number in range(50)]
        world.run()
        standing = paused(world)
        assert standing is not None
        assert "11 incidents closed within an hour, more than the 10" in standing.why
        world.run_for(20)
        assert writes_made(world) == 0
        assert all(not ours(ticket) for ticket in tickets)
        assert len(rows(world, tables.incidents)) == 50, "receiving goes on"
        assert len(rows(world, tables.postmortems)) == 50, "documents are written"


def test_after_a_storm_a_person_lets_everything_go_on_and_it_does_not_pause_again(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path, change=lambda text: text.replace("[filing]", "[filing]\nmax_per_hour = 2")) as world:
        world.time = world.now()
        for number in range(4):
            closed(world, title=f"Incident {number}")
        finish(world)
        first = len(filed(world))
        assert paused(world) is not None
        assert first < 12
        resume(world)
        assert paused(world) is None
        assert once(world, 12)


def test_an_incident_that_was_set_aside_has_its_document_and_nothing_else_until_it_is_built(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        world.time = world.now()
        with world.database.begin() as connection:
            pause.begin(connection, "a test", world.now())
        ticket = closed(world)
        finish(world)
        with world.database.begin() as connection:
            aside = incidents.to_set_aside(connection, world.now() - timedelta(hours=1))
            incidents.set_aside(connection, aside, wording.SET_ASIDE)
        assert aside == [1]
        resume(world)
        world.github.comment(ticket, "One more word.")
        finish(world)
        assert writes_made(world) == 0
        assert document(world).title == "Checkout slow after failover"


def test_closings_that_a_person_asked_for_are_no_storm(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        told(world)
        with world.database.begin() as connection:
            assert incidents.heard_since(connection, world.now() - timedelta(hours=1)) == 1
            connection.execute(tables.incidents.update().values(heard_at=None))
            assert incidents.heard_since(connection, world.now() - timedelta(hours=1)) == 0


# --- the quiet time


def test_what_wakes_an_incident_within_its_quiet_time_files_nothing(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=lambda text: text.replace('quiet = "0s"', 'quiet = "10m"')) as world:
        world.time = world.now()
        closed(world)
        finish(world)
        world.restart()
        world.later(minutes=1)
        world.sync()
        finish(world)
        assert writes_made(world) == 0
        world.run_for(12)
        assert once(world, 3)


# --- the switch


def test_while_the_file_is_there_nothing_leaves_and_receiving_goes_on(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "PAUSE"
    change = f'pause_file = "{file}"\npublic_url'
    with story(database, tmp_path, change=lambda text: text.replace("public_url", change, 1)) as world:
        world.time = world.now()
        file.touch()
        closed(world)
        desk_closed(world, "h2. Action items\n* Write it down")
        finish(world)
        assert writes_made(world) == 0
        assert len(rows(world, tables.postmortems)) == 2
        file.unlink()
        world.later(minutes=2)
        finish(world)
        assert once(world, 4)


def test_the_switch_is_looked_at_before_every_single_write(database: Database, tmp_path: Path) -> None:
    """Set while the second of three issues is being made: that one is recorded, and nothing follows."""
    with story(database, tmp_path) as world:
        world.time = world.now()
        closed(world)
        posts = iter(range(100))

        def stop_at_the_second() -> None:
            if next(posts) == 1:
                with world.database.begin() as connection:
                    pause.begin(connection, "now", world.now())

        watched(world, stop_at_the_second)
        finish(world)
        assert sum(filed(world).values()) == 2
        assert [write.state for key, write in sorted(ledger(world).items()) if "issue" in key].count("done") == 2
        assert not any(ours(ticket) for ticket in world.github.issues)
        resume(world)
        assert once(world, 3)


def watched(world: World, look: Callable[[], None]) -> None:
    """Calls `look` when a tracker has made an issue, before anybody knows of its answer."""
    for sandbox in (world.github, world.jira):
        assert sandbox is not None
        sandbox.handle = partial(_looked_at, sandbox.handle, look)  # type: ignore[method-assign]


def _looked_at(handle: Callable[..., Any], look: Callable[[], None], request: Request, *, readable: bool) -> Any:
    given = handle(request, readable=readable)
    if request.method == "POST" and request.path.endswith(("/issues", "/issue")):
        look()
    return given


# --- a copied database


def test_a_database_copied_to_another_address_starts_paused_and_says_why(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        told(world)
        assert paused(world) is None
        world.change = lambda text: text.replace('public_url = "http://127.0.0.1"', 'public_url = "http://localhost"')
        world.restart()
        standing = paused(world)
        assert standing is not None
        assert "at work for http://127.0.0.1, and public_url is now http://localhost" in standing.why
        before = writes_made(world)
        closed(world)
        finish(world)
        assert writes_made(world) == before
        resume(world)
        world.restart()
        assert paused(world) is None, "a person said that it moved"


def test_an_address_that_is_set_before_anything_left_is_no_copy(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        world.change = lambda text: text.replace('public_url = "http://127.0.0.1"', 'public_url = "http://localhost"')
        world.restart()
        assert paused(world) is None


def test_the_reason_of_a_pause_is_kept_with_its_time(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world, world.database.begin() as connection:
        now = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert pause.begin(connection, "first", now)
        assert not pause.begin(connection, "second", now + timedelta(hours=1))
        assert pause.standing(world.parts, connection) == pause.Pause("first", now)
        kept = connection.execute(tables.meta.select().where(tables.meta.c.name == "paused")).one()
        assert json.loads(kept.value)["why"] == "first"


# --- a place that becomes public


def test_a_private_repository_made_public_pauses_its_routes_until_a_person_says_resume(
    database: Database, tmp_path: Path
) -> None:
    with story(database, tmp_path) as world:
        world.time = world.now()
        for name in ("acme/ops", "acme/checkout"):
            world.github.set_visibility(name, "private")
        told(world)
        assert once(world, 3)
        world.github.set_visibility("acme/checkout", "public")
        world.restart()  # who can read a repository is kept for an hour
        told(world, TICKET.replace("pooled", "idle"))
        held = [one for one in shown(world) if one.incident_id == 2 and not one.issue_label and not one.ended]
        assert len(held) == 2
        assert all("acme/checkout became public on" in one.reason for one in held)
        with world.database.begin() as connection:
            assert places.accept(connection) == 1
        world.later(hours=2)
        finish(world)
        late = [issue.title.replace("\u200b", "") for issue in made(world)][-2:]
        assert late == ["Action item 1 of acme/ops#2", "Action item 3 of acme/ops#2"]
