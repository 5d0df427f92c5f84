"""Commands in comments, in every form in which people write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.base import Person
from service.postmortem.model import Reading, Section
from tests.conversation_hands import OPENED, comment, ticket
from tests.reading_hands import read_ticket


def heard(*texts: str, zone: str = "UTC") -> Reading:
    return read_ticket(ticket(*texts), zone=zone)


def items(reading: Reading) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.text, one.owner, one.due.isoformat() if one.due else None, one.priority) for one in reading.items]


# --- commands, in every form in which people write them


@pytest.mark.parametrize(
    "text",
    [
        "/action Add an alert on queue depth @sam due:2026-12-01 P1",
        "/ACTION Add an alert on queue depth @sam due:2026-12-01 P1",
        "/action: Add an alert on queue depth @sam due:2026-12-01 P1",
        "- /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "  * /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "1. /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "- [ ] /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "- Then:\n    - /action Add an alert on queue depth @sam due:2026-12-01 P1",
        "Done for today.\n/action Add an alert on queue depth @sam due:2026-12-01 P1\nThanks!",
        "/action\nAdd an alert on queue depth @sam due:2026-12-01 P1\n\nThanks!",
        "/action\nAdd an alert on queue depth @sam\ndue: 2026-12-01\npriority: P1\n/impact Much",
        "- /action Add an alert on queue depth @sam\n  due: 2026-12-01\n  priority: P1\n- thanks",
        "/action\n- Add an alert on queue depth @sam due:2026-12-01 P1",
        "/action\r\nAdd an alert on queue depth @sam due:2026-12-01 P1\r\n",
        "/todo P1: Add an alert on queue depth (@sam, due 1 December)",
    ],
)
def test_an_action_is_read_in_whatever_form_it_is_written(text: str) -> None:
    assert items(heard(text)) == [("Add an alert on queue depth", "@sam", "2026-12-01", "P1")]


@pytest.mark.parametrize(
    "text",
    [
        "```\n/action Add an alert\n```",
        "    /action Add an alert",
        "> /action Add an alert",
        "> - /action Add an alert",
        "see /action Add an alert",
        "`/action Add an alert`",
        "/actions Add an alert",
        "/action/items are there",
        "/action",
        "/action\n\nAdd an alert",
        "/action TBD",
        "/action @sam P1",
        "\t/action Add an alert",
    ],
)
def test_what_is_no_command_adds_no_item(text: str) -> None:
    assert items(heard(text)) == []


def test_each_entry_of_a_list_below_a_command_is_an_item() -> None:
    reading = heard(
        "/action\n- Add an alert on queue depth @sam\n- Write a runbook\n  for the failover\n- [x] Test it\n\n- no"
    )
    assert [(one.text, one.done, one.lines) for one in reading.items] == [
        ("Add an alert on queue depth", False, (2, 2)),
        ("Write a runbook for the failover", False, (3, 4)),
        ("Test it", True, (5, 5)),
    ]
    assert reading.items[0].evidence["owner"].words == "@sam"
    assert reading.items[0].evidence["owner"].first == 2


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("due:next Friday", "2026-11-27"),
        ("due:Friday", "2026-11-20"),
        ("due: 1 Dec", "2026-12-01"),
        ("due:tomorrow", "2026-11-18"),
        ("by 2026-12-01", "2026-12-01"),
        ("due:12", None),
        ("due:December", None),
        ("due:Q4 2026", None),
        ("due:soon", None),
    ],
)
def test_a_due_date_is_a_day_or_none(words: str, due: str | None) -> None:
    (found,) = heard(f"/action Add an alert on queue depth {words}").items
    assert (found.due.isoformat() if found.due else None) == due
    assert found.text == "Add an alert on queue depth" or due is None


def test_next_friday_is_counted_from_the_comment_in_the_zone_of_the_settings() -> None:
    late = replace(ticket(), comments=(comment("/action Add an alert due:tomorrow", at=OPENED.replace(hour=23)),))
    assert read_ticket(late).items[0].due == date(2026, 11, 18)
    assert read_ticket(late, zone="Asia/Tokyo").items[0].due == date(2026, 11, 19)


def test_the_last_word_on_impact_cause_and_severity_stands() -> None:
    reading = heard(
        "/impact Half of the orders\n/severity 2\n/cause The network",
        "/impact\nEvery tenth order\nfor an hour\n\nLooking further.\n/cause: The pool\n/SEV sev1",
        "## Impact\n\nEvery ninth order.",
    )
    assert reading.sections[Section.IMPACT].text == "Every ninth order."
    assert reading.sections[Section.ROOT_CAUSE].text == "The pool"
    assert reading.sections[Section.ROOT_CAUSE].lines == ((6, 6),)
    assert reading.severity == "SEV1"
    earlier = heard("/impact Half", "/impact\nEvery tenth order\nfor an hour\n\nLooking further.", "/impact n/a")
    assert earlier.sections[Section.IMPACT].text == "Every tenth order\nfor an hour"


def test_lines_below_a_timeline_command_are_lines_of_the_timeline() -> None:
    reading = heard("/timeline\n14:05 Failover begun\n14:08 UTC Pool is old,\nas it seems\n23:50 The night before")
    told = [(f"{line.at:%d %H:%M}", line.text) for line in reading.timeline if line.at and line.source]
    assert told == [
        ("16 23:50", "The night before"),
        ("17 14:05", "Failover begun"),
        ("17 14:08", "Pool is old, as it seems"),
    ]


def test_numbers_park_those_items_and_words_are_an_item_that_is_parked() -> None:
    reading = heard("/park 2 and 4", "/park Move the orders elsewhere @sam", "/park", "/file 3", "/file the last")
    assert [(one.verb, one.numbers) for one in reading.decisions] == [("park", (2, 4)), ("park", ()), ("file", (3,))]
    assert [(one.text, one.owner) for one in reading.items] == [("Move the orders elsewhere", "@sam")]
    assert len([said for said in reading.not_obeyed if "names no action items" in said]) == 2


@pytest.mark.parametrize(
    ("command", "numbers"),
    [
        ("/park 1 too big", (1,)),
        ("/park 1: too big", (1,)),
        ("/park #2 - a duplicate", (2,)),
        ("/park 1, 3 and 4 wait for the budget", (1, 3, 4)),
        ("/park 2-4 next year", (2, 3, 4)),
        ("/park 3rd replica of the pool", ()),
        ("/park 2FA for the admins", ()),
        ("/park 5% of the traffic on a canary", ()),
    ],
)
def test_numbers_before_words_park_those_items_and_the_words_are_the_reason(
    command: str, numbers: tuple[int, ...]
) -> None:
    reading = heard(command)
    assert [(one.verb, one.numbers) for one in reading.decisions] == [("park", numbers)]
    assert len(reading.items) == (0 if numbers else 1)


def test_what_is_said_in_passing_in_a_comment_states_no_start_or_end_of_the_incident() -> None:
    reading = heard("It went down at 13:05 UTC yesterday as well, and was fixed at 13:20 UTC.", "Started: 14:01")
    assert (reading.started_at, reading.resolved_at) == (OPENED.replace(minute=1), None)


def test_a_comment_of_a_bot_or_of_ours_commands_nothing_and_a_strangers_is_shown() -> None:
    said = "/action Add an alert\n/impact Much"
    bot = replace(ticket(), comments=(comment(said, author=Person("ci", "ci", bot=True)),))
    ours = replace(ticket(), comments=(comment(said, trusted=False, own=True), comment(said, marker="41d0")))
    stranger = replace(ticket(), comments=(comment(said, trusted=False),))
    for one in (bot, ours, stranger):
        reading = read_ticket(one)
        assert (reading.items, reading.decisions, reading.sections[Section.IMPACT].text) == ((), (), None)
    assert read_ticket(bot).not_obeyed == ()
    assert len(read_ticket(ours).not_obeyed) == 2
    assert read_ticket(stranger).not_obeyed == (
        "comment 1: /action by @sam, who has no role here",
        "comment 1: /impact by @sam, who has no role here",
    )
