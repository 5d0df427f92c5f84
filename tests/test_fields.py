"""Start, detection, mitigation, end, length and severity: where a text states them, and what it says in two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.days import day_in_name
from service.postmortem.fields import Stated, read_fields
from service.postmortem.given import Given
from service.postmortem.outline import outline
from service.postmortem.severity import severity_of_labels
from service.words import words


def read(text: str, *, zone: tzinfo = UTC, today: date | None = None) -> Stated:
    return read_fields(outline(text, words()), Given(words(), zone, today))


def at(hour: int, minute: int, day: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


TIMELINE = "\n\n## Timeline\n\nAll times in UTC\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "# Down\n\nStart: 2026-03-03 14:05 UTC\nEnd: 2026-03-03 15:10 UTC\n",
        "# Down\n\n- **Started at**: 3 March 2026, 2:05 pm UTC\n- **Resolved at**: 3 March 2026, 3:10 pm UTC\n",
        "# Down\n\n| Start | End | Status |\n|---|---|---|\n| 2026-03-03 14:05 UTC | 2026-03-03 15:10 UTC | done |\n",
        "# Down\n\n| Date | 2026-03-03 |\n|---|---|\n| Start time | 14:05 UTC |\n| End time | 15:10 UTC |\n",
        "# Down on 3 March 2026\n\nStarted: 14:05 UTC\nResolved: 15:10 UTC\n",
        "---\ntitle: Down\nstarted_at: 2026-03-03T14:05:00Z\nresolved_at: 2026-03-03T15:10:00Z\n---\n\nIt broke.\n",
        "# Down\n\n## Start time\n\n2026-03-03 14:05 UTC\n\n## End time\n\n2026-03-03 15:10 UTC\n",
        "# 2026-03-03 Down\n\nDuration: 14:05 to 15:10 UTC (65 minutes)\n",
        "# Down\n\n## Summary\n\nBetween 14:05 and 15:10 UTC on 3 March 2026 orders failed to go through.\n",
        "# Down\n\nOn 3 March 2026, from 14:05 until 15:10 UTC, the shop was unavailable.\n",
        "# Down\n\nIt went down at 14:05 UTC on 3 March 2026. At 15:10 UTC on 3 March 2026 it was back to normal.\n",
        "# Down 2026-03-03\n\nThe shop stopped responding at 14:05 UTC and was fully restored by 15:10 UTC.\n",
        "# Down 2026-03-03" + TIMELINE + "- 14:05 Incident starts\n- 14:20 a look\n- 15:10 Incident resolved\n",
        "# Down 2026-03-03" + TIMELINE + "- 14:05 **Outage begins**\n- 14:20 a look\n- 15:10 Service restored.\n",
        "# Down 2026-03-03"
        + TIMELINE
        + "- 14:05 Checkout went down\n- 15:05 Pods restarted\n- 15:10 Checkout is back up\n",
        "# Down" + TIMELINE + "| Time | Event | Phase |\n|---|---|---|\n| 2026-03-03 14:05 | New release | Started |\n"
        "| 2026-03-03 15:10 | Old release | Resolved |\n",
        "# Down 2026-03-03" + TIMELINE + "- 14:05 Start: new release\n- 15:10 Recovery: old release\n",
        "# Ausfall\n\nBeginn: 03.03.2026 14:05 UTC\nEnde: 03.03.2026 15:10 UTC\n",
        "# Panne\n\nDébut : 3 mars 2026 14h05 UTC\nFin de l'incident : 3 mars 2026 15h10 UTC\n",
        "# Caída\n\nInicio: 3 de marzo de 2026 14:05 UTC\nFin del incidente: 3 de marzo de 2026 15:10 UTC\n",
        "# Queda\n\nInício: 3 de março de 2026 14:05 UTC\nFim do incidente: 3 de março de 2026 15:10 UTC\n",
        "# 障害\n\n発生: 2026年3月3日 14:05 UTC\n復旧: 2026年3月3日 15:10 UTC\n",
    ],
)
def test_start_and_end_are_read_wherever_they_are_stated(text: str) -> None:
    stated = read(text)
    assert (stated.moments.get("started"), stated.moments.get("resolved")) == (at(14, 5), at(15, 10))
    for name in ("started_at", "resolved_at"):
        evidence = stated.evidence[name]
        lines = text.split("\n")[evidence.first - 1 : evidence.last]
        assert evidence.words in "\n".join(lines)
        assert evidence.why


@pytest.mark.parametrize(
    "text",
    [
        "# Down\n\nStart: 14:05 UTC\n",
        "# Down\n\nStarted: yesterday\n",
        "# Down\n\nStart: Q4 2026\n",
        "# Down 2026-03-03\n\nAn alert fired at 14:05 UTC.\n",
        "# Down 2026-03-03\n\nFirst detected: 14:05 UTC\n",
        "# Down 2026-03-03\n\nThe maintenance window was from 14:05 to 15:10 UTC; the shop was unavailable.\n",
        "# Down 2026-03-03\n\nAt 14:05 UTC the shop was not fully restored.\n",
        "# Down 2026-03-03\n\nWe meet from 14:05 to 15:10 UTC.\n",
        "# Down 2026-03-03" + TIMELINE + "- 14:05 First detected\n- 14:20 We hope that it will be back to normal\n",
        "# Down 2026-03-03" + TIMELINE + "- 14:05 Sam looks\n- 14:20 Alex thinks\n",
        "# Down" + TIMELINE + "- 14:05 Incident starts\n- 15:10 Incident resolved\n",
    ],
)
def test_what_is_not_stated_stays_open(text: str) -> None:
    stated = read(text)
    assert ("started" in stated.moments, "resolved" in stated.moments) == (False, False)


def test_a_first_detection_is_a_detection_and_no_start() -> None:
    stated = read("# Down 2026-03-03" + TIMELINE + "- 14:05 First detected\n- 14:20 Mitigated\n")
    assert stated.moments == {"detected": at(14, 5), "mitigated": at(14, 20)}


def test_a_field_counts_before_a_sentence_and_a_sentence_before_a_line() -> None:
    said = "The shop went down at 14:07 UTC on 3 March 2026."
    line = TIMELINE + "- 2026-03-03 14:09 Incident starts\n"
    assert read(f"# Down\n\nStart: 2026-03-03 14:05 UTC\n\n{said}{line}").moments["started"] == at(14, 5)
    assert read(f"# Down\n\n{said}{line}").moments["started"] == at(14, 7)
    assert read(f"# Down{line}").moments["started"] == at(14, 9)
    assert read(f"# Down\n\nStart: 2026-03-03 14:05 UTC\n\n{said}{line}").told == set()
    assert read(f"# Down\n\n{said}{line}").told == {"started"}


def test_of_lines_that_say_the_same_the_first_start_and_the_last_end_count() -> None:
    rows = "- 14:05 Incident starts\n- 14:09 Incident starts again: start\n- 14:10 Outage begins\n"
    stated = read("# Down 2026-03-03" + TIMELINE + rows + "- 15:00 Incident resolved\n- 15:10 Incident resolved\n")
    assert stated.moments == {"started": at(14, 5), "resolved": at(15, 10)}


def test_what_is_said_in_passing_is_not_read_where_only_fields_are_asked_for() -> None:
    text = "# Down 2026-03-03\n\nIt went down at 14:05 UTC.\n\nEnd: 15:10 UTC" + TIMELINE + "- 14:05 Incident starts\n"
    stated = read_fields(outline(text, words()), Given(words()), told=False)
    assert (stated.moments, stated.told) == ({"resolved": at(15, 10)}, set())
    assert [line.at for line in stated.timeline] == [at(14, 5)]


def test_the_line_that_a_moment_was_read_from_is_labelled() -> None:
    stated = read(
        "# Down 2026-03-03" + TIMELINE + "- 14:05 Incident starts\n- 14:20 a look\n- 15:10 Service restored\n"
    )
    assert [line.label for line in stated.timeline] == ["Started", "", "Resolved"]
    assert stated.evidence["started_at"].first == stated.timeline[0].line == 7


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Duration: 2 hours 10 minutes", 130),
        ("**Total downtime**: 2h10m", 130),
        ("| Duration | 45 min |\n|---|---|\n| Severity | P1 |", 45),
        ("The outage lasted 2 hours and 10 minutes.", 130),
        ("The shop was down for about 45 minutes.", 45),
        ("There was a 45-minute outage of the shop.", 45),
        ("The shop saw an outage lasting 1 hour and 48 minutes.", 108),
        ("Dauer: 2 Stunden", 120),
        ("Durée : 45 minutes", 45),
        ("期間: 2時間10分", 130),
    ],
)
def test_a_length_is_read_as_it_is_stated(text: str, minutes: int) -> None:
    stated = read(f"# Down\n\n{text}\n")
    assert stated.duration == timedelta(minutes=minutes)
    assert stated.evidence["duration"].words in text
    assert stated.moments == {}


@pytest.mark.parametrize(
    "text", ["It was down for more than 2 hours.", "We waited for 45 minutes.", "Pods restart every 5 minutes."]
)
def test_a_bound_and_another_length_are_none(text: str) -> None:
    assert read(f"# Login\n\n{text}\n").duration is None


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("# Down\n\nSeverity: **SEV-2**\n", "SEV2"),
        ("# Down\n\n- Severity: 2\n", "SEV2"),
        ("# Down\n\n| Severity | P1 |\n|---|---|\n| Status | closed |\n", "P1"),
        ("# Down\n\nPriority: critical\n", "Critical"),
        ("# [SEV1] Checkout down\n", "SEV1"),
        ("# P2: Checkout down\n", "P2"),
        ("# Checkout down (sev 3)\n", "SEV3"),
        ("# Down\n\n**SEV-2**\n\nIt broke.\n", "SEV2"),
        ("# Down\n\nSchweregrad: S3\n", "S3"),
        ("---\ntitle: Down\nseverity: sev1\n---\n\nIt broke.\n", "SEV1"),
        ("# Down\n\nA mail about a sev1 incident was sent.\n", None),
        ("# S3 buckets are down\n\nIt broke.\n", None),
        ("# Down\n\nIt was critical.\n", None),
    ],
)
def test_the_severity_is_that_which_is_stated(text: str, severity: str | None) -> None:
    stated = read(text)
    assert stated.severity == severity
    assert ("severity" in stated.evidence) is (severity is not None)


def test_a_label_tells_the_severity() -> None:
    assert severity_of_labels(["incident", "severity:1"]) == "SEV1"


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (
            "# Down on 3 March 2026" + TIMELINE + "- 2026-03-04 14:05 Failover\n",
            "The title says 3 March 2026, the times in the text 4 March 2026.",
        ),
        (
            "# Down\n\nStart: 2026-03-03 14:05 UTC\nEnd: 2026-03-03 13:10 UTC\n",
            "The end, 3 March 2026, 13:10 UTC, lies before the start, 3 March 2026, 14:05 UTC.",
        ),
        (
            "# Down\n\nMitigated: 2026-03-03 14:05 UTC\nEnd: 2026-03-03 13:10 UTC\n",
            "The mitigation, 3 March 2026, 14:05 UTC, lies after the end, 3 March 2026, 13:10 UTC.",
        ),
        (
            "# Down on 3 March 2026\n\nStart: 2025-03-03 14:05 UTC\n\n## Timeline\n\n- 2026-03-03 14:10 UTC a\n",
            "The title says 3 March 2026, the start 3 March 2025.",
        ),
        ("# Down\n\nStart: 22026-03-03 14:05 UTC\n", "“22026-03-03” is no date that can be right. It was left out."),
        ("# Down\n\nStart: 1017-03-03 14:05 UTC\n", "“1017-03-03” is no date that can be right. It was left out."),
        (
            "# Down\n\nStart: 03/04/2026 14:05 UTC\n",
            "“03/04/2026” may be read with the day or the month first. It was left out.",
        ),
        (
            "# Down\n\nStart: 2026-03-03 14:05 UTC\nEnd: 2026-03-03 15:05 UTC\nDuration: 2 hours 10 minutes\n",
            "The text says that it lasted 2 h 10 min. From start to end it is 1 h.",
        ),
        (
            "# Down\n\nStart: Monday, 3 March 2026 14:05 UTC\n",
            "The text says Monday 3 March 2026. That day was a Tuesday.",
        ),
        (
            "# Down 2026-03-03" + TIMELINE + "- 1:55 PM a\n- 2:20 b\n",
            "“2:20” has no am or pm; read as after noon, as the line before it.",
        ),
        ("# Down\n\nStart: 2026-03-03 14:05\n", "Times have no zone; read as Europe/Berlin."),
        ("# Down 2026-03-03\n\n## Timeline\n\n- 14:05 Failover\n", "Times have no zone; read as Europe/Berlin."),
    ],
)
def test_what_is_said_in_two_ways_or_had_to_be_assumed_is_said(text: str, doubt: str) -> None:
    assert read(text, zone=ZoneInfo("Europe/Berlin")).doubts == [doubt]


def test_many_wrong_dates_are_one_sentence() -> None:
    rows = "".join(f"- 22026-03-0{day} 14:05 a\n" for day in range(1, 6))
    assert read("# Down" + TIMELINE + rows).doubts == [
        "“22026-03-01” and 4 others are no dates that can be right. They were left out."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Down on 3 March 2026\n\nStart: 14:05 UTC\nEnd: 15:10 UTC\nDuration: about an hour\n",
        "# Down on 3 March 2026" + TIMELINE + "- 14:05 a\n- 2026-03-04 09:00 b\n",
        "# Down\n\nStart: Tuesday, 3 March 2026 14:05 UTC\n",
        "# Down\n\nNothing is said.\n",
        "# Down on 3 March 2026" + TIMELINE + "- 1:55 PM a\n- 2:20 PM b\n- 12:10 AM c\n",
    ],
)
def test_a_text_that_agrees_with_itself_raises_no_doubt(text: str) -> None:
    assert read(text, zone=ZoneInfo("Europe/Berlin")).doubts == []


def test_a_day_without_a_year_takes_that_of_the_day_of_reading_and_says_so() -> None:
    stated = read("# Down\n\nStart: 3 March, 14:05 UTC\n", today=date(2026, 3, 10))
    assert (stated.moments["started"], stated.doubts) == (at(14, 5), ["Days have no year; read as 2026."])
    assert read("# Down\n\nStart: 3 March, 14:05 UTC\n").moments == {}


@settings(deadline=None, max_examples=60)
@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2060, 1, 1)),
    st.integers(1, 70 * 60),
    st.sampled_from(
        [
            "Start: {s:%Y-%m-%d %H:%M} UTC\nEnd: {e:%Y-%m-%d %H:%M} UTC",
            "| Start | {s:%Y-%m-%d %H:%M} UTC |\n|---|---|\n| End | {e:%Y-%m-%d %H:%M} UTC |",
            "It was down from {s:%B} {s.day}, {s.year}, {s:%H:%M} UTC to {e:%B} {e.day}, {e.year}, {e:%H:%M} UTC.",
            "The shop went down at {s:%H:%M} UTC on {s.day} {s:%B} {s.year} and was back to normal at {e:%H:%M} UTC on "
            "{e.day} {e:%B} {e.year}.",
            "## Timeline (UTC)\n\n- {s:%Y-%m-%d %H:%M} Incident starts\n- {e:%Y-%m-%d %H:%M} Incident resolved",
        ]
    ),
)
def test_any_start_and_end_come_back_exactly(start: datetime, minutes: int, style: str) -> None:
    start = start.replace(second=0, microsecond=0, tzinfo=UTC)
    end = start + timedelta(minutes=minutes)
    stated = read("# Down\n\n" + style.format(s=start, e=end) + "\n")
    assert (stated.moments["started"], stated.moments["resolved"]) == (start, end)
    assert stated.doubts == []


def test_a_clock_time_in_a_field_has_the_day_of_the_heading_above_it() -> None:
    text = (
        "# Two outages\n\nBoth were found by 5 March 2026.\n\n## Timeline\n\n### March 3, 2026 - Queue\n\n"
        "**Duration:** 14:05 to 15:10 UTC (65 minutes)\n**Impact:** half of the orders\n\n### March 4, 2026 - Cache\n\n"
        "**Duration:** 09:00 to 09:10 UTC\n"
    )
    assert read(text).moments == {"started": at(14, 5), "resolved": at(15, 10)}


def test_the_day_in_the_name_of_a_file_is_the_last_that_is_asked_and_differences_are_said() -> None:
    def named(text: str, name: str) -> Stated:
        return read_fields(outline(text, words()), Given(words()), file_day=day_in_name(name))

    text = "# Down\n\nOn 3rd March, the shop went down for about an hour, from 14:05 to 15:10 UTC.\n"
    stated = named(text, "2026-03-03-down.md")
    assert (stated.moments, stated.doubts) == ({"started": at(14, 5), "resolved": at(15, 10)}, [])
    said = "The file's name says 4 March 2026, the {} 3 March 2026."
    assert named("# Down on 3 March 2026\n\nIt broke.\n", "2026-03-04.md").doubts == [said.format("title")]
    timed = named("# Down\n\nStart: 2026-03-03 14:05 UTC\n", "2026-03-04.md")
    assert timed.doubts == [said.format("times in the text")]
    assert (day_in_name("PM2019-009.md"), day_in_name("20260303.md")) == (None, date(2026, 3, 3))
