"""An incident whose days of keeping were over is not built once more: its items would be filed a second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.store import retention
from tests.command_hands import Shop, shop
from tests.hands import TICKET

SENTENCE = "The incident was removed on 3 May 2026, as its days of keeping were over."


def built_and_removed(here: Shop) -> None:
    """One that was removed, of which a later reading changed an item's words; and one that is here."""
    for words in ("pooled", "idle"):
        ticket = here.github.open_issue("acme/ops", "Slow", TICKET.replace("pooled", words), labels=["incident"])
        here.github.close(ticket)
        assert here.run("build", f"ops:acme/ops#{ticket.number}").code == 0
    here.github.edit(here.github.issue("acme/ops", 1), body=TICKET.replace("a write", "a write and a read"))
    with here.database() as database, database.begin() as connection:
        retention.remove_incident(connection, 1, datetime.now(UTC), "3 May 2026")


def test_what_was_removed_is_neither_built_nor_planned(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        built_and_removed(here)
        before = here.filed()
        for line in (["build"], ["build", "--dry-run"], ["plan"]):
            ran = here.run(*line, "ops:acme/ops#1")
            assert ran.code == 1, line
            assert SENTENCE in ran.err, line
            assert "a second time" in ran.err, line
            assert ran.out == "", line
        assert here.run("build", "ops:acme/ops#2").code == 0
        assert here.filed() == before == [1] * 6


def test_all_since_a_day_leaves_out_what_was_removed(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        built_and_removed(here)
        since = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        shown = here.run("build", "--since", since, "ops")
        assert "which was removed" in shown.line("acme/ops#1 ")
        assert "has its postmortem" in shown.line("acme/ops#2 ")
        ran = here.run("build", "--since", since, "--no-dry-run", "ops")
        assert ran.code == 0
        assert "1 of 1: acme/ops#2" in ran.err
        assert here.filed() == [1] * 6
