"""`plan`, `--dry-run` and `build --since`: what would be written is shown, word for word, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.github_world import Issue
from service.store import meta, tables
from tests.command_hands import Shop, shop
from tests.hands import COMMENT, MARKER, TICKET


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        assert made.run("migrate").code == 0
        yield made


def ticket(here: Shop, title: str = "Checkout slow after failover") -> Issue:
    made = here.github.open_issue("acme/ops", title, TICKET, labels=["incident", "SEV2"])
    here.github.close(made)
    return made


def everything(here: Shop) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with here.database() as database, database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def test_a_plan_shows_word_for_word_what_is_then_written(here: Shop) -> None:
    made = ticket(here)
    before = everything(here)
    plan = here.run("plan", "ops:acme/ops#1")
    assert plan.code == 0, plan.err
    assert here.writes() == []
    assert everything(here) == before
    assert "3 issues would be filed, 1 comment written." in plan.out
    assert "Restart the pools  done already: recorded, not filed" in plan.out

    assert here.run("build", "ops:acme/ops#1").code == 0
    issues = [one for one in here.github.issues if re.search(MARKER, one.body or "")]
    assert len(issues) == 2
    for one in issues:
        assert one.title in plan.out
        assert one.body.strip() in plan.out
    (task,) = [one for one in here.jira.issues if one.project.key == "PAY"]
    marker = re.search(MARKER, task.description.wiki)
    assert marker
    assert marker[0] in plan.out
    assert task.summary in plan.out
    (comment,) = [one.body for one in made.comments if COMMENT in one.body]
    for line in comment.splitlines():
        if not line.startswith(("| ○", "As of")):  # issues have numbers by now, and a minute may have passed
            assert line in plan.out, line
    assert "/postmortems/1" in plan.out


def test_a_plan_of_what_is_filed_already_files_nothing_again(here: Shop) -> None:
    ticket(here)
    assert here.run("build", "ops:acme/ops#1").code == 0
    done = len(here.writes())
    plan = here.run("plan", "ops:acme/ops#1")
    assert "0 issues would be filed" in plan.out
    assert "acme/checkout#1, filed already" in plan.out
    assert len(here.writes()) == done


def test_build_dry_run_is_the_plan(here: Shop) -> None:
    ticket(here)
    assert "3 issues would be filed" in here.run("build", "--dry-run", "ops:acme/ops#1").out
    assert here.writes() == []


def test_where_items_are_proposed_a_plan_shows_what_a_word_would_file(here: Shop) -> None:
    ticket(here)
    here.write("", lambda text: text.replace("[filing]", '[filing]\nmode = "propose"'))
    plan = here.run("plan", "ops:acme/ops#1")
    assert "0 issues would be filed, 1 comment written.\n3 issues more on a `/file` in the ticket." in plan.out
    assert plan.out.count("a new issue, once a `/file` in the ticket says so") == 3
    assert "1. Test pooled connections with a write" in plan.out
    assert here.writes() == []


def test_a_plan_of_an_open_ticket_says_so(here: Shop) -> None:
    here.github.open_issue("acme/ops", "Open", TICKET, labels=["incident"])
    ran = here.run("plan", "ops:acme/ops#1")
    assert ran.code == 1
    assert "acme/ops#1 is still open" in ran.err


# --- everything since a day


@pytest.fixture
def past(here: Shop) -> Shop:
    """Three closed incidents: 40, 20 and 10 days ago; one is no incident, one is open."""
    now = datetime.now(UTC)
    for days in (40, 20, 10):
        here.github.clock = lambda days=days: now - timedelta(days=days)
        ticket(here, f"Incident of {days} days ago")
    here.github.close(here.github.open_issue("acme/ops", "A question"))
    here.github.open_issue("acme/ops", "Still open", TICKET, labels=["incident"])
    here.github.clock = lambda: datetime.now(UTC)
    return here


def since(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def test_build_since_shows_and_does_nothing(past: Shop) -> None:
    before = everything(past)
    ran = past.run("build", "--since", since(30), "ops")
    assert ran.code == 0, ran.err
    assert [line.split("  ")[-1] for line in ran.out.splitlines()[:2]] == [
        "Incident of 20 days ago",
        "Incident of 10 days ago",
    ]
    assert "2 tickets, 0 of them known already." in ran.out
    assert f"build --since {since(30)} --no-dry-run ops" in ran.err
    assert past.writes() == []
    assert everything(past) == before


def test_build_since_does_it_when_told_and_says_how_far_it_is(past: Shop) -> None:
    ran = past.run("build", "--since", since(30), "--no-dry-run", "ops")
    assert ran.code == 0, ran.err
    assert "1 of 2: acme/ops#2" in ran.err
    assert "2 of 2: acme/ops#3" in ran.err
    assert past.filed() == [1] * 6
    again = past.run("build", "--since", since(30), "--no-dry-run", "ops")
    assert "2 tickets, 2 of them known already." in again.out
    assert past.filed() == [1] * 6


def test_more_tickets_from_the_past_than_a_storm_are_no_storm(past: Shop) -> None:
    past.write("", lambda text: text.replace("[filing]", "[filing]\nmax_per_hour = 1"))
    assert past.run("build", "--since", since(90), "--no-dry-run", "ops").code == 0
    assert past.filed() == [1] * 9


# --- other commands that can be tried


def test_sync_dry_run_shows_what_changed_and_records_nothing(here: Shop) -> None:
    ticket(here)
    here.run("build", "ops:acme/ops#1")
    here.run("sync")
    first = next(one for one in here.github.issues if re.search(MARKER, one.body or ""))
    here.github.close(first)
    before = everything(here)
    ran = here.run("sync", "--dry-run")
    assert ran.code == 0, ran.err
    assert "● acme/checkout#1  Done" in ran.out
    assert "Nothing was recorded." in ran.err
    assert everything(here) == before
    assert "● acme/checkout#1  Done" in here.run("sync").out


def test_report_dry_run_freezes_nothing(here: Shop) -> None:
    with here.database() as database, database.begin() as connection:
        meta.replace(connection, "first_boot", (datetime.now(UTC) - timedelta(days=30)).isoformat())
    ran = here.run("report", "--dry-run")
    assert ran.code == 0, ran.err
    assert "is not made yet. Without --dry-run it is made and frozen." in ran.err
    with here.database() as database, database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.reports)).scalar_one() == 0


def test_replay_dry_run_of_an_unknown_delivery_says_so(here: Shop) -> None:
    ran = here.run("replay", "--dry-run", "7")
    assert ran.code == 1
    assert "There is no delivery 7." in ran.err
