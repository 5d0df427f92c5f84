"""What the fields of a start, an end and a span are called, and the sentences that say the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.postmortem.fields import Stated, read_fields
from service.postmortem.given import Given
from service.postmortem.outline import outline
from service.words import words


def read(text: str) -> Stated:
    return read_fields(outline(text, words()), Given(words(), UTC, None))


def at(hour: int, minute: int, day: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("Start Date/Time", "started"), ("Outage start time", "started"), ("First impact", "started"),
        ("Time of failure", "started"), ("Date and time of incident", "started"), ("Date/time", "started"),
        ("End Date/Time", "resolved"), ("Resolution date and time", "resolved"), ("Restored service", "resolved"),
    ],
)  # fmt: skip
def test_a_field_is_called_by_many_names(name: str, moment: str) -> None:
    assert read(f"# Shop\n\n- {name}: 2026-03-03 14:05\n- Team: ops\n").moments == {moment: at(14, 5)}


@pytest.mark.parametrize("name", ["Period", "Impact period", "Outage time", "Time of impact", "Time range"])
def test_the_field_of_a_span_is_called_by_many_names(name: str) -> None:
    read_both = read(f"# Shop\n\n- {name}: 2026-03-03 14:05 - 15:10\n").moments
    assert read_both == {"started": at(14, 5), "resolved": at(15, 10)}


def test_a_zone_with_both_halves_of_the_year_is_that_of_the_day() -> None:
    rows = "- 06:05 - The shop goes down\n- 07:10 - The shop is back up\n"
    for day, hours in (("2026-01-03", 8), ("2026-07-03", 7)):
        found = read(f"# Shop {day}\n\n## Timeline (all times in PST/PDT)\n\n{rows}")
        assert found.moments["started"].hour == 6 + hours


def test_a_sentence_tells_that_every_request_failed_at_a_time_of_a_day() -> None:
    text = "---\ndate: 2026-03-05\n---\n\n# Shop\n\nOn March 3rd at 14:05:10 UTC, every request failed.\n"
    assert read(text).moments["started"] == at(14, 5).replace(second=10)


@pytest.mark.parametrize(
    "sentence",
    [
        "On 3 March 2026, from about 14:05 until approximately 15:10 UTC, users could not log in.",
        "On 3 March 2026, between roughly 14:05 and about 15:10, users could not log in.",
        "Starting at approximately 14:05 UTC on 3 March 2026, logins were failing. All was back to normal at 15:10.",
        "On 3 March 2026, beginning around 14:05, the shop was unavailable. It was fully restored by 15:10.",
        "The shop went down the 03.03.2026 ca kl 14:05. At 15:10 everything was working again.",
        "The shop went down on March 3rd, 2026 around 14:05 and users were working again by 15:10.",
    ],
)
def test_a_sentence_may_say_about_and_starting(sentence: str) -> None:
    assert read(f"# Shop\n\n{sentence}\n").moments == {"started": at(14, 5), "resolved": at(15, 10)}


def test_a_start_of_something_else_is_none() -> None:
    assert read("# Shop\n\nStarting at 14:05 on 3 March 2026 we drank tea.\n").moments == {}
