"""A stated date wins; else the days of the priority, then of the severity; else there is no date."""

from __future__ import annotations

from datetime import date

import pytest

from service.postmortem.due import due_for

CLOSED = date(2026, 11, 17)
RULES = {"P0": 7, "P1": 30, "SEV-1": 14, "sev3": 1}


def test_a_stated_date_wins_over_every_rule() -> None:
    assert due_for(date(2026, 12, 1), "P1", "SEV1", CLOSED, RULES) == (date(2026, 12, 1), "as written")


def test_the_priority_comes_before_the_severity() -> None:
    assert due_for(None, "P1", "SEV1", CLOSED, RULES) == (date(2026, 12, 17), "30 days, as P1")


@pytest.mark.parametrize("priority", [None, "P4", ""])
def test_the_severity_counts_where_the_priority_has_no_rule(priority: str | None) -> None:
    assert due_for(None, priority, "Sev 1", CLOSED, RULES) == (date(2026, 12, 1), "14 days, as SEV-1")


def test_one_day_is_said_in_the_singular() -> None:
    assert due_for(None, None, "SEV3", CLOSED, RULES) == (date(2026, 11, 18), "1 day, as sev3")


@pytest.mark.parametrize(("priority", "severity"), [(None, None), ("P9", "unknown"), ("", "")])
def test_without_a_rule_there_is_no_date(priority: str | None, severity: str | None) -> None:
    assert due_for(None, priority, severity, CLOSED, RULES) == (None, "")
    assert due_for(None, "P1", "SEV1", CLOSED, {}) == (None, "")
