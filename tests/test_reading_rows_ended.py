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
