"""The weekly mail's drawn figures, and how long a chat's message may be: by what each program and service takes."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from service.followup.notify import chat, message
from tests.report_example import EMPTY, EXAMPLE, row
from tests.test_weekly import TEXTS

MAIL = TEXTS.render("weekly-mail.html.j2", report=EXAMPLE)
BARS = re.findall(r">Week (\d+)</a></td>\s*<td[^>]*><table[^>]*><tr>(.*?)</tr></table>", MAIL, re.S)


def widths(cells: str) -> list[int]:
    return [int(width) for width in re.findall(r' width="(\d+)"', cells)]


def test_each_of_the_twelve_weeks_has_a_bar_that_is_as_long_as_its_open_items_are_many() -> None:
    assert [int(number) for number, _ in BARS] == [int(week.week.rpartition("W")[2]) for week in EXAMPLE.trend]
    unit = max(sum(widths(cells)) for _, cells in BARS) / max(week.open or 0 for week in EXAMPLE.trend)
    for week, (_, cells) in zip(EXAMPLE.trend, BARS, strict=True):
        late, others = widths(cells)
        assert abs(late - (week.overdue or 0) * unit) <= 1
        assert abs(late + others - (week.open or 0) * unit) <= 2


def test_bars_are_cells_of_tables_and_need_no_style_sheet() -> None:
    assert re.search(r"<(svg|img|canvas|script|link)\b", MAIL) is None
    for _, cells in BARS:
        for cell in re.findall(r"<td class=[^>]*>", cells):
            assert "bgcolor=" in cell
            assert "background-color:" in cell


def test_a_first_report_draws_no_weeks_and_an_empty_one_no_figures_at_all() -> None:
    first = TEXTS.render("weekly-mail.html.j2", report=replace(EXAMPLE, trend=EXAMPLE.trend[-1:]))
    assert "Twelve weeks" not in first
    empty = TEXTS.render("weekly-mail.html.j2", report=EMPTY)
    for part in ("Twelve weeks", "How late", "Done in twelve weeks", "Happened again", "something missing"):
        assert part in MAIL
        assert part not in empty


def test_what_is_not_recorded_is_said_and_never_counted_as_nothing() -> None:
    assert EXAMPLE.to_done is not None
    assert f"(n = {EXAMPLE.to_done.n})" in MAIL
    few = replace(EXAMPLE, to_done=replace(EXAMPLE.to_done, n=2, median=3.0, lower=None, upper=None, unknown=0))
    assert "too few for a distribution" in TEXTS.render("weekly-mail.html.j2", report=few)


def test_a_mail_of_the_longest_words_stays_below_what_gmail_cuts() -> None:
    long = "Rehearse <the> failover & “check” " * 20
    rows = tuple(
        replace(
            row(number, long, days_late=number % 40), incident_title=long, reason=long, owner=f"@{number}" + "x" * 80
        )
        for number in range(1, 200)
    )
    again = tuple(replace(EXAMPLE.repeats[0], item_text=long, title=long, earlier_title=long, by=long) for _ in rows)
    missing = tuple(replace(EXAMPLE.incomplete[0], title=long) for _ in rows)
    whole = replace(EXAMPLE, rows=rows, repeats=again, incomplete=missing)
    assert len(TEXTS.render("weekly-mail.html.j2", report=whole).encode()) < 102_000  # bytes, where Gmail clips


def test_a_report_of_a_part_says_of_which_in_mail_and_chat() -> None:
    part = replace(EXAMPLE, name="payments", about="team payments")
    mail = TEXTS.render("weekly-mail.html.j2", report=part)
    assert "team payments &nbsp;·&nbsp; Week 47" in mail
    assert "the report “payments”" in mail
    assert chat(part, TEXTS).startswith("**Week 47, team payments: [")


@pytest.mark.parametrize(("kind", "takes"), [("discord", 2_000), ("slack", 3_000), ("workflows", 3_000)])
def test_a_chat_gets_as_many_rows_as_its_service_takes(kind: str, takes: int) -> None:
    rows = tuple(row(number, "Rehearse a failover & check " * 6, days_late=number) for number in range(1, 40))
    sent = message(replace(EXAMPLE, rows=rows), TEXTS)
    text = sent.text(kind)
    assert len(html.escape(text)) < takes
    assert re.search(r"- \[\d+ more\]", text)
    assert len(sent.text("discord")) < len(sent.text("slack"))
