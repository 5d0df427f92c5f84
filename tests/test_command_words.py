"""What commands say where nothing is wrong: what a person decided is no failure, and nothing is said that is not so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.github_world import Issue
from service.lock import FileLock
from service.store import deliveries, tables
from tests.command_hands import Shop, command, shop
from tests.hands import TICKET


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def ticket(here: Shop) -> Issue:
    made = here.github.open_issue("acme/ops", "Checkout slow after failover", TICKET, labels=["incident"])
    here.github.close(made)
    return made


def propose(text: str) -> str:
    return text.replace('quiet = "0s"', 'quiet = "0s"\nmode = "propose"')


# --- proposed and parked


def test_what_is_proposed_or_parked_is_no_failure_of_build(here: Shop) -> None:
    here.write(change=propose)
    closed = ticket(here)
    first = here.run("build", "ops:acme/ops#1")
    assert first.code == 0, first.err
    assert first.line("Alert on queue depth").endswith("proposed, not filed")
    assert "action items proposed in the ticket: a comment /file there files them." in first.err
    assert "not filed yet" not in first.err
    here.github.comment(closed, "/park 1\n/file 2", author="alex")
    second = here.run("build", "ops:acme/ops#1")
    assert second.code == 0, second.err
    assert second.line("  parked, not filed")
    assert "1 action item parked, as a person said: a comment /file N there files one." in second.err


def test_what_is_proposed_or_parked_does_not_wait_for_resume(here: Shop) -> None:
    here.write(change=propose)
    ticket(here)
    assert here.run("build", "ops:acme/ops#1").code == 0
    assert here.run("pause").code == 0
    assert "  waits " not in here.run("check").out
    here.github.comment(here.github.issue("acme/ops", 1), "/park 1", author="alex")
    assert "not filed yet" not in here.run("check").out


# --- beside a running service


def test_only_what_is_handed_over_is_said_to_be(here: Shop) -> None:
    assert here.run("migrate").code == 0
    here.github.open_issue("acme/ops", "Still burning", "It burns.", labels=["incident"])
    with here.database() as database:
        assert database.path is not None
        lock = FileLock(database.path)
        lock.take(datetime.now(UTC))
        try:
            said = [here.run(*words).err for words in (["report"], ["build", "ops:acme/ops#1"], ["replay", "7"])]
        finally:
            lock.release()
    assert [text for text in said if "it does the work" in text] == []
    assert "There is no delivery 7." in said[2]


# --- what is there is said, and what is not is not


def test_a_week_that_has_no_report_is_told_alike_with_and_without_dry_run(here: Shop) -> None:
    assert here.run("migrate").code == 0
    for words in (["--week", "2020-W01"], ["--week", "2099-W01"], []):
        ran, tried = here.run("report", *words), here.run("report", *words, "--dry-run")
        assert (tried.code, tried.err) == (ran.code, ran.err), words
        assert "is not made yet" not in tried.err


def test_what_a_delivery_says_goes_on_below_its_column(here: Shop) -> None:
    assert here.run("migrate").code == 0
    why = "It was not read, and the reason takes far more words than a terminal has columns beside the other columns."
    with here.database() as database, database.begin() as connection:
        row = {"source": "ops", "delivery_id": "1", "headers": {}, "body": b"{}", "state": "quarantined"}
        deliveries.add_all(connection, [{**row, "received_at": datetime.now(UTC)}])
        connection.execute(tables.deliveries.update().values(reason=why))
    ran = here.run("deliveries")
    assert why in ran.line("quarantined")
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_command_without_settings_lists_none() -> None:
    for name in ("init", "demo", "read"):
        assert "--config" not in command(name, "--help").out, name
    assert "--config" in command("plan", "--help").out


def test_a_folder_that_nobody_would_expect_to_be_made_is_said(here: Shop) -> None:
    asked = {**here.environ, "DATABASE_URL": f"sqlite:///{here.folder}/one/afterword.db"}
    usual = command("--config", str(here.file), "migrate", environ=asked)
    assert "and the folder" not in usual.err
    asked["DATABASE_URL"] = f"sqlite:///{here.folder}/typed/wrong/afterword.db"
    ran = command("--config", str(here.file), "migrate", environ=asked)
    assert ran.code == 0
    assert f"afterword.db, and the folder {here.folder}/typed for it" in ran.err
