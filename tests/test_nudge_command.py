"""`nudge`, as it is typed: says who would get what, when and why; then sends it, once. And its settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.base import AfterwordError
from service import wiring
from service.store import tables
from tests.command_hands import Shop, shop
from tests.world import environ

#: every hour of every day, so that the real clock may stand anywhere
ALWAYS = """
[nudges]
hours = "00:00-24:00"
working_days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
untouched = 0
digest = ""
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        made.write(ALWAYS)
        ticket = made.github.open_issue(
            "acme/ops", "Checkout slow", "## Action items\n- [ ] Test pooled connections @alex\n- [ ] Page sooner @sam",
            labels=["incident", "SEV2"],
        )  # fmt: skip
        made.github.close(ticket)
        assert made.run("build", "ops:acme/ops#1").code == 0
        due = datetime.now(UTC).date() - timedelta(days=4)
        for issue in made.github.issues:
            issue.body = re.sub(r"\*\*Due:\*\* \S+", f"**Due:** {due}", issue.body or "")
        with made.database() as database, database.begin() as connection:
            connection.execute(sa.update(tables.items).values(due=due, tracker_due=due))
            snoozed = tables.items.c.text == "Page sooner"
            connection.execute(sa.update(tables.items).where(snoozed).values(snoozed_until=due + timedelta(days=400)))
        yield made


def test_the_rehearsal_says_who_gets_what_and_what_is_held_back_and_the_command_sends_it_once(here: Shop) -> None:
    before = len(here.writes())
    said = here.run("nudge", "--dry-run")
    assert said.code == 0, said.err
    assert "On their issues now, 1" in said.out
    assert "Held back, 1" in said.out
    assert ", snoozed, from " in said.line("sam: after its due date")
    assert said.lines[said.lines.index(said.line("alex: after its due date")) + 1] == "    Test pooled connections"
    found = json.loads(here.run("nudge", "--dry-run", "--format", "json").out)
    assert [(one["person"], one["outcome"], one["why"]) for one in found["nudges"]] == [
        ("alex", "now", "due for it"), ("sam", "held", "snoozed"),
    ]  # fmt: skip
    assert len(here.writes()) == before
    ran = here.run("nudge")
    assert (ran.code, "1 reminder sent." in ran.out) == (0, True), ran.out + ran.err
    again = here.run("nudge")
    assert (again.code, "0 reminders sent." in again.out) == (0, True), again.out
    comments = [comment.body for issue in here.github.issues for comment in issue.comments]
    assert sum("afterword:nudge" in body for body in comments) == 1


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('hours = "17:00-09:00"', "nudges.hours", "are no hours of one day"),
        ('hours = "9-17"', "nudges.hours", "are no hours of one day"),
        ('digest = "weekly"', "nudges.digest", "is not a day and a time"),
        ('country = "XX"', "nudges.country", "is no country whose holidays are known"),
        ('country = "US-ZZ"', "nudges.country", "is no country whose holidays are known"),
        ("country = 3", "nudges.country", "is no country whose holidays are known"),
        ("after = [12, 2]", "nudges.after", "do not rise"),
        ("after = [2, 100000]", "nudges.after", "do not rise"),
        ('working_days = ["Monday"]', "nudges.working_days", "are no days of the week"),
        ("working_days = []", "nudges.working_days", "are no days of the week"),
        ('timezone = "Mars/Base"', "nudges.timezone", "is not a timezone"),
        ('days_off = ["soon"]', "nudges.days_off", ""),
    ],
)
def test_each_fault_in_the_settings_of_reminders_names_its_key(tmp_path: Path, text: str, key: str, words: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"[nudges]\n{text}\n")
    with pytest.raises(AfterwordError) as caught:
        wiring.load_settings(file, environ())
    assert key.rpartition(".")[2] in str(caught.value)
    assert words in str(caught.value)


def test_the_settings_of_reminders_are_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[nudges]\ncountry = "US-CA"\ndays_off = [2026-12-24]\nafter = []\nhours = "00:00-24:00"\ndigest = ""\n'
    )
    said = wiring.load_settings(file, environ()).nudges
    assert (said.after, said.digest, said.weekdays, len(said.days_off)) == ((), "", (0, 1, 2, 3, 4), 1)
