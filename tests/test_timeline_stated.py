"""Start and end in the many forms in which teams state them: every document of the fixture
tells 21:01 and 23:09 UTC on 3 March 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.reading_hands import read_text

BEGAN, ENDED = datetime(2026, 3, 3, 21, 1, tzinfo=UTC), datetime(2026, 3, 3, 23, 9, tzinfo=UTC)

#: fictional, with a line of four signs between them
DOCUMENTS = (Path(__file__).parent / "fixtures" / "stated_times.md").read_text("utf-8").split("\n%%%%\n")


@pytest.mark.parametrize("text", DOCUMENTS)
def test_start_and_end_are_read_however_they_are_stated(text: str) -> None:
    read = read_text(text, today=date(2026, 5, 1))
    assert (read.started_at, read.resolved_at) == (BEGAN, ENDED)


@pytest.mark.parametrize(
    ("text", "began"),
    [
        ("# Down 5-26-26\n\nStarted: 04:52 PM UTC\n", datetime(2026, 5, 26, 16, 52, tzinfo=UTC)),
        ("# Down 5/26/26\n\nStarted: 04:52 PM UTC\n", datetime(2026, 5, 26, 16, 52, tzinfo=UTC)),
        ("# Down\n\nStarted: 06-11-2026 09:00 UTC\n\nClosed on 28-11-2026.\n", datetime(2026, 11, 6, 9, tzinfo=UTC)),
        ("# Down\n\nStarted: 06-11-2026 09:00 UTC\n\nClosed on 11-28-2026.\n", datetime(2026, 6, 11, 9, tzinfo=UTC)),
        ("# Down\n\nStarted: 06-11-2026 09:00 UTC\n", None),
        ("# Down\n\nStarted: 12-26-1 09:00 UTC\n", None),
        ("# Down\n\nDowntime: 2 h, 21:01, 22:00 and 23:09 UTC\n", None),
        ("# Down 2026-03-03\n\nDuration: 2h (paged at 21:01 UTC, a second page at 21:09 UTC)\n", None),
        ("---\ntitle: 2026-01-12 Down\n---\n\nAt 03:01 UTC on Monday 12th January we experienced a short outage.\n",
         datetime(2026, 1, 12, 3, 1, tzinfo=UTC)),
        ("# Down\n\nOn 28th February it went down at 15:30 UTC.\n\nBy Q2 2026 there will be a second one.\n",
         datetime(2026, 2, 28, 15, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_day_is_read_where_the_text_tells_its_order_and_year(text: str, began: datetime | None) -> None:
    assert read_text(text).started_at == began


def test_a_day_of_which_nobody_knows_the_month_is_in_doubt() -> None:
    assert any("06-11-2026" in doubt for doubt in read_text("# Down\n\nStarted: 06-11-2026 09:00 UTC\n").doubts)


def test_the_zone_beside_the_start_is_that_of_the_times_without_one() -> None:
    text = "**Started:** 17 November 2026, 14:05 PST\n**Resolved:** 17:10\n\n## Timeline\n- 14:05 a\n- 17:10 b\n"
    read = read_text(text, zone="Europe/Berlin")
    assert read.resolved_at == datetime(2026, 11, 18, 1, 10, tzinfo=UTC)
    assert [row.at for row in read.timeline] == [read.started_at, read.resolved_at]
    assert read.doubts == ()


def test_two_zones_beside_the_fields_are_no_zone_of_the_others() -> None:
    text = "# Down 2026-11-17\n\n**Started:** 14:05 CET\n**Detected:** 13:10 UTC\n**Resolved:** 17:10\n"
    assert read_text(text, zone="UTC").resolved_at == datetime(2026, 11, 17, 17, 10, tzinfo=UTC)


def test_a_row_without_a_zone_has_that_of_the_row_above_unless_the_text_states_one() -> None:
    rows = "- 14:05 CET It went down\n- 15:10 Service restored\n"
    ended = datetime(2026, 11, 17, 14, 10, tzinfo=UTC)
    assert read_text(f"# Down 2026-11-17\n\n## Timeline\n\n{rows}").resolved_at == ended
    stated = f"# Down 2026-11-17\n\n## Timeline\n\nAll times in UTC unless said\n\n{rows}"
    assert read_text(stated).resolved_at == datetime(2026, 11, 17, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("heads", "cells", "at"),
    [
        ("Local | UTC", "22:01 | 21:01", BEGAN),
        ("Time (PST) | Time (UTC)", "13:01 | 21:01", BEGAN),
        ("NZST | UTC", "2026-03-04 09:01 | —", BEGAN),
        ("Date | Time | Time UTC", "2026-03-03 | 22:01 | 21:01", BEGAN),
    ],
)
def test_of_columns_that_tell_one_time_in_two_zones_one_is_read(heads: str, cells: str, at: datetime) -> None:
    lines = "---|" * (heads.count("|") + 2)
    table = f"# Down 2026-03-03\n\n## Timeline\n\n| {heads} | What |\n|{lines}\n| {cells} | Outage begins |\n"
    assert [(row.at, row.text) for row in read_text(table).timeline] == [(at, "Outage begins")]


def test_a_day_and_month_beside_a_clock_time_are_read_in_the_order_that_is_near() -> None:
    def began(rows: str, title: str = "# Down 2026-07-01") -> datetime | None:
        return read_text(f"{title}\n\n## Timeline (UTC)\n\n{rows}").started_at

    assert began("- 01/07 14:05 Outage begins\n") == datetime(2026, 7, 1, 14, 5, tzinfo=UTC)
    assert began("- 07/01 ~14:05 Outage begins\n") == datetime(2026, 7, 1, 14, 5, tzinfo=UTC)
    assert began("- 05/06 14:05 Outage begins\n", "# Down 2026-06-01") is None  # 5 June or 6 May
    assert began("- 31/02 14:05 Outage begins\n") is None


def test_a_sentence_has_the_day_of_the_sentence_before_it_in_the_paragraph() -> None:
    text = "# Down\n\nDate: 2026-03-12\n\n"
    text += "On March 3, 2026, at 21:01 UTC the shop went down. It was fully restored at 23:09 UTC.\n"
    read = read_text(text)
    assert (read.started_at, read.resolved_at) == (BEGAN, ENDED)


def test_fields_may_stand_beside_each_other_in_one_line() -> None:
    reading = read_text("# Down\n\n**Status:** Resolved | **Severity:** SEV-1 | **Duration:** 2h 17m\n\nIt broke.\n")
    assert (reading.severity, reading.duration) == ("SEV1", timedelta(hours=2, minutes=17))


@pytest.mark.parametrize("heading", ["Zeitlicher Ablauf (MEZ)", "Timeline (CET)", "タイムライン（JST）"])
def test_a_zone_in_the_heading_of_the_timeline_is_no_missing_zone(heading: str) -> None:
    reading = read_text(f"# Ausfall 2026-01-15\n\n## {heading}\n- 10:05 Beginn\n- 12:40 Behoben\n")
    assert reading.doubts == ()
    assert reading.timeline[0].at != datetime(2026, 1, 15, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "started", "resolved"),
    [
        (
            "# Down on 2026-03-03\n\n**Total impact duration:** 5 hours 26 minutes (10:45 - 16:11 UTC)\n",
            (10, 45),
            (16, 11),
        ),
        ("On 3 March 2026 at approximately 01:55 UTC the shop experienced a service degradation.\n", (1, 55), None),
        ("Logins failed from 2026-03-03 08:00 UTC to 2026-03-03 09:30 UTC.\n", (8, 0), (9, 30)),
        ("## Timeline\n- 2026-03-03 18:42 UTC The queue is back to a functional state\n", None, (18, 42)),
    ],
)
def test_start_and_end_are_read_from_plain_words_for_them(
    text: str, started: tuple[int, int] | None, resolved: tuple[int, int] | None
) -> None:
    reading = read_text(text)
    for at, stated in ((reading.started_at, started), (reading.resolved_at, resolved)):
        assert at == (datetime(2026, 3, 3, *stated, tzinfo=UTC) if stated else None)
