"""What a text says: sections by many names, stated times, the timeline."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from service.postmortem.model import Origin, Section
from service.postmortem.printed import as_json, as_markdown
from tests.reading_hands import read_text

FIXTURES = Path(__file__).parent / "fixtures" / "reading"


def text_of(name: str) -> str:
    return (FIXTURES / name).read_text("utf-8")


def at(hour: int, minute: int, day: int = 17) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_a_postmortem_under_headings_gives_all_seven_sections() -> None:
    reading = read_text(text_of("checkout.md"), today=date(2026, 11, 18))
    assert reading.title == "Checkout slow after database failover"
    assert all(section.origin is Origin.READ for section in reading.sections.values())
    assert reading.sections[Section.SUMMARY].text == "Half of the orders failed for an hour."
    assert reading.sections[Section.RESOLUTION].text == "The pool was restarted on every node."
    assert "Retries had no limit." in (reading.sections[Section.ROOT_CAUSE].text or "")
    assert "What went well" in (reading.sections[Section.LESSONS_LEARNED].text or "")


def test_stated_times_and_severity_are_read_from_a_table_of_facts() -> None:
    reading = read_text(text_of("checkout.md"), today=date(2026, 11, 18))
    assert (reading.severity, reading.started_at, reading.resolved_at) == ("SEV2", at(13, 5), at(14, 20))


def test_a_table_timeline_carries_its_day_and_its_zone_on() -> None:
    reading = read_text(text_of("checkout.md"))
    assert [(line.at, line.text) for line in reading.timeline] == [
        (at(13, 5), "Failover begun"),
        (at(13, 12), "First page"),
        (at(14, 20), "Orders are back"),
    ]


def test_bold_lines_front_matter_and_labels_are_read_as_headings_are() -> None:
    reading = read_text(text_of("night.md"))
    assert reading.title == "Queue stalled over midnight"
    assert reading.severity == "SEV3"
    assert reading.sections[Section.SUMMARY].text == "The queue stood still for half an hour."
    assert reading.sections[Section.IMPACT].text == "mails came late"
    assert reading.sections[Section.ROOT_CAUSE].origin is Origin.MISSING


def test_a_timeline_goes_on_after_midnight() -> None:
    reading = read_text(text_of("night.md"))
    assert [line.at for line in reading.timeline] == [at(23, 50), at(23, 58), at(0, 12, 18)]
    assert reading.timeline[1].text == "alex looks at `queue-b`"


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("TL;DR", Section.SUMMARY),
        ("1. Executive Summary", Section.SUMMARY),
        ("Impact on users :fire:", Section.IMPACT),
        ("🔥 Root Cause(s)", Section.ROOT_CAUSE),
        ("Root Causes", Section.ROOT_CAUSE),
        ("The Five Whys", Section.ROOT_CAUSE),
        ("October 2026 incident timeline", Section.TIMELINE),
        ("Timeline (if relevant)", Section.TIMELINE),
        ("Mitigation", Section.RESOLUTION),
        ("Lessons learnt", Section.LESSONS_LEARNED),
        ("Where we got lucky", Section.LESSONS_LEARNED),
        ("Follow-ups", Section.ACTION_ITEMS),
        ("TODO", Section.ACTION_ITEMS),
        ("Corrective & preventive actions", Section.ACTION_ITEMS),
        ("Next steps ##", Section.ACTION_ITEMS),
        ("Attendees", None),
    ],
)
def test_a_section_is_known_by_many_names(heading: str, section: Section | None) -> None:
    """The words of a heading that says more than the section's name stay above the text: nothing is lost."""
    reading = read_text(f"# Some incident\n\nIt broke.\n\n## {heading}\n\nThe text of it.\n")
    whole = ("The text of it.", f"**{heading}**\n\nThe text of it.")
    told = {name for name, found in reading.sections.items() if found.text in whole}
    assert told == ({section} if section else set())


def test_bullets_with_bold_names_are_sections() -> None:
    reading = read_text(
        "# Incident on 2026-11-17\n\n"
        "- **Key events**\n  - First detected 2026-11-17 08:15\n  - Repaired: 2026-11-17 09:00\n"
        "  - Resolved 2026-11-17 09:30\n\n"
        "- **Impact**: nobody could log in\n\n"
        "- **Resolution**:\n\n  - the setting was put back\n\n"
        "- **Review actions**:\n\n1. Say who owns the setting\n2. Test the login each hour\n"
    )
    assert (reading.detected_at, reading.mitigated_at, reading.resolved_at) == (at(8, 15), at(9, 0), at(9, 30))
    assert reading.sections[Section.IMPACT].text == "nobody could log in"
    assert reading.sections[Section.RESOLUTION].text == "- the setting was put back"
    assert [item.text for item in reading.items] == ["Say who owns the setting", "Test the login each hour"]


@pytest.mark.parametrize("answer", ["_No response_", "N/A", "TBD", "-", "None.", "<!-- fill in -->", "{{ impact }}"])
def test_an_answer_that_says_nothing_is_missing(answer: str) -> None:
    reading = read_text(f"It broke.\n\n### Impact\n\n{answer}\n")
    assert reading.sections[Section.IMPACT].origin is Origin.MISSING
    assert reading.sections[Section.IMPACT].text is None


@pytest.mark.parametrize(
    ("line", "started"),
    [
        ("Start: 2026-11-17 14:05 CET", at(13, 5)),
        ("**Started**: 17 November 2026, 2:05 pm UTC", at(14, 5)),
        ("Start time: 2026-11-17T14:05:00+02:00", at(12, 5)),
        ("* Started at: Nov 17th, 2026 14:05 PST", at(22, 5)),
        ("Started: 14:05", None),
        ("Started: yesterday, more or less", None),
        ("Started: Q4 2026", None),
    ],
)
def test_a_start_is_read_only_where_it_is_stated_whole(line: str, started: datetime | None) -> None:
    assert read_text(f"It broke.\n\n{line}\n").started_at == started


def test_a_window_gives_start_and_end_on_the_day_of_the_title() -> None:
    reading = read_text("# 2026-11-17 Login down\n\nDuration: 23:40 to 00:10 UTC (30 minutes)\n")
    assert (reading.started_at, reading.resolved_at) == (at(23, 40), at(0, 10, 18))


def test_headings_that_are_times_are_lines_of_the_timeline() -> None:
    reading = read_text(
        "# Down\n\n## Timeline\n\nAll times in UTC+1\n\n### 2026-11-17 09:10\n\nPods are gone.\n\n"
        "### 09:20 - Rolled back\n\nWith some words more.\n\n## 18 November 2026\n\n10:00\nLooked again\n"
    )
    assert [(line.at, line.text) for line in reading.timeline] == [
        (at(8, 10), "Pods are gone."),
        (at(8, 20), "Rolled back"),
        (at(9, 0, 18), "Looked again"),
    ]


def test_json_has_the_documented_shape() -> None:
    told = as_json(read_text(text_of("checkout.md"), today=date(2026, 11, 18)))
    assert list(told)[:7] == ["title", "severity", "started_at", "resolved_at", "sections", "timeline", "action_items"]
    assert list(told["sections"]) == [section.value for section in Section]
    assert told["started_at"] == "2026-11-17T13:05:00+00:00"
    assert list(told["action_items"][0])[:6] == ["text", "owner", "due", "priority", "done", "refs"]
    assert json.loads(json.dumps(told)) == told


def test_markdown_says_not_recorded_yet_for_every_gap() -> None:
    told = as_markdown(read_text("# Login down\n\nNobody could log in.\n"))
    assert "\n## Resolution and recovery\n" in told  # as everywhere else
    assert told.startswith("# Login down\n")
    assert told.count("Not recorded yet") == 6


def test_a_bold_first_line_is_a_heading_and_fields_of_facts_are_no_summary() -> None:
    reading = read_text(
        "**Severity:** P1\nStatus: closed\n\nIt was slow.\n\n**Root cause**\nAn old pool.\n\nThe rest.\n"
    )
    assert reading.severity == "P1"
    assert reading.sections[Section.SUMMARY].text == "It was slow."
    assert reading.sections[Section.ROOT_CAUSE].text == "An old pool.\n\nThe rest."
