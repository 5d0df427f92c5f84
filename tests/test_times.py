"""Times as people write them, read back exactly; what they leave out is not made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem import zones
from service.postmortem.clocks import clock_at
from service.postmortem.durations import length_at, lengths_in
from service.postmortem.logclock import LogClock
from service.postmortem.times import Habits, Stamp, end_of, leading, moment_of, nearest

BASE = date(2026, 11, 17)

#: a moment in one of the ways people write it: a day and a clock time, with the zone behind it or not
STYLES = (
    "{d:%Y-%m-%d %H:%M}", "{d:%Y-%m-%dT%H:%M}", "{d:%Y-%m-%d %H:%M:00}", "{d:%Y/%m/%d %H:%M}",
    "{d:%Y-%m-%d}, {d:%H:%M}",
    "{d.day} {d:%B} {d.year} {d:%H:%M}", "{d.day} {d:%b} {d.year}, {d:%H:%M}", "{d:%B} {d.day}, {d.year} {d:%H:%M}",
    "{d:%B} {d.day}, {d.year} at {d:%H:%M}", "{d:%b} {d.day} {d.year} {h12}:{d:%M} {half}",
    "{d:%A}, {d.day} {d:%B} {d.year}, {d:%H:%M}", "{d.day}.{d.month}.{d.year} {d:%H:%M}",
    "{d.day}.{d.month}.{d.year} {d:%H.%M}",
    "{d:%Y-%m-%d} {h12}:{d:%M}{half}", "{d:%Y-%m-%d} {h12}:{d:%M} {dotted}", "{d:%Y-%m-%d}: {d:%H:%M}",
    "{d:%Y-%m-%d} - {d:%H:%M}", "{d:%Y-%m-%d} @ {d:%H:%M}", "{d:%Y-%m-%d} {d.hour}h{d:%M}", "{d:%H:%M} {d:%Y-%m-%d}",
    "{d:%H:%M} on {d.day} {d:%B} {d.year}", "{d.year}年{d.month}月{d.day}日 {d.hour}時{d:%M}分",
)  # fmt: skip
ZONES: tuple[tuple[str, tzinfo], ...] = (
    ("", ZoneInfo("Europe/Berlin")),
    (" UTC", UTC),
    (" (UTC)", UTC),
    (" CET", timezone(timedelta(hours=1))),
    (" PDT", timezone(timedelta(hours=-7))),
    (" UTC+2", timezone(timedelta(hours=2))),
    (" GMT-3", timezone(timedelta(hours=-3))),
    (" +0530", timezone(timedelta(hours=5, minutes=30))),
    (" America/New_York", ZoneInfo("America/New_York")),
    (" Pacific Time", ZoneInfo("America/Los_Angeles")),
)
MARKS = ("{}", "**{}**", "`{}`", "[{}]", "({})", "~{}", "ca. {}", "{}:", "{} -", "{} –", "{} |")


def written(style: str, moment: datetime) -> str:
    half = "pm" if moment.hour >= 12 else "am"
    return style.format(d=moment, h12=moment.hour % 12 or 12, half=half, dotted=f"{half[0]}.m.")


@dataclass(frozen=True)
class Local:
    """A clock time that exists, and that is not told twice when clocks are put back."""

    text: str
    moment: datetime


@st.composite
def moments(draw: st.DrawFn) -> Local:
    name, zone = draw(st.sampled_from(ZONES))
    naive = draw(st.datetimes(datetime(1999, 1, 1), datetime(2060, 12, 31)))
    local = naive.replace(second=0, microsecond=0, tzinfo=zone)
    there = local.astimezone(UTC).astimezone(zone)
    if (there.hour, there.minute) != (local.hour, local.minute) or local.utcoffset() != local.replace(
        fold=1
    ).utcoffset():
        local = local.replace(hour=12)
    style = draw(st.sampled_from(STYLES))
    words = written(style, local)
    if style.startswith("{d:%H"):  # the zone stands behind the clock time
        return Local(words.replace(f"{local:%H:%M}", f"{local:%H:%M}{name}", 1), local)
    return Local(draw(st.sampled_from(MARKS)).format(words + name), local)


@settings(deadline=None)  # the first month in words loads the names of months
@given(moments(), st.sampled_from(["the pods are gone", "p95 rose", "a new pod", "5 nodes left", "", "pm2 died"]))
def test_a_moment_comes_back_exactly_in_every_style_and_zone(local: Local, after: str) -> None:
    stamp, rest = leading(f"{local.text} {after}".strip(), BASE)
    assert stamp is not None
    assert moment_of(stamp, ZoneInfo("Europe/Berlin")) == local.moment.astimezone(UTC)
    assert rest == after


@given(moments())
def test_no_style_gives_a_day_to_a_clock_time(local: Local) -> None:
    for text in (
        f"{local.moment:%H:%M} it broke",
        f"{local.moment:%H:%M} UTC it broke",
        f"[{local.moment:%H:%M}] it broke",
    ):
        stamp, rest = leading(text)
        assert stamp is not None
        assert (stamp.day, stamp.clock, rest) == (None, time(local.moment.hour, local.moment.minute), "it broke")
        assert LogClock(UTC).read(text)[0] is None


@pytest.mark.parametrize(
    ("text", "clock", "rest"),
    [
        ("15:19 p95 rose", time(15, 19), "p95 rose"),
        ("14:05 a new pod", time(14, 5), "a new pod"),
        ("2:05 a new pod", time(2, 5), "a new pod"),
        ("2:05pm failover", time(14, 5), "failover"),
        ("2:05 p.m. failover", time(14, 5), "failover"),
        ("12:05 AM failover", time(0, 5), "failover"),
        ("12:05 PM failover", time(12, 5), "failover"),
        ("2 pm failover", time(14), "failover"),
        ("2:05p failover", time(14, 5), "failover"),
        ("2:05pods", time(2, 5), "pods"),
        ("14:05 pm failover", time(14, 5), "failover"),
        ("1405 UTC failover", time(14, 5), "failover"),
        ("14h05 bascule", time(14, 5), "bascule"),
        ("14:05 Uhr Umschaltung", time(14, 5), "Umschaltung"),
        ("14時05分 障害", time(14, 5), "障害"),
        ("noon: failover", time(12), "failover"),
        ("14:05:09,123 failover", time(14, 5, 9), "failover"),
    ],
)
def test_a_clock_time_is_read_and_no_word_behind_it(text: str, clock: time, rest: str) -> None:
    stamp, after = leading(text)
    assert stamp is not None
    assert (stamp.clock, stamp.day, after) == (clock, None, rest)


@pytest.mark.parametrize(
    "text",
    ["3 pods died", "14.04 LTS", "10.5 GB left", "1405 errors", "1.2.3.4 is down", "25:10 is no time", "14:65", "100%",
     "12 hours later", "a pod", "am I", "May we", "10", "2026", "T", "T-shirt", "on call", "at last", "from here", ""],
)  # fmt: skip
def test_numbers_and_words_are_no_time(text: str) -> None:
    assert leading(text, BASE) == (None, text)


def test_dots_and_bare_digits_are_times_where_the_text_writes_them_so() -> None:
    assert leading("14.05 failover")[0] is None
    dotted, _ = leading("14.05 failover", None, Habits(dotted=True))
    bare, _ = leading("1405 failover", None, Habits(bare=True))
    assert dotted is not None
    assert dotted == bare
    assert dotted.clock == time(14, 5)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("14:05-14:20 UTC on 3 March 2026", (3, 14, 5), (3, 14, 20)),
        ("between 14:05 and 15:10 UTC on 3 March 2026", (3, 14, 5), (3, 15, 10)),
        ("2026-03-03 23:50 – 00:10 UTC", (3, 23, 50), (4, 0, 10)),
        ("March 3, 2026, 16:02 UTC -- March 5, 15:02 UTC", (3, 16, 2), (5, 15, 2)),
        ("22:30 UTC on March 3, 2026 to 05:39 UTC on March 4", (3, 22, 30), (4, 5, 39)),
        ("2026-03-03 2:00-3:25 PM UTC", (3, 14, 0), (3, 15, 25)),
        ("2026-03-03 11:30 - 12:10 PM UTC", (3, 11, 30), (3, 12, 10)),
        ("von 14:05 bis 15:10 UTC, 3. März 2026", (3, 14, 5), (3, 15, 10)),
    ],
)
def test_a_span_gives_both_its_ends(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    stamp, _ = leading(text, BASE)
    assert stamp is not None
    assert moment_of(stamp, UTC) == datetime(2026, 3, *start, tzinfo=UTC)
    assert end_of(stamp, UTC) == datetime(2026, 3, *end, tzinfo=UTC)


@pytest.mark.parametrize("text", ["22025-03-01 14:05", "1017-10-19 14:05", "2026-02-31 14:05", "03/04/2026 14:05"])
def test_a_day_that_cannot_be_right_is_none_and_is_kept_as_words(text: str) -> None:
    stamp, _ = leading(text, BASE)
    assert stamp is not None
    assert (stamp.day, stamp.slip) == (None, text.split()[0])
    assert LogClock(UTC, BASE).read(text)[0] is None


def test_bare_digits_behind_a_day_are_a_time_where_no_noun_follows() -> None:
    stamp, _ = leading("2026-03-03 1405")
    assert stamp is not None
    assert stamp.clock == time(14, 5)
    stamp, _ = leading("2026-03-03 1405 errors")
    assert stamp is not None
    assert stamp.clock is None


def test_a_day_first_text_reads_its_days_so() -> None:
    stamp, _ = leading("03/04/2026 14:05", None, Habits(day_first=True))
    assert stamp is not None
    assert stamp.day == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "since"),
    [("T+15 x", 15), ("T+15m x", 15), ("T+1h05m x", 65), ("T+01:05 x", 65), ("T-5 min x", -5), ("T0 x", 0),
     ("T+2h x", 120)],
)  # fmt: skip
def test_a_time_since_the_start_needs_the_start(text: str, since: int) -> None:
    began = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)
    assert LogClock(UTC, BASE).read(text)[0] is None
    assert LogClock(UTC, BASE, began=began).read(text)[:2] == (began + timedelta(minutes=since), "x")


def test_a_weekday_turns_the_log_to_its_day() -> None:
    clock = LogClock(UTC, BASE)  # a Tuesday
    read = [clock.read(text)[0] for text in ("Tue 14:05 x", "Wed 09:00 y", "Mon 08:00 z")]
    assert read == [datetime(2026, 11, *told, tzinfo=UTC) for told in ((17, 14, 5), (18, 9, 0), (16, 8, 0))]


def test_a_time_without_pm_after_one_with_it_is_of_the_same_afternoon_and_is_said() -> None:
    clock = LogClock(UTC, BASE)
    read = [clock.read(text)[0] for text in ("1:55 PM x", "2:20 y", "2:40 PM z")]
    assert read == [datetime(2026, 11, 17, hour, minute, tzinfo=UTC) for hour, minute in ((13, 55), (14, 20), (14, 40))]
    assert clock.assumed == ("2:20",)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("All times in UTC", "UTC"),
        ("all times are in\nUTC.", "UTC"),
        ("| Date and time in CET | Event |", "UTC+01:00"),
        ("Times are US/Pacific", "America/Los_Angeles"),
        ("Timeline (Pacific Time)", "America/Los_Angeles"),
        ("timeline (all times utc)", "UTC"),
        ("Times: Europe/Berlin", "Europe/Berlin"),
        ("Timeline of the central cluster", "None"),
        ("It took time.", "None"),
    ],
)
def test_the_zone_of_a_text_is_that_which_it_states(text: str, zone: str) -> None:
    assert str(zones.stated_zone(text)) == zone


def test_the_nearest_day_is_taken_for_a_clock_time() -> None:
    near = datetime(2026, 11, 18, 0, 5, tzinfo=UTC)
    assert nearest(Stamp(clock=time(23, 55)), UTC, near) == datetime(2026, 11, 17, 23, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("2 hours and 10 minutes", 130), ("1h48m", 108), ("2h10", 130), ("about 45 min", 45), ("1.5 hours", 90),
     ("3 days", 4320), ("2:10 h", 130), ("an hour", 60), ("half an hour", 30), ("1 day 2 hours", 1560),
     ("2 Stunden und 10 Minuten", 130),
     ("2 heures", 120), ("2 horas y 10 minutos", 130), ("2時間10分", 130)],
)  # fmt: skip
def test_a_length_of_time_is_read(text: str, minutes: int) -> None:
    found = length_at(text, 0)
    assert found is not None
    assert (found.length, found.end) == (timedelta(minutes=minutes), len(text))


@pytest.mark.parametrize(
    "text", ["more than 2 hours", "up to 5 minutes", "3 pods", "within 10 minutes", "every 5 minutes"]
)
def test_a_bound_is_no_length(text: str) -> None:
    assert list(lengths_in(f"It took {text}.")) == []


@given(st.text(max_size=40), st.integers(0, 5))
def test_any_text_is_read_without_an_error(text: str, at: int) -> None:
    leading(text, BASE, Habits(True, dotted=True, bare=True))
    read = clock_at(text, at, dated=True, dotted=True, bare=True)
    assert (read.clock is None) == (read.end == at)
    list(lengths_in(text))
