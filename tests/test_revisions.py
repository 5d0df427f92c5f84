"""A frozen report is the same for ever, but for revisions that say what changed: a correction, a person forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from connectors.base import AfterwordError
from service import clock
from service.correcting import correct
from service.followup.week import Week
from service.forget import forget
from service.postmortem.model import ReadItem
from service.store import items, meta, report_revisions, reports
from service.store.database import Database
from service.store.reports import Frozen
from service.store.tables import incidents
from service.store.tables import items as item_rows
from service.upkeep import weekly_of
from tests.hands import story
from tests.world import World

FIRST_BOOT = datetime(2026, 11, 17, 15, 31, tzinfo=UTC)
W47 = Week(2026, 47)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """Week 47's report is made, with three open action items; it is Tuesday."""
    with database.begin() as connection:
        meta.set_once(connection, "first_boot", FIRST_BOOT.isoformat())
        connection.execute(
            incidents.insert().values(
                id=1, source="ops", key="1", ref="acme/ops#1", url="https://github.example/1", title="Checkout slow",
                visibility="internal", labels=[], services=[], opened_at=FIRST_BOOT, closed_at=FIRST_BOOT, ticket={},
                created_at=FIRST_BOOT,
            )
        )  # fmt: skip
        for text in ("Page sooner", "Test failover", "Ask Robin Quill for the runbook"):
            items.add(
                connection, 1, ReadItem(text), key=text, due=date(2026, 12, 17), due_rule="as written",
                tracker="code", place="acme/ops", owner_known=False, unclear=(), promised_at=FIRST_BOOT, now=FIRST_BOOT,
            )  # fmt: skip
    with story(database, tmp_path) as made:
        made.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        clock.tick(made.parts)
        made.run(("report",))
        made.later(days=1)
        yield made


def learn(world: World, text: str, happened: datetime, now: str = "done") -> None:
    with world.database.begin() as connection:
        said = sa.update(item_rows).where(item_rows.c.key == text).values(state=now, ended_at=happened)
        number = connection.execute(said.returning(item_rows.c.id)).scalar_one()
        items.add_event(connection, number, 1, "state", happened, world.now(), "open", now)


def report(world: World, week: Week = W47, revision: int | None = None) -> Frozen:
    with world.database.read() as connection:
        if revision is None:
            found = reports.find(connection, week.slot)
        else:
            found = report_revisions.of_number(connection, week.slot, revision)
    assert found is not None
    return found


def test_a_correction_says_what_was_learned_since_and_the_figures_stay(world: World) -> None:
    first = report(world)
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    learn(world, "Test failover", world.now())  # after the report: that is no correction of it
    said = correct(world.parts, "weekly", W47)
    assert said == (
        "Corrected on 24 Nov 2026: 1 action item that stands open here had ended before it was made "
        "(number 1 on 22 Nov). The next report counts it."
    )
    second = report(world)
    assert (first.revision, second.revision) == (1, 2)
    assert (second.snapshot.open, second.snapshot.ended) == (3, 0)
    for form in ("md", "html", "json"):
        assert said in second.forms[form].decode()
    assert report(world, revision=1) == first
    assert report(world, revision=2) == second


def test_what_was_corrected_is_counted_once_in_the_next_report(world: World) -> None:
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    correct(world.parts, "weekly", W47)
    for _ in range(2):
        world.later(days=7)
        clock.tick(world.parts)
        world.run(("report",))
    found = [report(world, Week(2026, number)).snapshot for number in (47, 48, 49)]
    assert [(one.open_before, one.ended, one.open) for one in found] == [(0, 0, 3), (3, 1, 2), (2, 0, 2)]
    assert [row.ended_at for row in found[1].ended_rows] == [datetime(2026, 11, 22, 18, 0, tzinfo=UTC)]


def test_nothing_new_makes_no_revision_and_a_week_asked_again_is_the_same(world: World) -> None:
    first = report(world)
    assert correct(world.parts, "weekly", W47) == ""
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    assert correct(world.parts, "weekly", W47, dry_run=True)
    assert report(world) == first
    assert correct(world.parts, "weekly", W47)
    second = report(world)
    assert correct(world.parts, "weekly", W47) == ""
    world.later(days=300)
    for form, stored in second.forms.items():
        assert weekly_of(world.parts).report(W47, form, world.now()) == stored
    with pytest.raises(AfterwordError, match="no report of week 2026-W40"):
        correct(world.parts, "weekly", Week(2026, 40))


def test_a_second_correction_tells_of_what_is_new_alone_and_both_are_said(world: World) -> None:
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    first = correct(world.parts, "weekly", W47)
    world.later(days=1)
    learn(world, "Test failover", datetime(2026, 11, 21, 18, 0, tzinfo=UTC), "wont_do")
    second = correct(world.parts, "weekly", W47)
    assert "number 2 on 21 Nov" in second
    assert "number 1" not in second
    assert report(world).snapshot.revised == f"{first} {second}"
    assert [one.item_id for one in report(world).snapshot.corrected] == [1, 2]
    assert report(world, revision=2).snapshot.revised == first


def test_who_is_forgotten_is_forgotten_in_earlier_revisions_too(world: World) -> None:
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    said = correct(world.parts, "weekly", W47)
    assert forget(world.parts, "Robin Quill").counts["earlier revisions of reports"] == 1
    latest = report(world)
    assert latest.revision == 3
    assert latest.snapshot.revised == f"{said} Revised on 24 Nov 2026: a person was removed."
    for one in (latest, report(world, revision=1)):
        assert "a person was removed" in one.forms["md"].decode()
        for stored in one.forms.values():
            assert b"Robin" not in stored
    with world.database.read() as connection:
        assert report_revisions.of_number(connection, W47.slot, 2) is None


def test_an_earlier_revision_goes_with_its_report(world: World) -> None:
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    correct(world.parts, "weekly", W47)
    with world.database.begin() as connection:
        reports.take_back(connection, str(W47))
        assert report_revisions.of_number(connection, W47.slot, 1) is None
        assert connection.execute(sa.text("select count(*) from report_revisions")).scalar_one() == 0


def test_an_earlier_revision_has_its_page(world: World) -> None:
    def ask(path: str) -> requests.Response:
        return requests.get(world.url + path, auth=("alex", world.service.new_token or ""), timeout=10)

    first = report(world)
    learn(world, "Page sooner", datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    correct(world.parts, "weekly", W47)
    assert ask("/reports/weekly/2026-W47.md").content == report(world).forms["md"]
    assert ask("/reports/weekly/2026-W47.md?revision=1").content == first.forms["md"]
    assert ask("/reports/weekly/2026-W47?revision=7").status_code == 404
