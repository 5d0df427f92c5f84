"""Deeds, and what only prepares them: a first word with a hyphen, a raised ticket, a job that runs by itself."""

from __future__ import annotations

import pytest

from service.postmortem.model import ReadItem
from tests.reading_hands import read_text
from tests.test_items_done import items_of


def prose(text: str, heading: str = "How we prevent it") -> list[ReadItem]:
    return list(read_text(f"# Down\n\nIt broke.\n\n## {heading}\n\n{text}\n").items)


@pytest.mark.parametrize(
    "line",
    [
        "Re-worked our rota so that nobody is alone",
        "Re-wrote the failover runbook",
        "Re-wrote alerts",
        "Re-enabled alerts on lag",
        "Re-built the image from scratch",
        "Rolled-out the limit to all hosts",
        "Pre-warmed the caches of the second zone",
        "Cross-checked all hosts for the old key",
        "Double-checked the backups of db-a",
        "De-duplicated the alerts",
        "We re-worked access to the vault",
        "We've pre-warmed caches",
        "Reworked the rota",
        "Runbook re-written",
        "Alerts re-enabled",
        "Connection limit rolled-out",
    ],
)
def test_a_past_verb_with_a_hyphen_is_done(line: str) -> None:
    (item,) = items_of(line)
    assert item.done


@pytest.mark.parametrize(
    "line",
    [
        "Re-work our rota",
        "Re-write the failover runbook",
        "Re-seed the database of the second zone",
        "Re-embed the widgets",
        "Pre-approved changes for the rota",
        "Pre-built images for the second zone",
        "Rolled-up metrics for the queue",
        "Auto-generated runbooks",
        "Cross-checked backups every month",
        "Re-worked rota for weekends",
        "Rate-limited clients of the importer",
        "Post-incident review of the rota",
        "Re-opened the ticket for the exporter",
        "Alerts to be re-enabled",
        "Re-enable alerts rolled-out by the vendor",
    ],
)
def test_what_a_hyphen_describes_or_asks_for_is_open(line: str) -> None:
    (item,) = items_of(line)
    assert not item.done


def test_a_word_with_a_hyphen_is_read_as_its_siblings_are() -> None:
    told = items_of("We have tightened the releases", "Switched to the new pool", "Re-worked our secrets to be faster")
    assert [item.done for item in told] == [True] * 3


@pytest.mark.parametrize(
    "line",
    [
        "Advice received - ticket raised to investigate two ways: alerts in chat",
        "Vendor answered; issue created to add the retry",
        "Ticket raised to add an alert on lag",
        "Raised a ticket for the exporter",
        "An issue has been opened to split the pool",
        "Spike planned for the second zone",
        "Created a spike to compare two pools",
        "Advice received from the vendor on pooling",
        "Meeting booked with the vendor to review limits",
        "Scheduled a meeting with the vendor",
        "Scheduled a game day for the failover",
        "Proposal written for a second zone",
        "Wrote a proposal for a second zone",
        "Drafted an RFC for sharding",
        "Opened a pull request to raise the limit",
        "PR raised to add the alert",
        "Plan agreed to split the pool",
        "Raised it with the platform team",
        "Budget requested for a second zone",
        "Change request submitted for the firewall",
        "Support case raised with the vendor",
        "Added the alert to the backlog",
        "We identified two hosts that nobody owns",
        "We also decided to split the pool",
        "We discussed a second zone with the vendor",
        "Training booked for the on-call team",
        "Training scheduled",
        "Failover drill scheduled",
    ],
)
def test_what_only_prepares_the_work_is_open(line: str) -> None:
    (item,) = items_of(line)
    assert not item.done


@pytest.mark.parametrize(
    "line",
    [
        "Fixed the bug that was raised in the review",
        "Removed tickets from the export",
        "Added a test case for the importer",
        "Test case written for the importer",
        "Raised the limit of the pool",
        "Connection limit raised to 40",
        "Wrote the runbook for failover",
        "Created a dashboard for the queue",
        "Dashboard created for the queue",
        "Merged the pull request for the retry",
        "Fixed the issue created by the upgrade",
        "Ticket raised and alert added - done",
        "Meeting with the vendor (done)",
        "[x] Ticket raised with the vendor",
    ],
)
def test_the_work_itself_and_a_mark_are_done(line: str) -> None:
    (item,) = items_of(line)
    assert item.done


def test_what_only_prepares_is_open_among_what_is_done() -> None:
    told = items_of(
        "Added a limit", "Fixed the importer", "Planned a drill", "Spike created for sharding", "Purged logs"
    )
    assert [item.done for item in told] == [True, True, False, False, True]


@pytest.mark.parametrize(
    "line",
    [
        "Cron cleanup scheduled",
        "Cron job scheduled to remove old archives",
        "Nightly backup scheduled",
        "Nightly vacuum has been scheduled",
        "Hourly snapshots scheduled",
        "Weekly purge of the archive scheduled via systemd",
        "Cronjob scheduled every night",
        "Scheduled a nightly backup of the archive",
        "Scheduled a cron job to remove old archives",
        "We scheduled a daily export of the logs",
    ],
)
def test_a_job_that_runs_by_itself_is_done_once_it_is_scheduled(line: str) -> None:
    (item,) = items_of(line)
    assert item.done


@pytest.mark.parametrize(
    "line",
    [
        "Cleanup scheduled",
        "Cron cleanup to be scheduled",
        "Cron cleanup should be scheduled",
        "Cron migration scheduled",
        "Weekly review scheduled",
        "Cron cleanup scheduled for next sprint",
        "Cron cleanup scheduled on Monday",
        "Backup restore scheduled",
        "Schedule a nightly backup",
        "Scheduled a weekly call with the vendor",
        "Upgrade of the cron hosts scheduled",
        "[ ] Cron cleanup scheduled",
        "Cron cleanup - scheduled",
    ],
)
def test_what_people_do_at_a_time_is_open_until_then(line: str) -> None:
    (item,) = items_of(line)
    assert not item.done


def test_a_scheduled_job_as_a_heading_with_its_owner_is_done() -> None:
    text = "## Action items\n\n### 1) Cron cleanup scheduled `@sam`\n\nOld files go.\n\n### 2) Add an alert `@kim`\n"
    assert [(item.done, item.owner) for item in read_text(text).items] == [(True, "@sam"), (False, "@kim")]


@pytest.mark.parametrize(
    "text",
    [
        "We have to do better here, and we feel confident we will.",
        "We must do better.",
        "We need to be better than this.",
        "We will do better next time.",
        "We need to learn from this.",
        "We need to do better for our customers.",
        "We want to earn back your trust.",
        "We will work hard to regain your confidence, and we know that it takes time.",
        "We should do more, because you expect it.",
        "We have to improve, and we will.",
        "We are going to do everything we can.",
    ],
)
def test_a_closing_wish_to_be_better_is_no_item(text: str) -> None:
    listed = "- We have added a limit to the pool\n\n"
    assert [item.text for item in prose(listed + text)] == ["We have added a limit to the pool"]


@pytest.mark.parametrize(
    "text",
    [
        "We need to do better at testing the failover.",
        "We have to improve the alerts on lag.",
        "We must do more load tests.",
        "We will do better, and we will add an alert on lag.",
        "We should get better alerts.",
        "We need to learn how the pool recycles connections.",
        "We have to work on the failover.",
        "We need to improve monitoring.",
        "We will do better by adding an alert; the retry is next: add 2 seconds.",
        "We want to rebuild the pool.",
    ],
)
def test_a_promise_that_names_its_work_is_an_item(text: str) -> None:
    assert len(prose(text, "Action items")) == 1
