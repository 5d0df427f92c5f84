"""What people write on the issues of action items is heard after a sync: obeyed, shown, or kept as a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import State, Tracked
from service.followup.nudges import needs_reason
from service.store import tables
from service.store.database import Database
from service.upkeep import look_at
from tests.hands import item_rows, made, rows, story, told
from tests.world import World

DAY = date(2026, 12, 24)

#: where nothing depends on the database
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Scene:
    """A told incident with one issue on GitHub (item 1) and one on Jira (item 2)."""

    def __init__(self, world: World) -> None:
        self.world = world
        told(world)
        self.github = made(world)[0]
        assert world.jira is not None
        self.jira = next(issue for issue in world.jira.issues if issue.key.startswith("PAY"))
        self.sync()

    def sync(self) -> None:
        self.world.later(minutes=5)
        self.world.sync()

    def says(self, text: str, who: str = "sam", *, jira: bool = False) -> Any:
        self.world.later(minutes=5)
        if jira:
            assert self.world.jira is not None
            return self.world.jira.comment(self.jira, text, by="Sam Example" if who == "sam" else who)
        return self.world.github.comment(self.github, text, author=who)

    def row(self, number: int = 1) -> Any:
        return next(row for row in item_rows(self.world) if row.number == number)

    def told_of(self, kind: str, item: int = 1) -> list[tuple[str | None, str | None, str | None]]:
        found = rows(self.world, tables.events, tables.events.c.kind == kind)
        return [(one.was, one.now, one.who) for one in found if one.item_id == self.row(item).id]


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    with story(database, tmp_path, time=datetime(2026, 11, 24, 10, tzinfo=UTC)) as world:
        yield Scene(world)


@pytest.mark.parametrize("jira", [False, True])
def test_a_snooze_of_somebody_with_a_role_holds_until_its_day(scene: Scene, jira: bool) -> None:
    scene.says("Waits for the vendor.\n\n/snooze until 24 Dec", jira=jira)
    scene.sync()
    number = 2 if jira else 1
    row = scene.row(number)
    assert (row.snoozed_until, row.snoozed_by) == (DAY, "sam")
    assert scene.told_of("snoozed", number) == [(None, "2026-12-24", "sam")]


def test_an_edit_of_a_snooze_moves_it_and_the_same_words_are_obeyed_once(scene: Scene) -> None:
    comment = scene.says("/snooze until 24 Dec")
    scene.sync()
    scene.says("Thanks.")
    scene.sync()
    scene.sync()
    assert len(scene.told_of("snoozed")) == 1
    scene.world.later(minutes=5)
    scene.world.github.edit_comment(scene.github, comment, "/snooze until 25 Dec")
    scene.sync()
    assert scene.row().snoozed_until == date(2026, 12, 25)
    scene.world.later(minutes=5)
    scene.world.github.edit_comment(scene.github, comment, "Sorry.\n\n/snooze until 25 Dec")
    scene.sync()
    assert [one[:2] for one in scene.told_of("snoozed")] == [(None, "2026-12-24"), ("2026-12-24", "2026-12-25")]


@on_sqlite
def test_a_snooze_is_taken_back_by_whoever_has_a_role(scene: Scene) -> None:
    scene.says("/snooze 2 weeks")
    scene.sync()
    assert scene.row().snoozed_until == date(2026, 12, 8)
    scene.says("/snooze off", who="alex")
    scene.sync()
    assert (scene.row().snoozed_until, scene.row().snoozed_by) == (None, None)


@on_sqlite
def test_a_stranger_is_shown_and_not_obeyed(scene: Scene) -> None:
    scene.says("/snooze until 24 Dec", who="passer-by")
    scene.says("/wontdo Boring.", who="passer-by")
    scene.sync()
    scene.sync()
    row = scene.row()
    assert row.snoozed_until is None
    assert scene.told_of("wontdo") == []
    assert [one[1:] for one in scene.told_of("unheeded")] == [("/snooze", "passer-by"), ("/wontdo", "passer-by")]
    assert row.conflicts["said"].startswith("passer-by wrote /wontdo on acme/")
    assert "state" not in row.conflicts


@on_sqlite
def test_who_is_called_like_somebody_in_the_people_map_has_no_role_by_that(scene: Scene) -> None:
    assert scene.world.jira is not None
    scene.world.jira.add_user("sam", account_id="customer-1", kind="customer")
    scene.world.later(minutes=5)
    scene.world.jira.comment(scene.jira, "/snooze until 24 Dec", by="customer-1")
    scene.sync()
    assert scene.row(2).snoozed_until is None


@on_sqlite
def test_who_is_assigned_is_obeyed_without_a_role(scene: Scene) -> None:
    scene.world.github.assign(scene.github, "riley")
    scene.world.github.unassign(scene.github, "alex")
    scene.says("/snooze until 24 Dec", who="riley")
    scene.sync()
    assert scene.row().snoozed_by == "riley"


@on_sqlite
def test_a_comment_of_our_own_is_never_obeyed(scene: Scene) -> None:
    scene.says("/snooze until 24 Dec", who=scene.world.github.login)
    tracker = scene.world.parts.trackers["code"]
    row = scene.row()
    tracker.comment(Tracked(row.issue_id, row.issue_label, row.issue_native), "b7701e94c3d5", "/snooze until 24 Dec")
    scene.sync()
    assert scene.row().snoozed_until is None
    assert scene.told_of("unheeded") == []


@on_sqlite
def test_a_snooze_that_names_no_day_says_so(scene: Scene) -> None:
    scene.says("/snooze for a while")
    scene.sync()
    assert scene.row().snoozed_until is None
    assert scene.row().conflicts["said"].endswith("was not obeyed: it names no day that can be read.")
    scene.says("/snooze until 24 Dec")
    scene.sync()
    assert scene.row().conflicts == {}


@pytest.mark.parametrize("jira", [False, True])
def test_a_wontdo_is_kept_and_becomes_the_reason_once_a_person_closes_the_issue(scene: Scene, jira: bool) -> None:
    number = 2 if jira else 1
    scene.says("/wontdo We move to a managed database", jira=jira)
    scene.sync()
    row = scene.row(number)
    assert row.state == "open"
    assert row.conflicts["state"].startswith("sam asked on ")
    assert "We move to a managed database. The issue is still open; close it there." in row.conflicts["state"]
    scene.world.later(minutes=5)
    if jira:
        assert scene.world.jira is not None
        scene.world.jira.transition(scene.jira, "Done", resolution="Won't Do")
    else:
        scene.world.github.close(scene.github, "not_planned")
    scene.sync()
    row = scene.row(number)
    assert row.state == "wont_do"
    assert "state" not in row.conflicts
    assert row.ended_reason == "We move to a managed database"


def test_a_later_comment_of_a_person_becomes_the_reason_and_a_strangers_does_not(scene: Scene) -> None:
    scene.world.later(minutes=5)
    scene.world.github.close(scene.github, "not_planned")
    scene.sync()
    row = scene.row()
    assert needs_reason(State(row.state), row.ended_reason)
    scene.says("Buy my watches.", who="passer-by")
    scene.sync()
    assert needs_reason(State(scene.row().state), scene.row().ended_reason)
    scene.says("We left\nthat vendor.")
    scene.sync()
    assert scene.row().ended_reason == "We left that vendor."
    assert not needs_reason(State.WONT_DO, scene.row().ended_reason)


@on_sqlite
def test_what_did_not_change_is_not_read_again_and_what_was_not_answered_is(scene: Scene) -> None:
    scene.world.github.reset_calls()
    scene.sync()
    assert scene.world.github.count("GET", f"/issues/{scene.github.number}/comments") == 0
    scene.says("/snooze until 24 Dec")
    scene.world.github.fault("GET", f"/issues/{scene.github.number}/comments", "status", times=9, status=503)
    scene.sync()
    assert scene.row().snoozed_until is None
    scene.world.github.clear_faults()
    scene.sync()
    assert scene.row().snoozed_until == DAY


@on_sqlite
@pytest.mark.parametrize("verify", [False, True])
def test_where_nobody_commented_there_is_nothing_to_read(scene: Scene, verify: bool) -> None:
    world = scene.world
    world.later(minutes=5)
    world.github.label(scene.github, "seen")
    world.github.reset_calls()
    look_at(world.parts, "code", verify=verify)
    assert [call.path for call in world.github.calls if call.path.endswith("/comments")] == []
    scene.says("/snooze until 24 Dec")
    world.later(minutes=5)
    look_at(world.parts, "code", verify=verify)
    assert scene.row().snoozed_until == DAY


@on_sqlite
def test_what_is_done_has_nothing_to_hear(scene: Scene) -> None:
    scene.says("/wontdo Too much work")
    scene.sync()
    assert "state" in scene.row().conflicts
    scene.world.later(minutes=5)
    scene.world.github.close(scene.github, "completed")
    scene.world.github.reset_calls()
    scene.sync()
    assert scene.row().conflicts == {}
    assert scene.world.github.count("GET", f"/issues/{scene.github.number}/comments") == 0


@on_sqlite
def test_a_secret_in_a_reason_is_taken_out(scene: Scene) -> None:
    scene.says("/wontdo The key ghp_" + "a1B2" * 9 + " is gone")
    scene.sync()
    assert "ghp_" not in str(scene.told_of("wontdo")) + str(scene.row().conflicts)
