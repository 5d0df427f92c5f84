"""A timeline is read whatever it is written in: in order, across midnight, each line once and with its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.model import TimelineLine
from service.postmortem.outline import outline
from service.postmortem.timeline import in_order, read_timeline
from service.words import words

DAY = date(2026, 11, 17)


def at(hour: int, minute: int, day: int = 17) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def lines(body: str, *, day: date | None = DAY, zone: str = "UTC") -> list[TimelineLine]:
    whole = outline(f"# Down\n\n## Timeline\n\n{body}\n", words())
    return read_timeline(whole.parts, zone=ZoneInfo(zone), day=day)


def told(body: str, *, day: date | None = DAY) -> list[tuple[datetime | None, str]]:
    return [(line.at, line.text) for line in lines(body, day=day)]


TWO = [(at(14, 5), "Failover begins"), (at(14, 20), "Orders are back")]


@pytest.mark.parametrize(
    "body",
    [
        "- 14:05 Failover begins\n- 14:20 Orders are back",
        "* **14:05** Failover begins\n* **14:20** Orders are back",
        "- `14:05` Failover begins\n- `14:20` Orders are back",
        "- [14:05] Failover begins\n- [14:20] Orders are back",
        "1. 14:05 UTC - Failover begins\n2. 14:20 UTC - Orders are back",
        "- 2:05pm: Failover begins\n- 2:20pm: Orders are back",
        "- 14.05 Failover begins\n- 14.20 Orders are back",
        "- 1405 Failover begins\n- 1420 Orders are back",
        "- 14h05 Failover begins\n- 14h20 Orders are back",
        "- 14:05-14:15 Failover begins\n- 14:20 – 14:30 Orders are back",
        "- 2026-11-17T15:05:00+01:00 Failover begins\n- 2026-11-17T15:20:00+01:00 Orders are back",
        "- 17 Nov 2026, 14:05 Failover begins\n- 17 Nov 2026, 14:20 Orders are back",
        "- Tue 14:05 Failover begins\n- Tue 14:20 Orders are back",
        "- Failover begins (14:05)\n- Orders are back (14:20 UTC)",
        "- Failover begins: 14:05\n- Orders are back: 14:20 UTC",
        "- 2026-11-17\n  - 14:05 Failover begins\n  - 14:20 Orders are back",
        "- 14:05\n  - Failover begins\n- 14:20\n  - Orders are back",
        "14:05 Failover begins\n14:20 Orders are back",
        "14:05 UTC: Failover begins\n\n14:20 UTC: Orders are back",
        "14:05\n\nFailover begins\n\n14:20\n\nOrders are back",
        "```\n14:05 Failover begins\n14:20 Orders are back\n```",
        "> 14:05 Failover begins\n> 14:20 Orders are back",
        "### 14:05\n\nFailover begins\n\n### 14:20\n\nOrders are back",
        "### 14:05 - Failover begins\n\n### 14:20 - Orders are back",
        "### 2026-11-17\n\n14:05 Failover begins\n\n14:20 Orders are back",
        "**2026-11-17**\n\n- 14:05 Failover begins\n- 14:20 Orders are back",
        "| Time | Event |\n|---|---|\n| 14:05 | Failover begins |\n| 14:20 | Orders are back |",
        "| Event | Time (UTC) |\n|---|---|\n| Failover begins | 14:05 |\n| Orders are back | 14:20 |",
        "| Date | | Time |\n|---|---|---|\n| 2026-11-17 | Failover begins | 14:05 |\n| | Orders are back | 14:20 |",
        "| Time in CET | Event |\n|---|---|\n| 15:05 | Failover begins |\n| 15:20 | Orders are back |",
        "| Wann | |\n|---|---|\n| 17.11.2026 14:05 | Failover begins |\n| 17.11.2026 14:20 | Orders are back |",
        "| Time | What |\n|---|---|\n| **2026-11-17** | |\n| 14:05 | Failover begins |\n| 14:20 | Orders are back |",
        "| Time | What |\n|---|---|\n| | 17 November 2026 |\n| 14:05 | Failover begins |\n| 14:20 | Orders are back |",
        "| From | To | What |\n|---|---|---|\n| 14:05 | 14:10 | Failover begins |\n| 14:20 | 14:30 | Orders are back |",
        "All times in UTC+1\n\n- 15:05 Failover begins\n- 15:20 Orders are back",
        "sam 2:05 PM\nFailover begins\n\nalex 2:20 PM\nOrders are back",
    ],
)
def test_a_timeline_is_read_in_whatever_it_is_written(body: str) -> None:
    found = told(body)
    assert [(moment, text.split(": ")[-1]) for moment, text in found] == TWO


def test_every_line_says_where_it_stands() -> None:
    body = "- 14:05 a\n- 14:06 b\n\n| Time | What |\n|---|---|\n| 14:07 | c |\n\n14:08 d\n14:09 e\n\n"
    body += "```\n14:10 f\n14:11 g\n```\n\n### 14:12\n\nh"
    source = f"# Down\n\n## Timeline\n\n{body}\n".split("\n")
    found = lines(body)
    assert [line.text for line in found] == list("abcdefgh")
    assert [f"{line.at:%H:%M}" in source[line.line - 1] for line in found] == [True] * 8


def test_without_any_day_the_clock_words_stay_and_no_day_is_made_up() -> None:
    for body in (
        "- 14:05 Failover",
        "14:05 Failover",
        "| Time | Event |\n|---|---|\n| 14:05 | Failover |",
        "### 14:05 Failover",
    ):
        (line,) = lines(body, day=None)
        assert line.at is None
        assert ("14:05" in line.text, "Failover" in line.text) == (True, True)


def test_a_row_without_a_time_stays_with_the_row_before_it() -> None:
    body = "- 14:20 Back\n- Nobody knows why\n- 14:05 Down"
    assert [line.text for line in in_order(lines(body))] == ["Down", "Back", "Nobody knows why"]


def test_a_date_that_cannot_be_right_gives_no_time_and_keeps_its_words() -> None:
    body = "| Time | Event |\n|---|---|\n| 20262-11-17 14:05 | Failover |\n| 2026-11-17 14:20 | Back |"
    assert told(body) == [(None, "20262-11-17 14:05 Failover"), (at(14, 20), "Back")]


def test_a_header_is_no_line_and_a_table_without_one_loses_none() -> None:
    assert told("| 14:05 | Failover |\n|---|---|\n| 14:20 | Back |") == [(at(14, 5), "Failover"), (at(14, 20), "Back")]
    assert told("| HH:MM | Event |\n|---|---|\n| HH:MM | text |") == []


def test_a_log_outside_the_timeline_is_read_where_most_of_its_rows_have_a_day() -> None:
    body = "".join(f"- 2026-11-17 14:0{number}: step {number}\n" for number in range(4))
    for text in (f"# Down\n\n## Resolution\n\n{body}", f"# Down\n\n**Context**\n\n{body}"):
        found = read_timeline(outline(text, words()).parts, zone=UTC)
        assert [line.at for line in found] == [at(14, number) for number in range(4)]
    items = outline(f"# Down\n\n## Action items\n\n{body}", words())
    assert read_timeline(items.parts, zone=UTC) == []


def test_a_list_without_any_time_is_no_part_of_a_log_that_has_times() -> None:
    assert told("- overview\n- nodes\n\n### 14:05\n\nFailover") == [(at(14, 5), "Failover")]
    assert told("- Failover\n- Back") == [(None, "Failover"), (None, "Back")]


def test_a_day_with_a_name_is_a_line_only_where_nothing_stands_below_it() -> None:
    assert told("### 2026-11-17: builds fail\n\n### 14:05 Failover") == [
        (None, "2026-11-17: builds fail"),
        (at(14, 5), "Failover"),
    ]
    assert told("### 2026-11-17: builds fail\n\n#### 14:05 Failover") == [(at(14, 5), "Failover")]


def test_the_day_of_the_heading_is_that_of_its_lines() -> None:
    whole = outline("# Down\n\n## Timeline (17 November 2026, UTC)\n\n- 14:05 Failover\n", words())
    assert [line.at for line in read_timeline(whole.parts, zone=ZoneInfo("Asia/Tokyo"))] == [at(14, 5)]


def test_times_since_the_start_are_counted_from_the_first_that_is_stated() -> None:
    assert [line.at for line in lines("- T+5 looked at it")] == [None]


_LINE = (
    "- {t} {text}", "* **{t}**: {text}", "- `{t}` {text}", "{t} {text}", "[{t}] {text}", "### {t}\n\n{text}\n",
    "### {t} - {text}\n", "| {t} | {text} |", "| {text} | {t} |", "- {text} ({t})", "- {h12} {text}",
    "| {h12} | {text} |",
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(_LINE),
    st.integers(0, 24 * 60 - 1),
    st.lists(st.integers(0, 6 * 60), min_size=1, max_size=25),
    st.sampled_from(["", " UTC", " CET"]),
)
def test_a_log_comes_back_in_order_with_the_right_days(style: str, first: int, gaps: list[int], zone: str) -> None:
    moment = datetime(2026, 11, 17, tzinfo=UTC) + timedelta(minutes=first)
    wanted = [moment]
    for gap in gaps:
        wanted.append(wanted[-1] + timedelta(minutes=gap))
    rows = []
    for number, one in enumerate(wanted):
        h12 = f"{one.hour % 12 or 12}:{one:%M} {'PM' if one.hour > 11 else 'AM'}"
        rows.append(style.format(t=f"{one:%H:%M}{zone}", h12=h12 + zone, text=f"word{chr(97 + number)}"))
    header = "| a | b |\n|---|---|\n" if style.startswith("|") else ""
    found = lines(header + "\n".join(rows))
    shift = timedelta(hours=1 if zone == " CET" else 0)
    assert [line.at for line in found] == [one - shift for one in wanted]
    assert [line.text for line in found] == [f"word{chr(97 + number)}" for number in range(len(wanted))]
    assert [line.text for line in in_order(found)] == [line.text for line in found]


def test_the_same_line_of_text_and_comment_is_one() -> None:
    text = TimelineLine(at(14, 5), "Failover to db-b begun by sam", "the ticket")
    comment = TimelineLine(at(14, 5).replace(second=40), "failover to `db-b` begun by Sam.", "comment 1")
    other = TimelineLine(at(14, 5), "Failover to db-c begun by sam", "comment 2")
    later = TimelineLine(at(14, 6), "Failover to db-b begun by sam", "comment 3")
    assert in_order([text, comment, other, later]) == (text, other, later)
    longer = TimelineLine(at(14, 5), "Failover to db-b begun by sam at last", "comment 4")
    assert in_order([text, longer]) == (text,)
    counted = TimelineLine(at(14, 5), "Failover to db-b begun by sam for 5", "comment 5")
    assert in_order([text, counted]) == (text, counted)


def test_ten_thousand_lines_of_one_minute_are_put_in_order_in_a_moment() -> None:
    many = [TimelineLine(at(14, 5), f"step {number} of it") for number in range(10_000)]
    assert len(in_order(many)) == 10_000
