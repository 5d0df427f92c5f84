"""Start and end by what stands before a time in a sentence; 3 March 2026, 14:05 to 15:10 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.reading_hands import read_text

BEGAN, ENDED = datetime(2026, 3, 3, 14, 5, tzinfo=UTC), datetime(2026, 3, 3, 15, 10, tzinfo=UTC)


def _read(text: str) -> tuple[datetime | None, datetime | None]:
    read = read_text(text, today=date(2026, 5, 1))
    return read.started_at, read.resolved_at


@pytest.mark.parametrize(
    "text",
    [
        "# Shop slow on 3 March 2026, 14:05–15:10 UTC\n\nPages took long.\n",
        "# Shop slow (2026\u201103\u201103 14:05 - 15:10 UTC)\n\nPages took long.\n",
        "# Shop 2026-03-03\n\n## Impact\n\nAll shoppers, 14:05 to 15:10 UTC.\n",
        "# Shop 2026-03-03\n\n## Impact\n\n- 14:05-15:10 UTC: one order in ten was dropped\n- Two partners wrote\n",
        "# Shop\n\n## Summary\n\nOn March 3, 2026, between 14:05 and 15:10 UTC, invoices were not sent.\n",
        "# Shop\n\nBetween 2026-03-03 14:05 UTC and 2026-03-03 15:10 UTC, 3% of prices were stale.\n",
        "# Shop 2026-03-03\n\n## Summary\n\nBetween the hours of 14:05 and 15:10 UTC shoppers saw errors.\n",
        "# Shop 2026-03-03\n\nShoppers got 500s from 2:05\u202fpm to 3:10\u202fpm UTC.\n",
        "# Shop\n\nOn 3 March 2026 we had an outage. It started at 14:05 UTC and ended at 15:10 UTC.\n",
        "# Shop 2026-03-03\n\n## Timeline\n\nThis outage started at 2:05 P.M. and ended at 3:10 P.M. The steps:\n\n"
        "- 2:20 P.M. – A page\n- 3:40 P.M. – A mail to the shops\n",
        "# Shop 2026-03-03\n\n## Timeline (UTC)\n\n- 14:05 (start) first bad page\n- 15:10 [end] all pages fine\n",
        "# Shop\n\n- Started: 2026-03-03 14:05 UTC\n- Status: Resolved (2026-03-03 15:10 UTC)\n",
        "# Shop 2026-03-03\n\n## Summary\n\nStarting 14:05 UTC, pages returned 500s, until 15:10 UTC.\n",
        "# Shop\n\nFrom 14:05 of March 3 2026 till about 1510, some pages were stuck.\n",
    ],
)
def test_a_span_of_time_in_what_sums_the_incident_up_is_the_incidents(text: str) -> None:
    assert _read(text) == (BEGAN, ENDED)


@pytest.mark.parametrize(
    "text",
    [
        "# Shop 2026-03-03\n\n## Summary\n\nBetween 14:05 and 15:10 UTC we were investigating the errors.\n",
        "# Shop 2026-03-03\n\n## Summary\n\nThe sale ran from 14:05 to 15:10 UTC.\n",
        "# Shop 2026-03-03\n\n## Root cause\n\nBetween 14:05 and 15:10 UTC a job wrote wrong rows.\n",
        "# Shop 2026-03-03\n\n## Summary\n\nA maintenance window from 14:05 to 15:10 UTC delayed the fix.\n",
        "# Shop 2026-03-03\n\n## Summary\n\nPages failed.\n\n## Notes\n\nFrom 14:05 to 15:10 UTC a job had errors.\n",
        "# Shop 2026-03-03 14:05\n\nPages failed.\n",
        "# Shop\n\n- Status: Investigating (2026-03-03 15:10 UTC)\n",
    ],
)
def test_another_span_is_not(text: str) -> None:
    assert _read(text) == (None, None)


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("Checkout was down until 15:10 UTC.", ENDED),
        ("Shoppers could not pay until about 15:10 UTC.", ENDED),
        ("During the outage we could not find the cause until 15:10 UTC.", None),
        ("The outage was not seen by anybody until 15:10 UTC.", None),
    ],
)
def test_until_is_the_end_of_the_trouble_and_not_of_the_search(said: str, end: datetime | None) -> None:
    assert _read(f"# Shop 2026-03-03\n\n## Summary\n\n{said}\n") == (None, end)


@pytest.mark.parametrize(
    ("row", "end"),
    [
        ("The disk was swapped. Students are able to start their servers.", ENDED),
        ("The fix is out. Users could log in again.", ENDED),
        ("Node 3 was stopped and started. It came back online.", None),
        ("The site was stopped and started. It came back online.", ENDED),
    ],
)
def test_what_people_can_do_again_ends_it_and_a_node_that_is_back_does_not(row: str, end: datetime | None) -> None:
    text = f"# Shop 2026-03-03\n\n## Timeline (UTC)\n\n- 14:20 An alert\n- 15:10 {row}\n"
    assert _read(text)[1] == end


@pytest.mark.parametrize(
    ("said", "began"),
    [
        ("At 14:05 UTC the database crashed.", BEGAN),
        ("At 14:05 UTC we had the first report of failures.", None),
        ("At 14:05 UTC a shop told us, and reported that the database crashed.", None),
    ],
)
def test_what_broke_is_a_start_in_a_sentence_too(said: str, began: datetime | None) -> None:
    assert _read(f"# Shop 2026-03-03\n\n## Summary\n\n{said}\n")[0] == began


@pytest.mark.parametrize(
    "text",
    [
        "# Shop 2026-03-03\n\n- Start Time: 🕒 2026-03-03 14:05 UTC\n- End Time: 🕙 2026-03-03 15:10 UTC\n",
        "# Shop 2026-03-03\n\nDuration: 2:05 to 3:10 PM UTC\n",
        "# Shop\n\nDuration: 2026-03-03 15:05 to 16:10 GMT + 1\n",
    ],
)
def test_signs_before_a_time_and_gaps_in_it_do_not_hide_it(text: str) -> None:
    assert _read(text) == (BEGAN, ENDED)


def test_hours_of_which_only_the_last_says_the_half_of_the_day() -> None:
    text = "# Shop 2026-03-03\n\nWe had an outage between 3 - 5 PM UTC.\n"
    assert [moment and moment.hour for moment in _read(text)] == [15, 17]


def test_a_paragraph_with_rows_in_it_is_no_sentence_about_the_incident() -> None:
    text = "# Shop 2026-03-03\n\n## Timeline\n\nTime Actions\n14:05 The outage starts\n15:10 All is back online\n"
    assert _read(text) == (BEGAN, ENDED)


def test_a_zone_of_africa_is_known() -> None:
    text = "# Shop\n\nDuration: The outage was on Mar 3, 2026, from 3:05 PM to 4:10 PM WAT.\n"
    assert _read(text) == (BEGAN, ENDED)
