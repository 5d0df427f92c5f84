"""Commands in comments on issues: what is read, and what is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service.followup.spoken import FARTHEST, NO_DAY, NO_REASON, PAST, TOO_FAR, commands

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("until 2026-12-24", date(2026, 12, 24)),
        ("until 24 Dec", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        ("till next Friday, the vendor ships then", date(2026, 12, 4)),
        ("2 weeks", date(2026, 12, 8)),
        ("for 2 weeks", date(2026, 12, 8)),
        ("in two weeks", date(2026, 12, 8)),
        ("a month", date(2026, 12, 24)),
        ("tomorrow", date(2026, 11, 25)),
        (": until 1 Dec.", date(2026, 12, 1)),
    ],
)
def test_a_snooze_names_a_day_as_people_write_it(words: str, day: date) -> None:
    (one,) = commands(f"/snooze {words}", TODAY)
    assert (one.verb, one.until, one.unclear) == ("snooze", day, "")


@pytest.mark.parametrize("words", ["/snooze off", "/Snooze OFF.", "/unsnooze", "  /snooze none"])
def test_a_snooze_is_taken_back(words: str) -> None:
    (one,) = commands(words, TODAY)
    assert (one.verb, one.until, one.unclear) == ("snooze", None, "")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", NO_DAY),
        ("for a while", NO_DAY),
        ("until 03/04/2026", NO_DAY),
        ("until 2026-02-30", NO_DAY),
        ("until 9999-12-31", NO_DAY),
        ("until 2026-11-24", PAST),
        ("until 1926-11-24", NO_DAY),
        ("until 2025-12-24", PAST),
        ("until 2029-12-24", TOO_FAR),
    ],
)
def test_a_snooze_without_a_day_ahead_is_not_obeyed(words: str, why: str) -> None:
    (one,) = commands(f"/snooze {words}", TODAY)
    assert one.unclear == why


def test_a_snooze_reaches_a_year_and_no_farther() -> None:
    assert commands(f"/snooze {TODAY + FARTHEST}", TODAY)[0].unclear == ""
    assert commands(f"/snooze {TODAY + FARTHEST + timedelta(days=1)}", TODAY)[0].unclear == TOO_FAR


@pytest.mark.parametrize("name", ["wontdo", "wont-do", "won't-do", "won’tdo", "WontDo"])
def test_a_wontdo_gives_its_reason(name: str) -> None:
    (one,) = commands(f"/{name} We left\nthat vendor.\n\nThanks.", TODAY)
    assert (one.verb, one.reason, one.unclear) == ("wontdo", "We left that vendor.", "")


def test_a_reason_may_stand_below_and_is_asked_for_where_there_is_none() -> None:
    assert commands("/wontdo\nWe left.", TODAY)[0].reason == "We left."
    assert commands("/wontdo\n\nWe left.", TODAY)[0].unclear == NO_REASON
    assert len(commands("/wontdo " + "so " * 1000, TODAY)[0].reason) <= 500


@pytest.mark.parametrize(
    "text",
    [
        "Please /snooze until 24 Dec",
        "> /snooze until 24 Dec",
        "    /snooze until 24 Dec",
        "```\n/snooze until 24 Dec\n```",
        "~~~\n```\n/snooze until 24 Dec\n~~~",
        "/snoozed until 24 Dec",
        "/snooze-all until 24 Dec",
        "see /var/log/snooze",
    ],
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert commands(text, TODAY) == ()


def test_several_commands_are_read_in_order() -> None:
    found = commands("- /snooze 2 weeks\n- /snooze off\n/wontdo Gone.\n/snooze 1 Dec", TODAY)
    assert [one.verb for one in found] == ["snooze", "snooze", "wontdo", "snooze"]
    assert found[2].reason == "Gone."


@pytest.mark.parametrize(
    "text", ["/snooze " * 20_000, "`" * 50_000, "\n" * 50_000, "/wontdo " + " " * 50_000, "/snooze\n" * 9000]
)
def test_long_texts_take_no_time(text: str) -> None:
    commands(text, TODAY)
