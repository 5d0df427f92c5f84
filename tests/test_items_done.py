"""What is told as done, and what only looks like it. A wrong "done" is a promise that nobody files."""

from __future__ import annotations

import pytest

from service.postmortem.model import ReadItem
from tests.reading_hands import read_text


def items_of(*lines: str, heading: str = "Action items") -> tuple[ReadItem, ...]:
    return read_text(f"# Down\n\nIt broke.\n\n## {heading}\n\n" + "".join(f"- {line}\n" for line in lines)).items


@pytest.mark.parametrize(
    "line",
    [
        "Script updated to keep both paths",
        "Dashboard added",
        "Dashboard added for the queue",
        "Alert threshold raised to 5m",
        "Node pool was resized",
        "Node pool resized from 3 to 5",
        "Memory limit increased to 2Gi",
        "Old exporter removed from the hosts",
        "Runbook for database failover written",
        "Two replicas added in eu-west",
        "Test suite updated, it covers the importer now",
    ],
)
def test_a_thing_and_what_was_done_to_it_is_done(line: str) -> None:
    (item,) = items_of(line)
    assert item.done
    assert item.evidence["done"].why == "it is told as done"


@pytest.mark.parametrize(
    "line",
    [
        "Documentation to be updated",
        "Alarms to be added for free storage",
        "Limits should be raised to 5m",
        "Limits will be raised to 5m",
        "Runbook needs to be updated",
        "Get the alert fixed",
        "Ensure docs updated",
        "Alert added once the exporter is live",
        "Revert limits raised to 5m",
        "Test scripts updated in CI",
        "Better alerts added for the queue",
        "New alert created to page on-call",
        "List of hosts removed from the pool",
        "Visibility into changes made to DNS",
        "Alerts for pods restarted by the kubelet",
        "Service restarted when memory runs out",
        "Deployments blocked when tests fail",
        "Alerts routed to the right team",
        "Alerts based on queue depth",
        "Requests limited per customer",
        "Automated tests for the pool",
        "Improved monitoring",
        "Updated runbook for pool exhaustion",
        "Documented procedure for failover",
        "Memory limit increased",
        "Load test added to the backlog",
        "Dashboard added to our Q3 roadmap",
        "Ticket created for the exporter",
        "Runbook updated by 4 December 2026",
        "Limits raised to 5m, due: 4 December 2026",
        "Dashboard added (in progress)",
        "Dashboard added for the queue - in progress",
        "Dashboard added? Ask the platform team",
    ],
)
def test_a_wish_a_plan_and_a_longer_name_are_not_done(line: str) -> None:
    (item,) = items_of(line)
    assert not item.done


@pytest.mark.parametrize(
    "line",
    ["Documentation updated", "Updated the docs", "Monitoring was added for the cache", "**Docs**: added a page"],
)
def test_an_open_box_is_not_done_by_the_tense_of_its_words(line: str) -> None:
    (opened,), (ticked,) = items_of(f"[ ] {line}"), items_of(f"[x] {line}")
    assert not opened.done
    assert ticked.done


def test_what_may_be_a_description_is_done_among_what_is_told() -> None:
    told = items_of("Added a limit", "Updated runbook for pool exhaustion", "Fixed the importer")
    assert [item.done for item in told] == [True] * 3
    wished = items_of("Updated runbook for pool exhaustion", "Alerts based on lag", "Fixed the importer")
    assert [item.done for item in wished] == [False, False, True]


def test_an_open_box_that_says_done_is_done() -> None:
    assert items_of("[ ] Add an alert (done)")[0].done


def test_a_status_that_is_open_wins_over_the_tense() -> None:
    text = (
        "## Action items\n\n| Action | Status |\n|---|---|\n| Alert added for lag | Open |\n| Docs updated | Done |\n"
    )
    assert [item.done for item in read_text(text).items] == [False, True]


def test_what_stands_below_a_name_that_says_open_is_open() -> None:
    text = "## Action items\n\n### Planned\n\n- Alert added for lag\n\n### Done\n\n- Retry the import\n"
    assert [item.done for item in read_text(text).items] == [False, True]
