"""Teams, severities, the twelve weeks and what happened again, as the page shows them: figures, links and drawings."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from service.web.report_page import render_items_html, render_report_html, select
from tests.report_example import EMPTY, EXAMPLE, OLD, row

SHOWN = render_report_html(EXAMPLE, "https://postmortems.example.org")
ITEMS = f"/reports/weekly/{EXAMPLE.week}/items"
FIGURES = sorted(set(re.findall(rf'<a[^>]* href="({re.escape(ITEMS)}\?[^"]*)">(\d+)</a>', SHOWN)))
BARS = sorted(set(re.findall(rf'<a href="({re.escape(ITEMS)}\?(?:late|age)=[^"]*)"><title>[^<]*: (\d+)', SHOWN)))


def behind(address: str) -> int:
    found = select(EXAMPLE, dict(parse_qsl(urlsplit(html.unescape(address)).query)))
    assert found is not None, address
    return len(found[1])


@pytest.mark.parametrize(("address", "count"), FIGURES)
def test_a_figure_opens_just_the_items_that_it_counts(address: str, count: str) -> None:
    asked = dict(parse_qsl(urlsplit(html.unescape(address)).query))
    late = [row.days_late for row in (select(EXAMPLE, asked) or ("", ()))[1]]
    assert int(count) in (behind(address), max(late, default=0)), asked


@pytest.mark.parametrize(("address", "count"), BARS)
def test_a_bar_opens_just_the_items_that_it_draws(address: str, count: str) -> None:
    assert behind(address) == int(count)


def test_there_are_links_of_teams_severities_and_lateness_among_them() -> None:
    addresses = [html.unescape(address) for address, _ in (*FIGURES, *BARS)]
    for wanted in ("team=platform&", "team=none&", "severity=SEV2&", "late=91-", "owner=unmapped", "escalated=1"):
        assert any(wanted in address for address in addresses), wanted


def test_the_drawings_hold_no_style_no_script_and_end_where_they_begin() -> None:
    assert SHOWN.count("<svg") == SHOWN.count("</svg>") > 4
    assert re.search(r"<style|\sstyle=|<script|javascript:|data:", SHOWN) is None


def test_each_week_of_the_trend_leads_to_its_own_report_and_says_its_figures() -> None:
    for week in EXAMPLE.trend:
        number = int(week.week.rpartition("W")[2])
        assert f'<a href="/reports/weekly/{week.week}"><title>Week {number}: {week.open} open, ' in SHOWN
        assert f'<a href="/reports/weekly/{week.week}">{week.week}</a>' in SHOWN  # the same as a table


def test_what_happened_again_names_the_item_that_was_still_open() -> None:
    (again,) = EXAMPLE.repeats
    part = SHOWN[SHOWN.index('id="repeats"') :]
    assert f'<a href="/actions/{again.item_id}">{again.item_text}</a>' in part
    assert again.by in part


def test_a_postmortem_that_lacks_sections_is_named_with_them() -> None:
    (one,) = EXAMPLE.incomplete
    assert f"Not recorded yet: {', '.join(one.missing)}." in SHOWN[SHOWN.index('id="incomplete"') :]


@pytest.mark.parametrize("snapshot", [EMPTY, OLD])
def test_what_is_not_recorded_draws_nothing(snapshot: object) -> None:
    shown = render_report_html(snapshot)  # type: ignore[arg-type]
    for part in ("teams", "severities", "repeats", "incomplete"):
        assert f'id="{part}"' not in shown
    assert "None" not in shown


def test_ten_thousand_items_are_paged_and_none_is_left_out() -> None:
    many = replace(EXAMPLE, rows=tuple(row(number, owner="@alex") for number in range(1, 10_001)), open=10_000)
    seen: set[str] = set()
    for page in range(1, 51):
        shown = render_items_html(many, {"state": "open", "page": str(page)})
        assert shown is not None
        assert f"{page * 200 - 199} to {page * 200} of 10000." in shown
        assert (f'href="?state=open&amp;page={page + 1}"' in shown) == (page < 50)
        seen |= set(re.findall(r'href="/actions/(\d+)"', shown))
    assert len(seen) == 10_000
    assert render_items_html(many, {"state": "open", "page": "51"}) is None
    assert render_items_html(many, {"state": "open", "page": "0"}) is None


def test_a_page_of_few_items_has_no_further_pages() -> None:
    shown = render_items_html(EXAMPLE, {"overdue": "1"})
    assert shown is not None
    assert "page=" not in shown
