"""What reminders say: the examples of the texts, at the defaults, word for word."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.followup.leads import Hears
from service.followup.nudge_words import words
from service.followup.nudges import AFTER, BEFORE, Policy, steps_of
from service.followup.workdays import Workdays
from service.texts import Texts
from tests.nudge_hands import BERLIN, DAYS, item

TEXTS = Texts([], "Europe/Berlin", "https://postmortems.example.org")


def said(kind: str, today: date, *, why: Any = "owner", days: Workdays = DAYS, **more: Any) -> str:
    about = {name: more.pop(name) for name in ("adopted", "withheld", "tracker_kind") if name in more}
    return words(
        TEXTS, days, Policy(), item(**more), Hears("alex", why), kind, today, title="Checkout queue stalled",
        item_url="https://postmortems.example.org/postmortems/14#item-1", **{"tracker_kind": "github", **about},
    )  # fmt: skip


def test_the_example_of_a_nudge_before_the_date_comes_out_by_the_defaults() -> None:
    due = date(2026, 11, 24)
    assert steps_of(due, Policy(), DAYS)[0].day == date(2026, 11, 20)
    assert said(BEFORE, date(2026, 11, 20), due=due) == (
        "This is due on Tue 24 Nov 2026, in two working days. It came from "
        "[Checkout queue stalled](https://postmortems.example.org/postmortems/14#item-1).\n\n"
        "If the date no longer fits, change the line “Due” above. If it will not be done, close it as not planned with "
        "a short reason. Both are fine.\n\n"
        "There is no other reminder before the date."
    )


def test_the_example_of_a_nudge_after_the_date_comes_out_by_the_defaults() -> None:
    due = date(2026, 11, 19)
    assert [step.day for step in steps_of(due, Policy(), DAYS)] == [
        date(2026, 11, 17), date(2026, 11, 23), date(2026, 12, 7),
    ]  # fmt: skip
    assert said(AFTER, date(2026, 11, 23), due=due) == (
        "This was due on Thu 19 Nov 2026, 4 days ago. It came from "
        "[Checkout queue stalled](https://postmortems.example.org/postmortems/14#item-1).\n\n"
        "Three ways on:\n- it is done: close it\n- it needs longer: change the line “Due” above\n"
        "- it will not be done: close it as not planned, with a short reason\n\n"
        "One more reminder comes on Mon 7 Dec 2026. After that it stands in the weekly report only."
    )


def test_the_last_one_says_that_none_follows() -> None:
    text = said(AFTER, date(2026, 12, 7), due=date(2026, 11, 19))
    assert text.endswith("No other reminder comes. It stands in the weekly report only.")


@pytest.mark.parametrize(
    ("why", "more", "sentence"),
    [
        ("none", {"owner": None, "owner_id": None}, "No owner yet. Assign someone here; the postmortem follows."),
        ("left", {}, "No owner any more. Assign someone here; the postmortem follows."),
        (
            "unmapped",
            {"owner": "@release-eng", "owner_id": None},
            "No owner yet: `@release-eng` of the ticket is not in the people map. Assign someone here; "
            "the postmortem follows.",
        ),
    ],
)
def test_an_item_without_an_owner_says_so_plainly_and_calls_nobody(
    why: str, more: dict[str, Any], sentence: str
) -> None:
    for kind, today in ((BEFORE, date(2026, 11, 18)), (AFTER, date(2026, 11, 23))):
        text = said(kind, today, why=why, **more)
        assert f"\n\n{sentence}\n\n" in text
        assert "@" not in text.replace("`@release-eng`", "")
        assert "\n\n\n" not in text


def test_an_unmapped_login_that_is_assigned_is_an_owner() -> None:
    assert "No owner" not in said(AFTER, date(2026, 11, 23), why="unmapped", owner="@stranger", owner_id="stranger")


def test_jira_says_where_its_date_is_and_an_adopted_issue_how_to_write_one() -> None:
    jira = said(AFTER, date(2026, 11, 23), tracker_kind="jira")
    assert "change the due date of this issue" in jira
    assert "close it as won't do, with a short reason" in jira
    assert "write a line `**Due:** 2026-12-23` above" in said(AFTER, date(2026, 11, 23), adopted=True)


def test_what_more_people_can_read_than_the_ticket_has_no_word_of_it() -> None:
    text = said(AFTER, date(2026, 11, 23), withheld=True, why="unmapped", owner="Kim Secret", owner_id=None)
    assert "Checkout" not in text
    assert "Kim" not in text
    assert "acme/ops#30" in text


def test_days_are_told_as_they_are() -> None:
    assert said(BEFORE, date(2026, 11, 24), due=date(2026, 11, 24)).startswith("This is due today. ")
    assert "tomorrow" not in said(BEFORE, date(2026, 11, 23), due=date(2026, 11, 24))
    assert "in one working day." in said(BEFORE, date(2026, 11, 23), due=date(2026, 11, 24))
    assert ", in 1 day." in said(BEFORE, date(2026, 11, 21), due=date(2026, 11, 22))  # over a weekend
    assert ", 1 day ago." in said(AFTER, date(2026, 11, 20), due=date(2026, 11, 19))
    off = Workdays(BERLIN, days_off={date(2026, 11, 23)})
    assert steps_of(date(2026, 11, 24), Policy(), off)[0].day == date(2026, 11, 19)
