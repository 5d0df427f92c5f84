"""Start and end in the wordings of many teams, and in documents that tell neither. All of it is made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.reading_hands import read_text

FIXTURES = Path(__file__).parent / "fixtures"
BEGAN, ENDED = datetime(2025, 10, 7, 9, 12, tzinfo=UTC), datetime(2025, 10, 7, 11, 47, tzinfo=UTC)


def documents(name: str) -> list[str]:
    """The documents of a file, with a line of four signs between them."""
    return (FIXTURES / name).read_text("utf-8").split("\n%%%%\n")


@pytest.mark.parametrize("text", documents("when_told.md"))
def test_start_and_end_are_read_in_this_wording(text: str) -> None:
    read = read_text(text)
    assert (read.started_at, read.resolved_at) == (BEGAN, ENDED)


@pytest.mark.parametrize("text", documents("when_not_told.md"))
def test_no_start_and_no_end_is_made_up(text: str) -> None:
    read = read_text(text)
    assert (read.started_at, read.resolved_at) == (None, None)


@pytest.mark.parametrize(
    "row",
    [
        "node 3 is back online",
        "Sam is back from lunch",
        "Service restored for EU customers only",
        "Search is back but slow",
        "We hope that search is back up soon",
        "Database restored from snapshot",
        "Data restored",
        "Vendor says that they are back online",
        "Decided to bring it back up",
        "Resolution plan agreed",
        "Only half of the users recovered",
        "Errors stopped for a minute and came back",
        "The first host recovered at once",
        "Latency back to baseline in staging",
    ],
)
def test_a_row_of_a_part_or_a_plan_is_no_end(row: str) -> None:
    read = read_text(f"# Down 2025-10-07\n\n## Timeline (UTC)\n\n- 09:12 Outage begins\n- 11:47 {row}\n")
    assert (read.started_at, read.resolved_at) == (BEGAN, None)


def test_the_last_row_that_tells_a_whole_end_is_the_end() -> None:
    rows = "- 09:12 Outage begins\n- 11:47 Service restored\n- 12:30 Dashboards restored\n"
    assert read_text(f"# Down 2025-10-07\n\n## Timeline (UTC)\n\n{rows}").resolved_at == ENDED


@pytest.mark.parametrize(
    ("end", "days"),
    [
        ("01:47 UTC", 1),
        ("01:47 UTC (next day)", 1),
        ("01:47 UTC (+1 day)", 1),
        ("23:50 UTC", 0),
        ("23:50 UTC (next day)", 1),
        ("22:50 UTC", 0),
    ],
)
def test_an_end_without_a_day_may_be_of_the_night_after(end: str, days: int) -> None:
    read = read_text(f"# Down 2025-10-07\n\nStart: 23:12 UTC\nEnd: {end}\n")
    clock = datetime.strptime(end[:5], "%H:%M").replace(year=2025, month=10, day=7, tzinfo=UTC)
    assert read.resolved_at == clock + timedelta(days=days)


@pytest.mark.parametrize(
    ("span", "began", "ended"),
    [
        ("2025-10-07 09:12-11:47 UTC", BEGAN, ENDED),
        ("7 October 2025, 09:12-11:00 UTC", BEGAN, datetime(2025, 10, 7, 11, tzinfo=UTC)),
        ("2025-10-07T09:12-07:00", datetime(2025, 10, 7, 16, 12, tzinfo=UTC), None),
        ("2025-10-07 09:12:00-07:00", datetime(2025, 10, 7, 16, 12, tzinfo=UTC), None),
        ("2025-10-07 09:12 -05:00", datetime(2025, 10, 7, 14, 12, tzinfo=UTC), None),
    ],
)
def test_a_hyphen_leads_to_the_end_or_to_an_offset(span: str, began: datetime, ended: datetime | None) -> None:
    read = read_text(f"# Down\n\nTime of outage: {span}\n")
    assert (read.started_at, read.resolved_at) == (began, ended)


@pytest.mark.parametrize("name", ["Start (PDT)", "Start time PDT", "Impact start [PDT]"])
def test_the_zone_of_a_name_is_that_of_its_time(name: str) -> None:
    assert read_text(f"# Down 2025-10-07\n\n- {name}: 02:12\n").started_at == BEGAN


@pytest.mark.parametrize("title", ["Down on 7 October", "Down on October 7th"])
def test_a_named_day_tells_the_order_of_numbered_ones(title: str) -> None:
    for day in ("07/10/2025", "10/07/2025"):
        assert read_text(f"# {title}\n\nStart: {day}, 09:12 UTC\n").started_at == BEGAN
