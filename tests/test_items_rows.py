"""Rows and lines of action items: lists in a cell, lines that name no work, priorities in words and in the middle."""

from __future__ import annotations

import pytest

from service.postmortem.model import ReadItem
from tests.reading_hands import read_text

HEAD = "## Action items\n\n| Action | Owner | Priority |\n|---|---|---|\n"


def line(text: str) -> tuple[ReadItem, ...]:
    return read_text(f"## Action items\n\n- {text}\n").items


@pytest.mark.parametrize(
    "cell",
    [
        "Add a limit<br>Write the *runbook*<br/>Test it twice",
        "- Add a limit<br>- Write the *runbook*<br />- Test it twice",
        "1. Add a limit<br>2. Write the *runbook*<br>3. Test it twice",
    ],
)
def test_a_list_in_a_cell_is_as_many_items(cell: str) -> None:
    items = read_text(f"{HEAD}| {cell} | Ana | P2 |\n| Check the pool | Sam | |\n").items
    assert [item.text for item in items] == ["Add a limit", "Write the runbook", "Test it twice", "Check the pool"]
    assert [(item.owner, item.priority) for item in items] == [("Ana", "P2")] * 3 + [("Sam", None)]
    assert {item.lines for item in items[:3]} == {(5, 5)}


def test_a_cell_of_as_many_lines_lends_each_its_own() -> None:
    items = read_text(f"{HEAD}| Add a limit<br>Write the runbook | Ana<br>Sam | P2 |\n").items
    assert [(item.text, item.owner) for item in items] == [("Add a limit", "Ana"), ("Write the runbook", "Sam")]


def test_a_box_in_a_list_in_a_cell_is_its_own() -> None:
    items = read_text(f"{HEAD}| [x] Add a limit<br>[ ] Write the runbook | Ana | |\n").items
    assert [item.done for item in items] == [True, False]


def test_a_cell_that_goes_on_in_its_next_line_is_one_item() -> None:
    items = read_text(f"{HEAD}| Add a limit<br>The pool has none today | Ana | |\n").items
    assert len(items) == 1


@pytest.mark.parametrize(
    "text", ["See Jira", "See above.", "As above", "N/A", "None", "TBD", "**Total**", "Total: 3", "See the Jira board"]
)
def test_a_line_that_points_elsewhere_is_no_item(text: str) -> None:
    assert line(text) == ()
    assert read_text(f"{HEAD}| Add a limit | Ana | P2 |\n| {text} | Ana | |\n").items[1:] == ()


@pytest.mark.parametrize("text", ["See PAY-12", "Total the costs of a team", "See above, and add a limit"])
def test_a_line_that_names_work_or_an_issue_is_an_item(text: str) -> None:
    assert len(line(text)) == 1


@pytest.mark.parametrize(
    ("text", "clean", "priority"),
    [
        ("Add [P3] alerts for lag", "Add alerts for lag", "P3"),
        ("Add alerts (p1) for lag @sam", "Add alerts for lag", "P1"),
        ("Add alerts (priority: High)", "Add alerts", "High"),
        ("Add alerts, Priority: low", "Add alerts", "low"),
        ("Add alerts for P1 pages", "Add alerts for P1 pages", None),
        ("Add alerts for high load", "Add alerts for high load", None),
    ],
)
def test_a_priority_is_taken_where_it_is_named_or_in_brackets(text: str, clean: str, priority: str | None) -> None:
    (item,) = line(text)
    assert (item.text, item.priority) == (clean, priority)


def test_the_word_of_a_priority_column_stays_as_it_is_written() -> None:
    items = read_text(
        f"{HEAD}| Add a limit | Ana | High |\n| Test it | | P1 (high) |\n| Move it | | whenever |\n"
    ).items
    assert [item.priority for item in items] == ["High", "P1", None]
    assert items[0].evidence["priority"].words == "High"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Add an alert @ana, @sam", "@ana, @sam"),
        ("Add an alert - @tom", "@tom"),
        ("Ana and Sam to add an alert", "Ana and Sam"),
        ("Add an alert (owner: Ana and Sam)", "Ana and Sam"),
    ],
)
def test_several_owners_stay_as_they_are_written(text: str, owner: str) -> None:
    (item,) = line(text)
    assert (item.text, item.owner) == ("Add an alert", owner)
