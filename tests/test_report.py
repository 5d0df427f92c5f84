"""The week's arithmetic: what is counted, and that it adds up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.followup.facts import Event, Trouble
from service.followup.report import compute
from service.followup.snapshot import REASONS, from_json, to_json
from tests.report_facts import CLOSED, MONDAY, W47, event, facts, item

# --- decisions and counts ---------------------------------------------------------------------------------------------


def test_an_item_stands_once_under_its_first_reason() -> None:
    report = compute(
        facts(
            item(1, due=date(2026, 11, 19), owner=None),
            item(2, due=date(2026, 8, 14), state="waiting", issue_label=None),
            item(3, owner=None, state="unreachable"),
            item(4, state="waiting", issue_label=None),
            item(5, state="unreachable", unreachable_since=CLOSED),
            item(6),
            item(7, state="in_progress"),
        )
    )
    listed = {reason: [row.id for row in report.decisions(reason)] for reason in ("overdue", "no_owner")}
    assert listed == {"overdue": [2, 1], "no_owner": [3]}
    assert [row.days_late for row in report.decisions("overdue")] == [101, 4]
    assert [row.id for row in report.decisions("waiting")] == [4]
    assert [row.id for row in report.decisions("unreachable")] == [5]
    assert (report.decide, report.open, report.overdue, report.oldest_late) == (5, 7, 2, 101)
    assert (report.unowned, report.waiting, report.unreachable, report.unowned_overdue) == (2, 2, 2, 1)


def test_due_on_the_day_of_the_report_is_not_overdue_yet() -> None:
    report = compute(facts(item(1, due=date(2026, 11, 23)), item(2, due=date(2026, 11, 22))))
    assert [row.id for row in report.decisions("overdue")] == [2]


def test_the_day_of_the_report_is_that_of_its_zone() -> None:
    late_evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already Monday in Berlin
    report = compute(facts(item(1, due=date(2026, 11, 22)), as_of=late_evening))
    assert report.overdue == 1


def test_only_what_was_read_within_a_day_counts_as_seen() -> None:
    trouble = Trouble("code", "acme/platform", 403, "no right", MONDAY - timedelta(days=3), (2,))
    report = compute(
        facts(
            item(1),
            item(2, stale_since=trouble.since, issue_label="acme/platform#2", verified_at=MONDAY - timedelta(days=3)),
            item(3, verified_at=MONDAY - timedelta(hours=25)),
            item(4, state="unreachable", unreachable_since=CLOSED),
            item(5, state="waiting", issue_label=None, issue_url=None),
            troubles=[trouble],
        )
    )
    assert (report.open, report.seen, [row.id for row in report.stale_rows]) == (5, 1, [2, 3])
    lines = [(one.tracker, one.scope, one.open, one.status) for one in report.connections]
    assert lines == [("code", "acme/ops", 3, None), ("code", "acme/platform", 1, 403), ("", "", 1, None)]
    assert report.connections[0].seen_at == MONDAY - timedelta(hours=25)  # never fresher than the least fresh


def test_owners_stand_in_the_order_of_the_people_map_and_no_one_is_ranked() -> None:
    report = compute(
        facts(
            item(1, owner="@sam"),
            item(2, owner=None),
            item(3, owner="release engineer", owner_known=False, due=date(2026, 9, 16)),
            item(4, owner="@zoe"),
            item(5, owner="@alex", due=date(2026, 12, 6)),
            people=("sam", "alex"),
        )
    )
    assert [(row.name, row.known) for row in report.owners] == [
        ("@sam", True), ("@alex", True), ("@zoe", True), (None, True), ("release engineer", False),
    ]  # fmt: skip
    assert [row.due_soon for row in report.owners] == [0, 1, 0, 0, 0]
    assert sum(row.open for row in report.owners) == report.open


def test_an_incident_without_action_items_is_listed_when_it_is_new() -> None:
    report = compute(facts())
    assert [(row.ref, row.items, row.new) for row in report.incidents] == [("acme/ops#42", 0, True)]
    after = compute(facts(previous=report, week=W47.next, as_of=MONDAY + timedelta(days=7)))
    assert after.incidents == ()


def test_a_moved_date_is_told_once_from_the_first_to_the_last() -> None:
    moves = [
        event(11, 1, "due", "2026-12-01", "2026-12-08"),
        event(12, 1, "due", "2026-12-08", "2026-12-15"),
        event(13, 2, "due", "2026-12-01", "2026-12-08"),
        event(14, 2, "due", "2026-12-08", "2026-12-01"),
        event(15, 3, "due", None, "2026-12-01"),
    ]
    report = compute(facts(item(1), item(2), item(3), events=moves))
    assert [(one.item_id, one.was, one.now) for one in report.moved] == [(1, date(2026, 12, 1), date(2026, 12, 15))]


# --- the sum ----------------------------------------------------------------------------------------------------------


def test_a_close_on_sunday_first_seen_on_tuesday_is_in_one_report_with_its_real_date() -> None:
    sunday, tuesday = datetime(2026, 11, 22, 20, 0, tzinfo=UTC), datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    first = compute(facts(item(1), item(2)))
    closed = item(1, state="done", ended_at=sunday)
    second = compute(
        facts(closed, item(2), previous=first, week=W47.next, as_of=MONDAY + timedelta(days=7), last_seq=200,
              events=[event(150, 1, "state", "open", "done", at=sunday, learned=tuesday)])
    )  # fmt: skip
    third = compute(
        facts(closed, item(2), previous=second, week=W47.next.next, as_of=MONDAY + timedelta(days=14), events=[])
    )
    assert (first.ended, second.ended, third.ended) == (0, 1, 0)
    assert second.ended_rows[0].ended_at == sunday
    assert (second.open_before, second.added, second.ended, second.open) == (2, 0, 1, 1)


def test_an_item_that_came_back_is_told_as_reopened() -> None:
    first = compute(facts(item(1, state="done", ended_at=CLOSED), item(2)))
    second = compute(
        facts(item(1), item(2), previous=first, week=W47.next, events=[event(101, 1, "state", "done", "open")])
    )
    assert (second.open_before, second.added, second.reopened, second.ended, second.open) == (1, 0, 1, 0, 2)


STATES = ("open", "in_progress", "done", "wont_do", "waiting", "unreachable")


@given(st.lists(st.lists(st.tuples(st.integers(1, 8), st.sampled_from(STATES)), max_size=12), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_sum_adds_up_whatever_happens_between_two_reports(weeks: list[list[tuple[int, str]]]) -> None:
    ended = ("done", "wont_do")
    now: dict[int, str] = {}
    seq, ends, previous, week = 0, 0, None, W47
    for happenings in weeks:
        learned: list[Event] = []
        for number, state in happenings:
            seq += 1
            if number not in now:
                learned.append(event(seq, number, "promised"))
                seq += 1
            learned.append(event(seq, number, "state", now.get(number, "open"), state))
            now[number] = state
        before = {row.id for row in previous.rows if row.is_open} if previous else set()
        report = compute(
            facts(
                *(item(number, state=state) for number, state in sorted(now.items())),
                previous=previous, events=learned, week=week, last_seq=seq,
            )
        )  # fmt: skip
        assert report.open == sum(state not in ended for state in now.values())
        assert report.open_before + report.added + report.reopened - report.ended == report.open
        assert report.done + report.wont_do == report.ended
        assert report.carried == len(before & {row.id for row in report.rows if row.is_open})
        assert sum(row.open for row in report.owners) == report.open
        assert sum(row.open for row in report.incidents) == report.open
        assert sum(line.open for line in report.connections) == report.open
        ends += report.ended - report.reopened
        previous, week = report, week.next
    assert ends == sum(state in ended for state in now.values())  # each end is in exactly one report
    assert previous is not None
    assert from_json(json.loads(json.dumps(to_json(previous)))) == previous


# --- proposed and parked


PROPOSED = item(
    1, state="waiting", proposed=True, issue_label=None, issue_url=None, reason="Nobody said yet whether it is filed."
)
PARKED = item(2, parked=True, issue_label=None, issue_url=None, reason="Parked by @alex.")


def test_a_proposed_item_needs_a_decision_in_its_own_words_and_the_figures_add_up() -> None:
    lost = item(3, state="waiting", issue_label=None, issue_url=None, reason="No answer came back.")
    report = compute(facts(PROPOSED, PARKED, lost, item(4)))
    assert [row.id for row in report.decisions("proposed")] == [1]
    assert [row.id for row in report.decisions("waiting")] == [3]
    assert (report.open, report.decide, report.waiting, report.proposed) == (4, 2, 1, 1)
    assert sum(len(report.decisions(reason)) for reason in REASONS) == report.decide
    assert report.decisions("proposed")[0].state_word == "Proposed"
    assert from_json(json.loads(json.dumps(to_json(report)))) == report


def test_a_parked_item_is_open_and_needs_a_decision_only_when_it_is_late_or_nobodys() -> None:
    late = replace(PARKED, id=3, due=date(2026, 11, 19))
    alone = replace(PARKED, id=4, owner=None)
    report = compute(facts(PARKED, late, alone))
    assert {row.id: row.decision for row in report.rows} == {2: "", 3: "overdue", 4: "no_owner"}
    assert report.open == 3


def test_what_a_person_is_asked_about_or_parked_is_no_trouble_of_a_connection() -> None:
    (line,) = compute(facts(PROPOSED, PARKED)).connections
    assert (line.tracker, line.open, line.message) == ("", 2, "")
    failed = item(5, issue_label=None, issue_url=None, reason="Not filed yet: Jira PAY requires “Component”.")
    (line,) = compute(facts(PROPOSED, PARKED, failed)).connections
    assert line.message == failed.reason


def test_a_report_that_was_made_before_there_were_proposed_items_is_still_read() -> None:
    plain = to_json(compute(facts(item(1))))
    del plain["proposed"]
    for row in plain["rows"]:  # type: ignore[attr-defined]
        del row["proposed"], row["parked"]
    assert from_json(plain).proposed == 0
