"""What is asked for in addresses and forms: too large, too odd, refused, or simply there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from service.followup.week import Week
from service.store import migrate, pages
from service.store.database import Database
from service.store.tables import reports
from service.upkeep import freeze
from tests.world import World

TICKET = """## Impact
Slow.

## Action items
- [ ] Mend the pool (owner: @alex)
- [ ] Watch the queue
- [x] Restart it
"""
HUGE = "9" * 25


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One incident, of whose two open items one is filed and one waits; its week is reported."""
    folder: Path = tmp_path_factory.mktemp("asked")
    database = Database(f"sqlite:///{folder}/afterword.db")
    migrate.upgrade(database)
    change = "\n[filing]\nmax_items = 1\n"
    world = World(database, folder, jira=False, change=lambda text: text.replace("\n[filing]\n", change))
    world.time = datetime(2026, 11, 18, 12, tzinfo=UTC)
    with world:
        world.github.close(world.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"]))
        world.run()
        world.time = datetime(2026, 11, 23, 9, tzinfo=UTC)
        freeze(world.parts, Week(2026, 47))
        yield world
    database.close()


def ask(world: World, path: str, method: str = "GET", **data: str) -> requests.Response:
    auth = ("alex", world.service.new_token or "")
    return requests.request(method, world.url + path, auth=auth, data=data, timeout=10, allow_redirects=False)


@pytest.mark.parametrize(
    "path",
    [
        f"/postmortems/{HUGE}",
        f"/postmortems/{HUGE}.md",
        f"/postmortems/{HUGE}/edit/impact",
        f"/actions/{HUGE}",
        "/reports/weekly/9999-W52",
        "/reports/weekly/0001-W01",
        "/reports/weekly/2026-W47/items?incident=²",
        f"/reports/weekly/2026-W47/items?connection={HUGE}",
    ],
)
def test_a_number_that_nothing_can_have_is_not_found(world: World, path: str) -> None:
    assert ask(world, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/postmortems?before={HUGE}",
        f"/actions?incident={HUGE}",
        f"/actions?page={HUGE}",
        "/reports/weekly?before=%00",
        "/actions?owner=%00",
    ],
)
def test_a_filter_that_nothing_can_have_does_no_harm(world: World, path: str) -> None:
    assert ask(world, path).status_code == 200


def test_every_frozen_week_is_listed_with_figures_that_open_their_items(world: World) -> None:
    shown = ask(world, "/reports/weekly")
    assert shown.status_code == 200
    assert '<a href="/reports/weekly/2026-W47">Week 47 of 2026</a>' in shown.text
    for path, count in re.findall(r'href="(/reports/weekly/[^"]*/items\?[^"]*)">(\d+)</a>', shown.text):
        assert f"<h1>{count} action item" in ask(world, path).text
    assert "No earlier one" in ask(world, "/reports/weekly?before=2026-W47").text
    assert 'href="/reports/weekly"' in ask(world, "/").text


def test_the_frozen_page_says_its_whole_address(world: World) -> None:
    assert f"{world.settings.public_url}/reports/weekly/2026-W47</p>" in ask(world, "/reports/weekly/2026-W47").text


def test_a_refused_link_keeps_what_was_typed(world: World) -> None:
    answer = ask(world, "/actions/2/link", "POST", reference='acme/"nowhere"')
    assert answer.status_code == 404
    assert 'value="acme/&#34;nowhere&#34;"' in answer.text
    assert "No tracker here knows an issue" in answer.text


def test_what_ended_without_an_owner_asks_for_none(world: World) -> None:
    shown = ask(world, "/postmortems/1").text
    row = shown[shown.index('id="item-3"') :]
    assert "No owner" not in row[: row.index("</tr>")]


def test_a_section_as_long_as_a_ticket_can_be_is_saved(world: World) -> None:
    form = ask(world, "/postmortems/1/edit/impact").text
    base = re.search(r'name="base" value="([^"]*)"', form)
    assert base
    long = "It was slow. " * 80_000
    answer = ask(world, "/postmortems/1/edit/impact", "POST", base=base[1], by="sam", text=long)
    assert answer.status_code == 303


def test_the_markdown_ends_with_one_line_end(world: World) -> None:
    text = ask(world, "/postmortems/1.md").text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_weeks_come_the_latest_first_with_the_figures_of_their_reports(database: Database) -> None:
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    with database.begin() as connection:
        for week, opened in (("2026-W46", 3), ("2026-W47", 21)):
            snapshot = {"open": opened, "decide": 2, "overdue": 1, "ended": 0}
            connection.execute(
                reports.insert().values(
                    slot=f"weekly-{week}", week=week, as_of=at, first_seq=0, last_seq=0, snapshot=snapshot,
                    md=b"", html=b"", json=b"", csv=b"",
                )
            )  # fmt: skip
        found = pages.reported_weeks(connection, limit=5)
        assert [(row.week, row.open, row.decide) for row in found] == [("2026-W47", 21, 2), ("2026-W46", 3, 2)]
        assert [row.week for row in pages.reported_weeks(connection, limit=5, before="2026-W47")] == ["2026-W46"]
