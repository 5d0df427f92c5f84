"""A second issue of one action item is found by its marker, told, and left for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service import alarm_conditions, duplicates
from service.store import work
from service.store.database import Database
from tests.hands import rows, story, told
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
BOTH = "## Action items\n- [ ] Alert on queue depth\n- [ ] Give a retried payment 2 seconds in all\n"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path) as made:
        told(made, BOTH)
        yield made


def second_on_github(world: World) -> str:
    """As a frozen worker would have made it: by our account, with the same marker."""
    first = next(issue for issue in world.github.issues if issue.title.startswith("Alert on queue depth"))
    second = world.github.open_issue(
        "acme/checkout", first.title, first.body, labels=["afterword"], author=first.author
    )
    return second.ref


def at_night(world: World) -> None:
    with world.database.begin() as connection:
        duplicates.ask_for_looks(connection, world.parts, world.now())
    for tracker in world.parts.trackers:
        world.jobs.run("duplicates", tracker)


def found(world: World) -> list[str]:
    with world.database.read() as connection:
        return [one.other_label for name in world.parts.trackers for one in duplicates.kept(connection, name)]


def test_where_each_item_has_one_issue_nothing_is_found_in_one_call_for_each_place(world: World) -> None:
    world.github.reset_calls()
    at_night(world)
    assert found(world) == []
    assert world.github.count("GET", "/issues") == 2  # acme/checkout and acme/ops


def test_a_second_issue_with_the_same_marker_is_told_and_not_closed(world: World) -> None:
    other = second_on_github(world)
    at_night(world)
    assert found(world) == [other]
    assert all(issue.state == "open" for issue in world.github.issues if issue.ref.startswith("acme/checkout"))


def test_a_second_issue_is_an_alarm_until_it_is_settled(world: World) -> None:
    other = second_on_github(world)
    at_night(world)
    with world.database.read() as connection:
        alarms = alarm_conditions.found(world.parts, connection, world.now(), world.now())
    said = [text for key, text in alarms.items() if key.startswith("duplicate:")]
    assert len(said) == 1
    assert other.rpartition("#")[2] in said[0]


def test_an_issue_with_our_marker_that_a_stranger_made_is_none_of_ours(world: World) -> None:
    first = next(issue for issue in world.github.issues if issue.title.startswith("Alert on queue depth"))
    world.github.open_issue("acme/checkout", first.title, first.body, labels=["afterword"], author="mallory")
    at_night(world)
    assert found(world) == []


def test_a_second_issue_on_jira_is_found_too(world: World) -> None:
    assert world.jira is not None
    first = next(issue for issue in world.jira.issues if issue.summary.startswith("Give a retried payment"))
    second = world.jira.create_issue("PAY", first.summary, first.description, by=first.creator)
    second.properties.update(first.properties)
    at_night(world)
    assert found(world) == [second.key]


def test_the_look_is_once_a_night_however_often_it_is_asked_for(world: World) -> None:
    world.time = world.now().replace(hour=12, minute=0)
    at_night(world)
    world.github.reset_calls()
    for _ in range(3):
        at_night(world)
    assert world.github.count() == 0
    world.later(hours=10)
    at_night(world)
    assert world.github.count() == 0
    world.later(hours=6)
    at_night(world)
    assert world.github.count("GET", "/issues") == 2


def test_what_was_found_is_still_told_the_night_after_and_no_more_once_the_other_one_is_followed(world: World) -> None:
    other = second_on_github(world)
    at_night(world)
    world.later(days=3)
    at_night(world)
    assert found(world) == [other]
    second = next(issue for issue in world.github.issues if issue.ref == other)
    with world.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE writes SET url = ? WHERE key LIKE 'issue:%' AND url LIKE '%checkout%'",
            (f"https://github.com/acme/checkout/issues/{second.number}",),
        )
    assert found(world) == []


def test_a_tracker_that_does_not_answer_is_looked_at_later(world: World) -> None:
    world.time = world.now()
    world.github.fault("GET", "/issues", "status", 20, status=503)
    at_night(world)
    assert found(world) == []
    with world.database.read() as connection:
        standing = work.standing(connection, "duplicates", "code")
    assert standing is not None
    assert standing.last_error
    world.github.clear_faults()
    world.time = (standing.not_before or world.now()) + timedelta(seconds=1)
    at_night(world)
    with world.database.read() as connection:
        standing = work.standing(connection, "duplicates", "code")
    assert standing is not None
    assert standing.last_error == ""
    assert rows(world, work.work, work.work.c.task == "duplicates")
