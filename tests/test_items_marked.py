"""Lines that say of themselves that they are items, and the name behind their dash: "AI: Add an alert - Tom"."""

from __future__ import annotations

import pytest

from service.postmortem.model import Section
from tests.reading_hands import read_text


def read(*lines: str, heading: str = "Action items") -> list[tuple[str, str | None]]:
    text = "# Down\n\nIt broke.\n\n## {}\n\n{}\n".format(heading, "\n".join(lines))
    return [(item.text, item.owner) for item in read_text(text).items]


@pytest.mark.parametrize("heading", ["Action items", "Notes", "Lessons learned"])
@pytest.mark.parametrize("mark", ["AI", "Action item", "TODO", "Follow-up", "**AI**"])
def test_marked_lines_are_items_under_every_heading(heading: str, mark: str) -> None:
    two = read(f"{mark}: Add an alert on lag - Tom", "", f"{mark}: Mend the runbook - Kim Lee", heading=heading)
    assert two == [("Add an alert on lag", "Tom"), ("Mend the runbook", "Kim Lee")]


@pytest.mark.parametrize("mark", ["AI", "Action item", "TODO", "Action"])
def test_marked_lines_of_one_paragraph_are_as_many_items(mark: str) -> None:
    assert read(f"{mark}: Add an alert on lag - Tom", f"{mark}: Mend the runbook") == [
        ("Add an alert on lag", "Tom"),
        ("Mend the runbook", None),
    ]


def test_a_line_without_a_mark_belongs_to_the_one_above() -> None:
    (first, second) = read("AI: Add an alert on lag", "for both zones", "AI: Mend the runbook")
    assert first[0] == "Add an alert on lag for both zones"
    assert second[0] == "Mend the runbook"


def test_the_name_behind_the_dash_is_the_evidence_of_the_owner() -> None:
    (item,) = read_text("# Down\n\n## Notes\n\n- AI: Add an alert on lag - Tom\n").items
    assert (item.owner, item.evidence["owner"].words, item.evidence["owner"].first) == ("Tom", "Tom", 5)


@pytest.mark.parametrize(
    "end",
    [
        "Kafka",
        "Grafana",
        "Later",
        "Monday",
        "Next week",
        "Done",
        "Monitoring",
        "High",
        "Alerts",
        "Updated",
        "March",
    ],
)
def test_what_is_no_name_behind_the_dash_owns_nothing(end: str) -> None:
    ((_, owner),) = read(f"AI: Add an alert on lag - {end}", heading="Notes")
    assert owner is None


def test_a_name_that_the_text_writes_small_is_a_thing() -> None:
    ((text, owner),) = read(
        "The debezium of zone b fell behind.", "", "AI: Move the importer - Debezium", heading="Notes"
    )
    assert (text, owner) == ("Move the importer - Debezium", None)


def test_without_the_mark_one_name_behind_a_dash_is_not_guessed() -> None:
    assert read("- Add an alert on lag - Tom") == [("Add an alert on lag - Tom", None)]


def test_a_promise_behind_a_mark_stays_as_many_items_as_it_has_sentences() -> None:
    assert len(read("Action: We will add an alert on lag. We will mend the runbook.")) == 2


def test_a_marked_line_in_a_timeline_is_told_of_the_incident() -> None:
    reading = read_text("# Down\n\n## Timeline\n\n- 14:05 Action: restarted the pods - Tom\n")
    assert reading.items == ()
    assert Section.TIMELINE in reading.sections
