"""Where a row of a timeline ends the incident, and where it only sounds like it; what a heading is called."""

from __future__ import annotations

import pytest

from tests.reading_hands import read_text


def ended(*rows: str) -> str | None:
    listed = "\n".join(f"- 2025-10-20 {10 + number}:00 UTC - {row}" for number, row in enumerate(rows))
    read = read_text(f"# Outage\n\n## Timeline\n\n- 2025-10-20 09:00 UTC - The site went down.\n{listed}\n")
    return f"{read.resolved_at:%H:%M}" if read.resolved_at else None


def test_who_takes_over_the_issue_does_not_end_it() -> None:
    assert ended("Sam handed the issue over to Kim.", "All services restored.") == "11:00"
    assert ended("Sam handed the issue over to Kim.") is None


def test_what_comes_back_slowly_may_be_well_in_the_same_sentence() -> None:
    assert ended("Instances started to come back online and service was restored.") == "10:00"
    assert ended("Instances started to come back online.") is None
    assert ended("The shop has its room again and the gateway returned to steady state.") == "10:00"


def test_an_incident_that_somebody_closes_later_ended_when_all_was_well() -> None:
    assert ended("All services confirmed operational.", "Incident formally closed.") == "10:00"
    assert ended("A fix is deployed.", "Incident formally closed.") == "11:00"


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("Critical - multiple users unable to work", "Critical"),
        ("None critical - only internal teams", None),
        ("Non-critical", None),
        ("Not critical, but high", "High"),
    ],
)
def test_a_severity_stands_below_its_heading_beside_the_impact(said: str, severity: str | None) -> None:
    assert read_text(f"# Outage\n\n## Severity & Impact\n\n{said}\n").severity == severity


@pytest.mark.parametrize("heading", ["Proactive Measures", "Resolving Actions"])
def test_measures_have_more_names(heading: str) -> None:
    text = (
        f"# Report\n\n## The cause\n\nA wrong key.\n\n## {heading}\n\n- An upgrade will be proposed that reverts it\n"
    )
    assert [one.text for one in read_text(text).items] == ["An upgrade will be proposed that reverts it"]


@pytest.mark.parametrize("said", ["The chain stalled at height 4711.", "The importer stopped creating orders."])
def test_what_stalls_or_stops_making_things_begins_it(said: str) -> None:
    rows = f"- 2025-10-20 09:32 UTC - {said}\n- 2025-10-20 09:40 UTC - Orders being created again.\n"
    read = read_text(f"# Outage\n\n## Timeline\n\n{rows}")
    assert (f"{read.started_at:%H:%M}", f"{read.resolved_at:%H:%M}") == ("09:32", "09:40")


def test_lines_in_a_row_are_items_where_most_begin_with_a_task() -> None:
    lines = (
        "Add more tests for the limits.",
        "Reduce the kinds of structures that hold them",
        "A prize for faults?",
        "More alarms where the height stands still",
        "Write a plan of whom to tell first.",
    )
    found = read_text("# Outage\n\n## Future improvements\n\n" + "\n".join(lines) + "\n").items
    assert [one.text.rstrip(".") for one in found] == [line.rstrip(".") for line in lines if "?" not in line]
    told = "We looked at the limits.\nNobody had tested them.\nIt was the last hour.\nThe plan was an old one.\n"
    assert not read_text(f"# Outage\n\n## Future improvements\n\n{told}").items
