"""The weekly report as a page: every figure opens just the items that it counts, and nothing in it does anything."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from service.followup.facts import Trouble
from service.followup.report import compute
from service.followup.snapshot import REASONS, Snapshot
from service.followup.week import Week
from service.web.report_page import render_items_html, render_report_html, select
from tests.report_facts import CLOSED, MONDAY, event, facts, item

EVIL = '<script>alert(1)</script> [x](javascript:alert(1)) "><b>'
LONG_AGO = MONDAY - timedelta(3)
LOST = MONDAY - timedelta(2)
ITEMS = (
    item(1, due=date(2026, 8, 14), issue_label="acme/platform#1", stale_since=MONDAY, verified_at=LONG_AGO),
    item(2, due=date(2026, 11, 19), state="in_progress", owner="release engineer & co", owner_known=False),
    item(3, due=date(2026, 11, 20), owner=None),
    item(4, owner=None, due=date(2026, 12, 4)),
    item(5, state="waiting", issue_label=None, issue_url=None, reason="No answer came. It may exist."),
    item(6, state="unreachable", unreachable_since=LOST, word="To do", issue_url="javascript:alert(1)"),
    item(7, state="done", ended_at=MONDAY - timedelta(4), word="Released"),
    item(8, text=EVIL, incident_title=EVIL, incident_url="javascript:alert(1)", postmortem_id=None, due=CLOSED.date()),
    item(9, due=None),
    item(10, state="waiting", proposed=True, issue_label=None, issue_url=None, reason="Nobody said yet whether."),
    item(11, parked=True, issue_label=None, issue_url=None, reason="Parked by @alex."),
)


def snapshot(**changes: object) -> Snapshot:
    events = [event(number, number, "promised") for number in range(1, 12)]
    events.append(event(20, 4, "due", "2026-11-24", "2026-12-04"))
    trouble = Trouble("code", "acme/platform", 403, "Not accessible", MONDAY - timedelta(2), (1,))
    return compute(facts(*ITEMS, events=events, troubles=(trouble,), **changes))


REPORT = snapshot()
SHOWN = render_report_html(REPORT, "https://postmortems.example.org")
FIGURES = sorted(set(re.findall(r'<a[^>]* href="(/reports/weekly/2026-W47/items\?[^"]*)">(\d+)</a>', SHOWN)))


@pytest.mark.parametrize(("address", "count"), FIGURES)
def test_a_figure_opens_just_the_items_that_it_counts(address: str, count: str) -> None:
    asked = dict(parse_qsl(urlsplit(html.unescape(address)).query))
    found = select(REPORT, asked)
    assert found is not None
    _, rows = found
    late = [row.days_late for row in rows]
    assert int(count) in (len(rows), max(late, default=0)), asked


def test_the_figures_add_up_as_the_page_says_them() -> None:
    assert REPORT.decide == 8
    assert re.search(r'decide=1">8</a> of <a[^>]*>10</a> open items need a decision', SHOWN)
    assert len(FIGURES) > 20
    assert sum(len(REPORT.decisions(reason)) for reason in REASONS) == 8


def test_what_is_proposed_has_its_own_words_and_what_is_parked_is_nobodys_decision() -> None:
    assert re.search(r'Proposed <a[^>]*reason=proposed">1</a> <span class="soft">· nobody said yet whether', SHOWN)
    assert "it may be filed already" in SHOWN.split("reason=waiting")[1].split("reason=proposed")[0]
    assert "Parked by" not in SHOWN


def test_due_by_counts_what_is_not_late_yet() -> None:
    found = select(REPORT, {"due_by": REPORT.soon.isoformat()})
    assert found is not None
    assert [row.id for row in found[1]] == [4]


def test_what_does_not_answer_is_told_apart_from_what_does() -> None:
    behind = []
    for index in range(len(REPORT.connections)):
        found = select(REPORT, {"connection": str(index)})
        assert found is not None
        behind.append([row.id for row in found[1]])
    assert [len(rows) for rows in behind] == [part.open for part in REPORT.connections]
    assert [1] in behind
    assert "as acme/platform refuses our token" in SHOWN
    assert "403 since 21 Nov, 09:00." in SHOWN


def test_ticket_text_and_addresses_do_nothing() -> None:
    for shown in (SHOWN, render_items_html(REPORT, {"state": "open"}) or ""):
        assert "&lt;script&gt;" in shown
        assert "<script" not in shown
        assert "javascript:" not in re.sub(r">[^<]*<", "><", shown)


def test_gaps_and_stale_stamps_are_shown_as_such() -> None:
    assert '<time class="stale" datetime="2026-11-20T09:00:00+01:00">20 Nov, 09:00</time>' in SHOWN
    assert "“release engineer &amp; co”, not in the people map" in SHOWN
    assert "answers 404 since 21 Nov" in SHOWN
    assert "was moved from 24 Nov to 4 Dec." in SHOWN


def test_a_week_without_items_says_so_in_one_line() -> None:
    quiet = render_report_html(compute(facts()))
    assert "<h1>No open action items</h1>" in quiet
    assert 'id="decide"' not in quiet
    assert "need" not in re.sub(r"<[^>]*>", "", quiet).split("What the figures mean")[0]


def test_a_week_with_nothing_to_decide_names_the_next_date() -> None:
    calm = render_report_html(compute(facts(item(1))))
    assert "open item, none needs a decision" in calm
    assert "The next due date is Thu 17 Dec 2026." in calm


def test_a_preview_says_that_it_is_one_and_a_frozen_page_that_it_is_frozen() -> None:
    assert "and frozen." in SHOWN
    preview = render_report_html(snapshot(preview=True))
    assert "This week is not over" in preview
    assert "frozen" not in preview


def test_a_second_report_says_what_changed_since_the_first() -> None:
    first = compute(facts(*ITEMS))
    later = MONDAY + timedelta(days=7)
    ended = item(4, owner=None, state="done", ended_at=later)
    events = [event(21, 4, "state", "open", "done", at=later)]
    w48 = Week(2026, 48)
    second = compute(
        facts(*ITEMS[:3], ended, *ITEMS[4:], week=w48, as_of=later, previous=first, events=events, last_seq=21)
    )
    shown = render_report_html(second)
    assert '<a class="fig" href="/reports/weekly/2026-W47">10 open</a> a week ago' in shown
    assert "<h2>What changed since week 47</h2>" in shown
    assert '<a href="/reports/weekly/2026-W47">Week 47</a>' in shown
