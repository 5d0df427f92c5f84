"""When reminders are due: steps, caps, working hours, holidays; held for any calendar by Hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.followup.nudges import AFTER, BEFORE, REASON, Candidate, Decision, Past, Policy, plan, steps_of, still_true
from service.followup.workdays import Workdays, holidays_of
from tests.nudge_hands import BERLIN, DAYS, MONDAY, candidate

DAY = timedelta(days=1)


def decided(one: Candidate, now: datetime = MONDAY, days: Workdays = DAYS) -> Decision | None:
    found = plan([one], Policy(), days, now, {})
    return found[0] if found else None


def outcome(one: Candidate, now: datetime = MONDAY) -> tuple[str, str] | None:
    found = decided(one, now)
    return (found.outcome, found.why) if found else None


def test_late_since_two_working_days_it_is_due() -> None:
    assert outcome(candidate()) == ("now", "due for it")
    assert outcome(candidate(), MONDAY - 3 * DAY) == ("later", "its day comes")


def test_long_late_when_reminders_begin_it_starts_at_the_step_of_now() -> None:
    found = decided(candidate(due=date(2024, 1, 9)))
    assert found is not None
    assert (found.outcome, found.step.kind, found.step.number, found.step.later) == ("now", AFTER, 2, ())
    assert decided(candidate(due=date(2024, 1, 9), past=[Past(AFTER, date(2024, 1, 9), MONDAY - 9 * DAY)])) is None


def test_a_step_is_said_once_and_a_moved_date_begins_anew() -> None:
    due = date(2026, 11, 19)
    said = [Past(AFTER, due, MONDAY - timedelta(hours=1))]
    found = decided(candidate(past=said), MONDAY + 4 * DAY)
    assert found is not None
    assert (found.outcome, found.step.number) == ("later", 2)
    moved = decided(candidate(past=said, due=date(2026, 12, 1)), datetime(2026, 11, 27, 9, tzinfo=UTC))
    assert moved is not None
    assert (moved.outcome, moved.step.kind) == ("now", BEFORE)


def test_what_ended_without_a_word_is_asked_about_once_and_not_for_ever() -> None:
    ended = {"state": "wont_do", "ended_at": MONDAY - 4 * DAY, "unexplained": True}
    one = candidate(**ended)
    found = decided(one)
    assert found is not None
    assert (found.outcome, found.step.kind) == ("now", REASON)
    assert decided(candidate(**ended, past=[Past(REASON, None, MONDAY - DAY)])) is None
    assert decided(candidate(**ended), MONDAY + 40 * DAY) is None
    assert outcome(candidate(**ended, touched_at=MONDAY - DAY)) == ("held", "touched lately")
    assert outcome(candidate(**ended, held="unreachable")) == ("held", "unreachable")
    assert decided(candidate(**{**ended, "unexplained": False})) is None
    assert still_true(one, REASON, None, DAYS, MONDAY)
    assert not still_true(candidate(**{**ended, "unexplained": False}), REASON, None, DAYS, MONDAY)


def test_a_calendar_that_changed_since_makes_no_step_anew() -> None:
    later = Workdays(BERLIN, days_off={date(2026, 11, 20), date(2026, 11, 23)})  # the first step is now on Wednesday
    said = [Past(AFTER, date(2026, 11, 19), MONDAY)]
    found = decided(candidate(past=said), MONDAY + 3 * DAY, days=later)
    assert found is None or found.outcome == "later"


@pytest.mark.parametrize(
    ("why", "one"),
    [
        ("snoozed", candidate(snoozed_until=date(2026, 11, 24))),
        ("touched lately", candidate(touched_at=MONDAY - 2 * DAY)),
        ("touched lately", candidate(past=[Past("reason", None, MONDAY - DAY)])),
        ("unreachable", candidate(held="unreachable")),
    ],
)
def test_what_is_held_back_says_why(why: str, one: Candidate) -> None:
    assert outcome(one) == ("held", why)


def test_snoozed_until_a_day_it_is_due_on_that_day() -> None:
    found = decided(candidate(snoozed_until=date(2026, 11, 28)))  # a Saturday
    assert found is not None
    assert found.at == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert outcome(candidate(snoozed_until=date(2026, 11, 23))) == ("now", "due for it")


def test_what_ended_or_has_no_date_is_never_reminded_of() -> None:
    assert outcome(candidate(state="done")) is None
    assert outcome(candidate(due=None)) is None


@pytest.mark.parametrize(
    ("now", "when"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)),  # 08:59 in Berlin
        (datetime(2026, 11, 23, 16, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)),  # 17:00
        (datetime(2026, 11, 28, 10, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)),  # Saturday
        (datetime(2026, 3, 28, 10, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),  # the clocks change
        (datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),  # and back
    ],
)
def test_outside_working_hours_it_waits_for_the_next_opening(now: datetime, when: datetime) -> None:
    found = decided(candidate(due=now.date() - 30 * DAY, verified_at=now), now)
    assert found is not None
    assert (found.outcome, found.why, found.at) == ("held", "outside working hours", when)


def test_on_holidays_and_own_days_off_nobody_works() -> None:
    berlin = Workdays(BERLIN, days_off={date(2026, 12, 24)}, holiday=holidays_of("DE-BE"))
    assert [day for day in range(21, 32) if berlin.works(date(2026, 12, day))] == [21, 22, 23, 28, 29, 30, 31]
    assert not berlin.works(date(2026, 3, 9)) or not berlin.works(date(2026, 3, 8))
    assert berlin.after(date(2026, 12, 23), 1) == date(2026, 12, 28)
    with pytest.raises(ValueError, match="XX"):
        holidays_of("XX")


def test_a_person_gets_three_in_seven_days_and_the_rest_is_in_the_digest() -> None:
    many = [candidate(id=number, key=f"k{number}", due=date(2026, 11, 1 + number)) for number in range(1, 9)]
    found = plan(many, Policy(), DAYS, MONDAY, {"alex": [MONDAY - 6 * DAY, MONDAY - 8 * DAY]})
    now = [one for one in found if one.outcome == "now"]
    held = [one for one in found if one.outcome == "held"]
    assert len(now) == 2
    assert {one.why for one in held} == {"3 reminders for alex within seven days; it is in the digest"}
    assert {one.at for one in held} == {MONDAY + DAY}
    assert [one.candidate.item.due for one in now] == [date(2026, 11, 9), date(2026, 11, 8)]  # what is late the least


def test_what_can_still_be_done_in_time_goes_first() -> None:
    late, soon = candidate(id=1, key="a"), candidate(id=2, key="b", due=date(2026, 11, 24))
    found = plan([late, soon], Policy(per_week=1), DAYS, MONDAY, {})
    assert [(one.candidate.item.id, one.outcome) for one in found] == [(2, "now"), (1, "held")]


DATES = st.dates(date.min, date.max) | st.dates(date(2026, 6, 1), date(2027, 6, 1))
ZONES = st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe"])
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
CALENDARS = st.builds(
    lambda zone, opens, length, week, off: Workdays(
        ZoneInfo(zone), opens, min(opens + length, 1440), frozenset(week), frozenset(off)
    ),
    ZONES, st.integers(0, 1430), st.integers(10, 1440), st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=8),
)  # fmt: skip
POLICIES = st.builds(
    Policy, st.integers(0, 10), st.lists(st.integers(1, 40), unique=True, max_size=4).map(lambda a: tuple(sorted(a))),
    st.integers(1, 4), st.integers(0, 5),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(DATES, POLICIES, CALENDARS)
def test_steps_stand_in_order_on_working_days_also_in_the_years_1_and_9999(due, policy, days) -> None:  # type: ignore[no-untyped-def]
    steps = steps_of(due, policy, days)
    assert len(steps) <= 1 + len(policy.after)
    assert [one.day for one in steps] == sorted({one.day for one in steps})
    for one in steps:
        assert days.works(one.day)
        assert (one.day <= due) if one.kind == BEFORE else (one.day > due)


@settings(max_examples=60, deadline=None)
@given(NOWS, CALENDARS)
def test_the_next_opening_is_open_and_nothing_before_it_is(now: datetime, days: Workdays) -> None:
    at = days.next_open(now)
    assert at is not None
    assert at >= now
    assert days.open(at)
    for minute in range(0, int((at - now).total_seconds() // 60), 97):
        assert not days.open(now + timedelta(minutes=minute))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.dates(date(2026, 3, 1), date(2026, 4, 20)), st.sampled_from("ab")), min_size=1, max_size=8),
    POLICIES, CALENDARS, st.lists(st.integers(1, 40), min_size=5, max_size=40),
)  # fmt: skip
def test_for_weeks_of_looks_at_any_hour_caps_hold_and_nothing_is_said_twice(items, policy, days, hours) -> None:  # type: ignore[no-untyped-def]
    now = datetime(2026, 3, 1, tzinfo=UTC)
    past: dict[int, list[Past]] = {number: [] for number in range(len(items))}
    sent: dict[str, list[datetime]] = {"a": [], "b": []}
    for hour in hours:
        now += timedelta(hours=hour)
        looked = [
            candidate(person, id=number, key=str(number), due=due, past=past[number])
            for number, (due, person) in enumerate(items)
        ]
        found = [one for one in plan(looked, policy, days, now, sent) if one.outcome == "now"]
        assert len({one.candidate.item.id for one in found}) == len(found)
        for one in found:
            assert days.open(now)
            past[one.candidate.item.id].append(Past(one.step.kind, one.candidate.item.due, now))
            sent[one.candidate.person].append(now)
    for times in sent.values():
        for at in times:
            assert sum(at - timedelta(days=7) < other <= at for other in times) <= policy.per_week
    for number, (due, _) in enumerate(items):
        steps = steps_of(due, policy, days)
        for kind in (BEFORE, AFTER):
            said = [one for one in past[number] if one.kind == kind]
            assert len(said) <= sum(one.kind == kind for one in steps)
            for one in said:
                assert (days.today(one.at) <= due) == (kind == BEFORE)
