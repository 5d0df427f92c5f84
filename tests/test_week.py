"""ISO weeks, and the slots that are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.base import AfterwordError
from service.followup.week import KEPT, Schedule, Week, due_slots, first_after_skipped

BERLIN = ZoneInfo("Europe/Berlin")
W47 = Week(2026, 47)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
NINE = Schedule(0, time(9, 0))


def test_weeks_follow_iso_8601() -> None:
    assert Week.parse("2026-W53").next == Week(2027, 1)
    assert Week.of(date(2027, 1, 3)) == Week(2026, 53)
    assert (str(W47), W47.first_day, W47.last_day) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 22))
    assert Schedule.parse("MON 09:00") == NINE


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-47", "2026-W4", "W47", "", "٢٠٢٦-W47", "0000-W01"])
def test_what_is_not_a_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(AfterwordError, match="is not a week") as raised:
        Week.parse(text)
    assert "2026-W47" in raised.value.mend


@pytest.mark.parametrize("text", ["MON 24:00", "MON 9:00", "XXX 09:00", "09:00"])
def test_what_is_not_a_schedule_is_refused(text: str) -> None:
    with pytest.raises(AfterwordError):
        Schedule.parse(text)


def test_monday_at_nine_reports_the_week_just_ended() -> None:
    boot = datetime(2026, 11, 18, tzinfo=UTC)
    assert due_slots(NINE, BERLIN, MONDAY - timedelta(seconds=1), last=None, first_boot=boot) == ()
    assert due_slots(NINE, BERLIN, MONDAY, last=None, first_boot=boot) == (W47,)
    assert due_slots(NINE, BERLIN, MONDAY, last=W47, first_boot=boot) == ()


def test_a_long_stop_leaves_one_slot_for_each_missed_week() -> None:
    boot = datetime(2026, 10, 1, tzinfo=UTC)
    assert due_slots(NINE, BERLIN, MONDAY, last=Week(2026, 44), first_boot=boot) == tuple(
        Week(2026, number) for number in (45, 46, 47)
    )


@pytest.mark.parametrize(
    ("week", "due"),
    [
        (Week(2026, 12), datetime(2026, 3, 23, 8, 0, tzinfo=UTC)),
        (Week(2026, 13), datetime(2026, 3, 30, 7, 0, tzinfo=UTC)),  # the clocks went forward on the 29th
        (Week(2026, 43), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),  # and back on the 25th
    ],
)
def test_nine_in_the_morning_is_nine_in_the_morning_when_the_clocks_change(week: Week, due: datetime) -> None:
    assert NINE.due(week, BERLIN) == due


def test_a_time_that_the_clocks_skip_or_repeat_is_due_once() -> None:
    sunday = Schedule.parse("SUN 02:30")
    boot = datetime(2026, 1, 1, tzinfo=UTC)
    seen: list[Week] = []
    at = boot
    while at < datetime(2027, 1, 1, tzinfo=UTC):
        seen += due_slots(sunday, BERLIN, at, last=seen[-1] if seen else None, first_boot=boot)
        at += timedelta(minutes=30)
    assert len(seen) == len(set(seen)) == 51


@pytest.mark.parametrize("year", [1, 1900, 1970, 2000])
def test_a_first_start_of_long_ago_asks_for_the_weeks_of_the_last_year_alone(year: int) -> None:
    boot = datetime(year, 1, 1, tzinfo=UTC)
    slots = due_slots(NINE, BERLIN, MONDAY, last=None, first_boot=boot)
    assert (slots[0], slots[-1], len(slots)) == (Week.at(MONDAY - KEPT, BERLIN), W47, 60)
    assert first_after_skipped(BERLIN, MONDAY, last=None, first_boot=boot) == slots[0]
    assert first_after_skipped(BERLIN, MONDAY, last=slots[0], first_boot=boot) is None


def test_a_clock_that_jumps_ahead_by_decades_asks_for_the_weeks_of_one_year_alone() -> None:
    far = MONDAY.replace(year=2090)
    slots = due_slots(NINE, BERLIN, far, last=W47, first_boot=MONDAY)
    assert 59 <= len(slots) <= 60
    assert first_after_skipped(BERLIN, far, last=W47, first_boot=MONDAY) == slots[0]
    assert first_after_skipped(BERLIN, MONDAY, last=None, first_boot=MONDAY - KEPT / 2) is None
