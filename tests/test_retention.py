"""What the settings keep for so many days goes when they are over, and nothing is filed twice for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import clock
from service.followup.week import Week
from service.forget import forget
from service.retention import run
from service.store import items, retention, tables, work
from service.store.database import Database
from service.upkeep import weekly_of
from tests.hands import TICKET, deliver, filed, finish, history, item_rows, once, rows, stored, story, told
from tests.world import World

DAYS = "[retention]\ndeliveries = 30\nignored = 5\nrevisions = 10\nincidents = 40\nreports = 60\n"


@contextmanager
def kept(database: Database, folder: Path, days: str = DAYS) -> Iterator[World]:
    with story(database, folder, days) as world:
        yield world


def reported(world: World) -> None:
    """A day more than a week later, with the report of the week that ended."""
    world.later(days=8)
    weekly = weekly_of(world.parts)
    weekly.make(Week.at(world.now(), weekly.zone).previous, world.now())


def ended(world: World) -> None:
    """Every issue is closed, and a report says so."""
    assert world.jira is not None
    for issue in [one for one in world.github.issues if one.repo.full_name == "acme/checkout"]:
        world.github.close(issue)
    for key in [row.issue_label for row in item_rows(world) if row.tracker == "work"]:
        world.jira.transition(world.jira.issue(key), "Done")
    world.sync()
    reported(world)


def test_nothing_goes_before_its_days_are_over(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        ended(world)
        before = len(stored(world))
        run(world.parts)
        assert len(rows(world, tables.incidents)) == 1
        assert [row.state for row in stored(world)].count("done") <= before
        assert "done" in [row.state for row in stored(world)]


def test_days_of_zero_keep_for_ever(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path, DAYS.replace("= 30", "= 0").replace("= 5", "= 0").replace("= 40", "= 0")) as world:
        told(world)
        told(world)
        ended(world)
        finish(world)  # what our own calls lead to has come in
        before = len(stored(world))
        world.later(days=4000)
        gone = run(world.parts)
        assert (gone["deliveries"], gone["incidents"]) == (0, 0)
        assert len(stored(world)) == before
        assert len(rows(world, tables.incidents)) == 2


def test_a_delivery_that_led_to_something_stays_for_thirty_days_at_least(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path, "[retention]\ndeliveries = 1\nignored = 1\n") as world:
        told(world)
        world.later(days=29)
        run(world.parts)
        assert {row.state for row in stored(world) if row.body} == {"done"}
        assert "ignored" in {row.state for row in stored(world)}
        world.later(days=2)
        run(world.parts)
        assert [row for row in stored(world) if row.body] == []
        assert all(row.reason for row in stored(world))


def test_what_was_not_looked_at_or_met_a_fault_of_ours_stays(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        with database.begin() as connection:
            states = ("received", "failed", "done")
            for row, state in zip(stored(world), states, strict=False):
                connection.execute(
                    sa.update(tables.deliveries).where(tables.deliveries.c.id == row.id).values(state=state)
                )
        world.later(days=400)
        run(world.parts)
        assert sorted(row.state for row in stored(world)) == ["failed", "received"]


def test_earlier_revisions_go_and_the_newest_stays(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        ticket = told(world)
        for text in ("One", "Two"):
            world.github.edit(ticket, body=f"{text}.\n\n{TICKET}")
            finish(world)
        many = len(history(world))
        assert many >= 3
        world.later(days=9)
        run(world.parts)
        assert len(history(world)) == many
        world.later(days=2)
        run(world.parts)
        assert len(history(world)) == 1
        assert rows(world, tables.revisions)[0].number == rows(world, tables.postmortems)[0].revision


def test_the_latest_report_stays_however_old(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        reported(world)
        reported(world)
        world.later(days=400)
        assert run(world.parts)["reports"] >= 1
        assert len(rows(world, tables.reports)) == 1


def test_an_incident_with_an_open_item_stays_for_ever(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        told(world)
        reported(world)
        world.later(days=4000)
        assert run(world.parts)["incidents"] == 0
        assert len(item_rows(world)) == 8


def test_an_end_that_no_report_has_told_keeps_its_incident(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        told(world)
        reported(world)
        for row in item_rows(world):
            with database.begin() as connection:
                values = {"state": "done", "ended_at": world.now() - timedelta(days=1)}
                connection.execute(sa.update(tables.items).where(tables.items.c.id == row.id).values(**values))
                items.add_event(connection, row.id, row.incident_id, "state", world.now(), world.now(), "open", "done")
        world.later(days=400)
        assert run(world.parts)["incidents"] == 0
        reported(world)
        assert run(world.parts)["incidents"] == 1


def test_an_incident_goes_whole_and_its_closing_delivered_again_files_nothing(
    database: Database, tmp_path: Path
) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        key = rows(world, tables.incidents)[0].key
        closing = next(row.delivery_id for row in stored(world) if row.state == "done")
        ended(world)
        told(world)  # a later one, so that the first is not the newest
        before = filed(world)
        world.later(days=41)
        assert run(world.parts)["incidents"] == 1
        assert [row.id for row in rows(world, tables.incidents)] == [2]
        for table in (tables.items, tables.events):
            assert {row.incident_id for row in rows(world, table)} == {2}
        assert [row.incident_id for row in rows(world, tables.postmortems)] == [2]
        gone = rows(world, tables.writes, tables.writes.c.incident_id.is_(None))
        assert [row.state for row in gone if row.key.startswith("issue:")] == ["done"] * 3
        with database.read() as connection:
            said = [retention.removed(connection, "ops", one) for one in (key, "never seen")]
        assert said[0].startswith("The incident was removed on ")
        assert said[1] == ""
        world.github.redeliver(closing)
        finish(world, minutes=2)
        assert filed(world) == before
        assert once(world, 6)


def test_numbers_are_not_given_again(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        ended(world)
        world.later(days=400)
        assert run(world.parts)["incidents"] == 0  # the only one is the newest
        told(world)
        assert [row.id for row in rows(world, tables.incidents)] == [1, 2]
        assert run(world.parts)["incidents"] == 1


def test_the_clock_asks_for_it_once_a_day(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        world.later(days=400)
        clock.tick(world.parts)
        assert [row for row in stored(world) if row.body] == []
        told(world)
        many = [row.id for row in stored(world) if row.body]
        world.later(hours=1)
        clock.tick(world.parts)
        assert [row.id for row in stored(world) if row.body] == many


@pytest.mark.parametrize("state", ["received", "done"])
def test_a_later_delivery_that_names_a_forgotten_person_loses_its_body_once_it_was_looked_at(
    database: Database, tmp_path: Path, state: str
) -> None:
    with kept(database, tmp_path) as world:
        told(world)
        forget(world.parts, "Robin Quill")
        told(world, f"Robin Quill says:\n{TICKET}")
        with database.begin() as connection:
            connection.execute(sa.update(tables.deliveries).values(state=state))
        run(world.parts)
        assert any(b"Robin Quill" in row.body for row in stored(world)) is (state == "received")


def test_the_id_of_a_delivery_outlives_its_bytes_so_that_a_late_redelivery_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    with kept(database, tmp_path, DAYS + "ids = 100\n") as world:
        told(world)
        known = [(row.id, row.delivery_id, row.state, row.reason, row.incident_id) for row in stored(world)]
        world.later(days=31)
        run(world.parts)
        assert [row for row in stored(world) if row.body or row.headers] == []
        asked, calls = rows(world, tables.work), len(world.github.calls)
        for one in list(world.github.deliveries):
            assert world.github.redeliver(one.id).status == 202
        finish(world, minutes=2)
        after = [(row.id, row.delivery_id, row.state, row.reason, row.incident_id) for row in stored(world)]
        assert (after, rows(world, tables.work), len(world.github.calls)) == (known, asked, calls)
        assert once(world, 3)
        world.later(days=98)
        run(world.parts)
        assert {row.state for row in stored(world)} == {"done"}  # those of 5 days went, those of 30 did not
        world.later(days=2)
        run(world.parts)
        assert stored(world) == []
        for one in list(world.github.deliveries):
            world.github.redeliver(one.id)
        finish(world, minutes=2)
        assert once(world, 3)  # the incident is known, and so is each of its issues


def test_what_could_not_be_read_and_comes_again_brings_its_bytes_again(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path) as world:
        assert deliver(world, b"not json", name="odd").status == 202
        finish(world)
        assert [row.state for row in stored(world)] == ["quarantined"]
        world.later(days=31)
        run(world.parts)
        assert [(row.state, row.body) for row in stored(world)] == [("quarantined", b"")]
        assert deliver(world, b"not json", name="odd").status == 202
        finish(world)
        assert [(row.state, row.body) for row in stored(world)] == [("quarantined", b"not json")]


def test_the_rows_of_work_go_that_cannot_come_again_and_no_others(database: Database, tmp_path: Path) -> None:
    with kept(database, tmp_path, "[retention]\njobs = 30\n") as world:
        told(world)
        for _ in range(3):
            world.later(days=8)
            clock.tick(world.parts)
            finish(world, tasks=("incident", "sync", "report", "poll"))
        before = {(row.task, row.key) for row in rows(world, tables.work)}
        reports = sorted(key for task, key in before if task == "report")
        assert len(reports) == 3
        run(world.parts)
        assert {(row.task, row.key) for row in rows(world, tables.work)} == before
        with database.begin() as connection:
            work.ask(connection, "incident", "77", world.now())  # of an incident that is gone, and not done
            work.ask(connection, "incident", "78", world.now())
            connection.execute(sa.update(tables.work).where(tables.work.c.key == "78").values(done=1))
        world.later(days=31)
        run(world.parts)
        left = {(row.task, row.key) for row in rows(world, tables.work)}
        gone = {("report", key) for key in reports[:-1]}
        assert left == (before - gone) | {("incident", "77")}
        attempts = next(row.attempt for row in rows(world, tables.work, tables.work.c.task == "incident"))
        assert attempts >= 1
        clock.tick(world.parts)  # the reports that were made are not asked for again
        assert not gone & {(row.task, row.key) for row in rows(world, tables.work)}
