"""What a report counts beside its items: ages, teams, severities, on time and late, the trend, and what came again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from service.followup.facts import Incident
from service.followup.report import compute
from service.followup.tallies import OnTime, Repeat, TrendWeek
from tests.report_facts import CLOSED, MONDAY, W47, event, facts, item

TODAY = date(2026, 11, 23)


def late(number: int, days: int, **changes: object) -> object:
    return item(number, due=TODAY - timedelta(days=days), **changes)


def test_what_is_late_for_too_long_asks_for_a_lead_and_its_age_is_counted() -> None:
    late_by = (0, 1, 7, 8, 29, 30, 31, 90, 91, 900)
    report = compute(facts(*(late(number, days) for number, days in enumerate(late_by, 1))))  # type: ignore[arg-type]
    assert [(one.least, one.most, one.number) for one in report.buckets] == [
        (1, 7, 2), (8, 30, 3), (31, 90, 2), (91, None, 2),
    ]  # fmt: skip
    assert [row.days_late for row in report.open_rows if row.escalated] == [900, 91, 90, 31, 30]
    assert (report.overdue, report.oldest_late, report.escalated) == (9, 900, 5)
    assert compute(facts(late(1, 900), escalate=0)).escalated == 0  # type: ignore[arg-type]


def test_an_incident_like_an_earlier_one_names_its_open_item() -> None:
    def incident(number: int, days: int, **changes: object) -> Incident:
        closed, url = CLOSED - timedelta(days=days), f"https://github.example/i/{number}"
        base = Incident(number, f"acme/ops#{number}", f"Incident {number}", url, None, closed, closed, number)
        return replace(base, **changes)  # type: ignore[arg-type]

    earlier = incident(1, 90, services=("checkout",), labels=("incident",))
    ended = incident(2, 80, services=("checkout",))
    newer = incident(3, 0, services=("Checkout",), labels=("incident", "SEV2"))
    other = incident(4, 0, services=("search",), labels=("incident", "SEV2"))
    standings = (
        late(1, 60, incident_id=1),
        item(2, incident_id=1, due=None),
        item(3, incident_id=2, state="done", ended_at=CLOSED),
        item(4, incident_id=4),
    )
    of = facts(*standings, incidents=[earlier, ended, newer, other], everyday=frozenset({"incident"}))  # type: ignore[arg-type]
    first = compute(replace(of, week=W47.previous, as_of=MONDAY - timedelta(days=7), incidents=[earlier, ended]))
    told = compute(replace(of, previous=first)).repeats
    assert [(one.ref, one.earlier_ref, one.by, one.item_text, one.days_late) for one in told] == [
        ("acme/ops#3", "acme/ops#1", "service Checkout", "Action 1", 60)
    ]
    assert isinstance(told[0], Repeat)


def test_the_trend_says_each_week_as_its_own_report_did_and_nothing_of_a_week_without_one() -> None:
    known = TrendWeek("2026-W45", 9, 4, 3, 2, 1)
    report = compute(facts(item(1), late(2, 3), trend={"2026-W45": known}))  # type: ignore[arg-type]
    assert [one.week for one in report.trend] == [f"2026-W{number}" for number in range(36, 48)]
    assert report.trend[-3] == known
    assert report.trend[-2] == TrendWeek("2026-W46", None, None, None, None, None)
    assert report.trend[-1] == TrendWeek("2026-W47", 2, 1, 2, 0, 0)


def test_done_late_is_told_by_the_day_of_the_zone_and_days_to_done_by_what_is_recorded() -> None:
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Berlin
    report = compute(
        facts(
            item(1, state="done", ended_at=evening, due=date(2026, 11, 20)),
            item(2, state="done", ended_at=evening, due=date(2026, 11, 21)),
            item(3, state="done", ended_at=evening, due=None),
            item(4, state="wont_do", ended_at=evening, due=date(2026, 11, 1)),
            events=[event(number, number, "promised") for number in (1, 2, 4)],
            leans=None,
        )
    )
    assert (report.ended, report.done, report.done_late, report.wont_do) == (3, 2, 1, 1)
    assert report.on_time == OnTime(on_time=1, late=1, undated=1)
    assert report.to_done is not None
    assert (report.to_done.n, report.to_done.median, report.to_done.unknown) == (2, 4.0, 1)


def test_an_item_of_two_teams_counts_for_both_and_once_in_all() -> None:
    teams = {"@alex": ("payments", "web"), "@sam": ("web",)}
    report = compute(
        facts(
            late(1, 1), item(2, owner="@sam"), item(3, owner=None), item(4, owner="kim", owner_known=False), teams=teams
        )  # type: ignore[arg-type]
    )
    assert [(one.name, one.open, one.overdue, one.unowned) for one in report.teams] == [
        ("payments", 1, 1, 0), ("web", 2, 1, 0), (None, 2, 0, 1),
    ]  # fmt: skip
    assert (report.open, report.overdue, report.unowned, report.unmapped) == (4, 1, 1, 1)


def test_severities_stand_the_worst_first_and_none_last() -> None:
    named = ("SEV3", None, "SEV1", "minor", "critical")
    report = compute(facts(*(item(number, incident_severity=name) for number, name in enumerate(named, 1))))
    assert [one.name for one in report.severities] == ["SEV1", "critical", "SEV3", "minor", None]
