"""Weekly reports on a real database: made once, the same ever after, each event in one of them; and their forms."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from connectors.base import AfterwordError
from service.followup.facts import Trouble
from service.followup.notify import chat, message
from service.followup.render import render
from service.followup.report import compute
from service.followup.snapshot import Snapshot
from service.followup.week import Week
from service.followup.weekly import Weekly
from service.postmortem.model import ReadItem
from service.store import items, reports, work
from service.store.database import Database
from service.store.tables import incidents
from service.store.tables import items as item_rows
from service.texts import Texts
from tests.report_facts import CLOSED, MONDAY, W47, facts, item

BERLIN = ZoneInfo("Europe/Berlin")
TEXTS = Texts([], "Europe/Berlin", "https://postmortems.example.org")
WEEK = timedelta(days=7)


def page(snapshot: Snapshot) -> str:
    return f"<h1>Week {snapshot.number}: {snapshot.open} open</h1>"


@pytest.fixture
def weekly(database: Database) -> Weekly:
    with database.begin() as connection:
        connection.execute(
            incidents.insert().values(
                id=1, source="ops", key="42", ref="acme/ops#42", url="https://github.example/acme/ops/issues/42",
                title="Checkout slow", visibility="internal", labels=[], services=[], opened_at=CLOSED,
                closed_at=CLOSED, ticket={}, created_at=CLOSED,
            )
        )  # fmt: skip
    return Weekly(database, TEXTS, page, BERLIN, first_boot=CLOSED, names={})


def promise(database: Database, text: str, at: datetime = CLOSED) -> None:
    with database.begin() as connection:
        items.add(
            connection, 1, ReadItem(text), key=text, due=date(2026, 12, 17), due_rule="as written", tracker="code",
            place="acme/ops", owner_known=False, unclear=(), promised_at=at, now=at,
        )  # fmt: skip


def end(database: Database, key: str, happened: datetime, learned: datetime) -> None:
    with database.begin() as connection:
        row = connection.execute(
            sa.update(item_rows)
            .where(item_rows.c.key == key)
            .values(state="done", ended_at=happened)
            .returning(item_rows.c.id)
        ).one()
        items.add_event(connection, row.id, 1, "state", happened, learned, "open", "done")


def test_a_report_asked_for_again_is_the_same_bytes(database: Database, weekly: Weekly) -> None:
    promise(database, "Page sooner")
    first = weekly.make(W47, MONDAY)
    promise(database, "Test failover", MONDAY)
    end(database, "Page sooner", MONDAY, MONDAY)
    assert weekly.make(W47, MONDAY + WEEK) == first
    for form in ("md", "html", "json", "csv"):
        assert weekly.report(W47, form, MONDAY + WEEK) == first.forms[form]
    assert first.forms["html"] == b"<h1>Week 47: 1 open</h1>"


def test_two_at_once_make_one_report(database: Database, weekly: Weekly) -> None:
    promise(database, "Page sooner")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: weekly.make(W47, MONDAY + timedelta(seconds=number)), range(8)))
    assert len({one.as_of for one in made}) == 1
    with database.read() as connection:
        assert reports.weeks(connection) == ["2026-W47"]


def test_what_was_learned_late_is_in_one_report_with_its_real_date(database: Database, weekly: Weekly) -> None:
    sunday, tuesday = MONDAY - timedelta(hours=12), MONDAY + timedelta(hours=24)
    promise(database, "Page sooner")
    promise(database, "Test failover")
    first = weekly.make(W47, MONDAY).snapshot
    end(database, "Page sooner", sunday, tuesday)
    second = weekly.make(W47.next, MONDAY + WEEK).snapshot
    third = weekly.make(W47.next.next, MONDAY + 2 * WEEK).snapshot
    assert [(one.open_before, one.added, one.ended, one.open) for one in (first, second, third)] == [
        (0, 2, 0, 2), (2, 0, 1, 1), (1, 0, 0, 1),
    ]  # fmt: skip
    assert second.ended_rows[0].ended_at == sunday
    assert (second.first_seq, third.first_seq) == (first.last_seq, second.last_seq)
    assert "2 open a week ago, 0 added, 1 ended: 1 open now." in weekly.report(W47.next, "md", MONDAY + WEEK).decode()


def test_the_running_week_is_a_preview_and_is_not_stored(database: Database, weekly: Weekly) -> None:
    promise(database, "Page sooner")
    wednesday = MONDAY - timedelta(days=5)
    text = weekly.report(W47, "md", wednesday).decode()
    assert "Preview: this week is not over" in text
    assert json.loads(weekly.report(W47, "json", wednesday))["preview"] is True
    with database.read() as connection:
        assert reports.weeks(connection) == []
    assert "Preview" not in weekly.report(W47, "md", MONDAY).decode()
    with pytest.raises(AfterwordError, match="is not over"):
        weekly.make(W47.next, MONDAY)


def test_a_missed_week_is_made_before_the_one_that_is_asked_for(database: Database, weekly: Weekly) -> None:
    promise(database, "Page sooner")
    weekly.report(Week(2026, 49), "md", MONDAY + 2 * WEEK)
    with database.read() as connection:
        assert reports.weeks(connection) == ["2026-W49", "2026-W48", "2026-W47"]
        assert reports.before(connection, "2026-W49").snapshot.added == 0  # type: ignore[union-attr]


def test_a_week_that_has_no_report_says_why(database: Database, weekly: Weekly) -> None:
    with pytest.raises(AfterwordError, match="before this installation first ran"):
        weekly.report(Week(2026, 46), "md", MONDAY)
    with pytest.raises(AfterwordError, match="has not begun"):
        weekly.report(Week(2026, 49), "md", MONDAY)
    with pytest.raises(AfterwordError, match="is not a form"):
        weekly.report(W47, "pdf", MONDAY)


def test_a_first_start_of_a_century_ago_has_the_reports_of_the_last_year(database: Database, weekly: Weekly) -> None:
    ancient = replace(weekly, first_boot=CLOSED.replace(year=1900))
    ancient.make(W47, MONDAY)
    with database.read() as connection:
        assert len(reports.weeks(connection, limit=100)) == 60
    with pytest.raises(AfterwordError, match="too long over"):
        ancient.make(Week(1999, 1), MONDAY)


def test_a_later_report_keeps_an_earlier_week_from_being_invented(database: Database, weekly: Weekly) -> None:
    weekly.make(W47, MONDAY)
    earlier = replace(weekly, first_boot=CLOSED - 5 * WEEK)
    with pytest.raises(AfterwordError, match="a later one was made already"):
        earlier.make(Week(2026, 45), MONDAY)


def test_a_report_that_a_command_made_early_is_still_due_on_its_day(database: Database, weekly: Weekly) -> None:
    weekly.make(W47, MONDAY - timedelta(hours=2))
    with database.begin() as connection:
        assert reports.latest(connection) is None
        work.ensure(connection, "report", W47.slot, MONDAY)
        assert reports.latest(connection) == W47


def test_a_tracker_that_refuses_is_said_in_the_report() -> None:
    trouble = Trouble("code", "acme/platform", 403, "no right to read", MONDAY - timedelta(days=3), (2,))
    stale = item(2, stale_since=trouble.since, verified_at=trouble.since, issue_label="acme/platform#2")
    text = TEXTS.render("report.md.j2", report=compute(facts(item(1), stale, troubles=[trouble])))
    assert "1 of the 2 was seen within 24 hours; 1 last on 20 Nov, 09:00, as acme/platform refuses our token." in text


# --- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(lead: str) -> None:
    evil = f"{lead}HYPERLINK(1)"
    forms = render(compute(facts(item(1, text=evil, owner=evil, reason=evil, word=evil))), TEXTS, page)
    rows = list(csv.reader(io.StringIO(forms["csv"].decode(), newline="")))
    assert f"'{evil}" in rows[1]
    assert not [cell for cell in rows[1] if cell.startswith(lead)]


def test_the_csv_has_each_open_or_ended_item_once() -> None:
    report = compute(facts(item(1), item(2, state="done", ended_at=CLOSED), item(3, owner=None)))
    rows = list(csv.DictReader(io.StringIO(render(report, TEXTS, page)["csv"].decode())))
    assert [(row["id"], row["change"], row["decision"]) for row in rows] == [
        ("3", "added", "no_owner"), ("1", "added", ""), ("2", "added ended", ""),
    ]  # fmt: skip
    assert rows[2]["ended_at"] == "2026-11-17T14:31:00+00:00"


def test_ticket_text_cannot_break_the_markdown_or_call_anybody() -> None:
    evil = "](javascript:alert(1)) | @team <script> {{ 7*7 }} fixes #1"
    report = compute(facts(item(1, text=evil, due=date(2026, 11, 1)), item(2, state="done", text=evil)))
    text = TEXTS.render("report.md.j2", report=report)
    row = next(line for line in text.splitlines() if "22 days" in line)
    assert row.replace(r"\|", "").count("|") == 8
    assert "@team" not in text
    assert "<script>" not in text
    assert "{{ 7*7 }}" in text


@pytest.mark.parametrize("count", [1, 12, 200])
def test_the_chat_message_stays_below_3000_characters(count: int) -> None:
    words = "Make the <retry> & the pool agree on what a dead connection is, " * 4
    late = [item(number, text=words, due=date(2026, 10, 1)) for number in range(1, count + 1)]
    alone = [item(number + 1000, text=words, owner=None) for number in range(count)]
    waiting = [item(number + 2000, text=words, state="waiting", reason=words) for number in range(count)]
    lost = [item(number + 3000, text=words, state="unreachable", unreachable_since=CLOSED) for number in range(count)]
    text = chat(compute(facts(*late, *alone, *waiting, *lost)), TEXTS)
    assert len(text.replace("&", "&amp;").replace(r"\<", "&lt;").replace(r"\>", "&gt;")) < 3000
    assert f"**Overdue, {count}**" in text
    assert ("more](https://postmortems.example.org/reports/weekly/2026-W47)" in text) == (count > 1)


def test_a_large_week_as_a_mail_stays_below_100_kilobytes_and_says_what_is_left_out() -> None:
    words = "Make the <retry> & the pool agree on what a dead connection is, " * 9
    rows = [item(number, text=words, due=date(2026, 10, 1), owner=f"@owner-{number}") for number in range(200)]
    rows += [item(number + 1000, text=words, owner=None) for number in range(200)]
    rows += [item(number + 2000, text=words, state="waiting", reason=words) for number in range(200)]
    rows += [item(number + 3000, text=words, state="wont_do", reason=words) for number in range(200)]
    mail = message(compute(facts(*rows)), TEXTS).html or ""
    assert len(mail.encode()) < 100_000
    assert mail.count(">53 days<") == 10
    assert [f">{left} more<" in mail for left in (190, 195, 190)] == [True, True, True]


def test_ticket_text_is_only_text_in_a_mail() -> None:
    evil = "<img src=x onerror=alert(1)>\"'>&"
    mail = message(
        compute(facts(item(1, text=evil, owner=evil, issue_label=evil, issue_url="javascript:alert(1)"))), TEXTS
    )
    assert "<img" not in (mail.html or "")
    assert "javascript:" not in (mail.html or "")


def test_a_chat_message_lists_ten_overdue_and_says_how_many_are_left_out() -> None:
    text = chat(compute(facts(*(item(number, due=date(2026, 11, 1)) for number in range(1, 14)))), TEXTS)
    assert text.count("- 22 days:") == 10
    assert "- [3 more](" in text


def test_a_week_without_a_decision_says_when_the_next_date_is() -> None:
    report = compute(facts(item(1, due=date(2026, 12, 4))))
    assert "Nothing needs a decision this week. The next due date is Fri 4 Dec 2026." in chat(report, TEXTS)
    assert TEXTS.render("report.subject.j2", report=report) == "Week 47: 1 open action item, none needs a decision"


def test_what_is_proposed_or_parked_is_not_said_to_be_filed_already_or_in_trouble() -> None:
    bare = {"issue_label": None, "issue_url": None}
    asked = item(
        1, state="waiting", proposed=True, reason="Nobody said yet whether it is filed. A person does.", **bare
    )
    parked = item(2, parked=True, reason="Parked by @alex. It is filed when a person says so.", **bare)
    report = compute(facts(asked, parked))
    texts = {
        "page": TEXTS.render("report.md.j2", report=report),
        "chat": chat(report, TEXTS),
        "mail": TEXTS.render("weekly-mail.html.j2", report=report),
    }
    for text in texts.values():
        assert "Proposed" in text
        assert "whether it is filed" in text
        assert "may be filed already" not in text
        assert "Waiting for a person" not in text
        assert "Parked by" not in text
    assert "1 proposed." in texts["mail"]
    assert TEXTS.render("report.subject.j2", report=report) == "Week 47: 1 of 2 open action items needs a decision"
