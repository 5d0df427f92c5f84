"""When something is due: a day where the words name one, the words where they do not, and nothing of a number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.dates import due_at, due_words
from service.postmortem.days import day_at, order_in

TUESDAY = date(2026, 11, 17)


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026/12/01", "2026-12-01"),
        ("1 Dec", "2026-12-01"),
        ("1 Nov", "2027-11-01"),
        ("17 November", "2026-11-17"),
        ("Dec 1st 2026", "2026-12-01"),
        ("Tuesday, 1 December 2026", "2026-12-01"),
        ("1.12.2026", "2026-12-01"),
        ("13/12/2026", "2026-12-13"),
        ("12/13/2026", "2026-12-13"),
        ("29 Feb", "2028-02-29"),
        ("Friday", "2026-11-20"),
        ("on Friday", "2026-11-20"),
        ("this Friday", "2026-11-20"),
        ("Tuesday", "2026-11-24"),
        ("next Friday", "2026-11-27"),
        ("Friday next week", "2026-11-27"),
        ("next Monday", "2026-11-23"),
        ("today", "2026-11-17"),
        ("tomorrow", "2026-11-18"),
        ("the day after tomorrow", "2026-11-19"),
        ("in two weeks", "2026-12-01"),
        ("in 3 days", "2026-11-20"),
        ("within a month", "2026-12-17"),
        ("a week from now", "2026-11-24"),
        ("end of the week", "2026-11-20"),
        ("end of next week", "2026-11-27"),
        ("end of the month", "2026-11-30"),
        ("EOM", "2026-11-30"),
        ("1. Dezember 2026", "2026-12-01"),
        ("nächsten Freitag", "2026-11-27"),
        ("in zwei Wochen", "2026-12-01"),
        ("Ende nächster Woche", "2026-11-27"),
        ("1er décembre", "2026-12-01"),
        ("vendredi prochain", "2026-11-27"),
        ("fin du mois", "2026-11-30"),
        ("1 de diciembre de 2026", "2026-12-01"),
        ("el próximo viernes", "2026-11-27"),
        ("mañana", "2026-11-18"),
        ("1º de dezembro", "2026-12-01"),
        ("próxima sexta-feira", "2026-11-27"),
        ("em duas semanas", "2026-12-01"),
        ("12月1日", "2026-12-01"),
        ("来週金曜日", "2026-11-27"),
        ("2週間後", "2026-12-01"),
    ],
)
def test_a_day_is_read_as_people_write_it(words: str, due: str) -> None:
    assert due_at(f"due {words}, @sam", 4, TUESDAY) == (date.fromisoformat(due), 4 + len(words))
    assert due_words(f"due {words}, @sam", 4) == 4 + len(words)


@pytest.mark.parametrize(
    "words",
    ["Q4 2026", "2026-Q4", "H1", "next sprint", "the next release", "next week", "this quarter", "EOY", "end of year",
     "end of the year", "end of Q1", "ASAP", "as soon as possible", "soon", "December", "mid December 2026",
     "sprint 12", "in the coming weeks", "early next year", "Ende des Jahres", "fin d'année", "próximo trimestre",
     "来月", "年内",
     "03/04/2026", "31 Feb 2026", "22025-03-01", "1017-10-19"],
)  # fmt: skip
def test_words_that_are_a_time_and_no_day_are_kept_as_words(words: str) -> None:
    assert due_at(f"{words}, @sam", 0, TUESDAY) == (None, 0)
    assert due_words(f"{words}, @sam", 0) == len(words)


@pytest.mark.parametrize(
    "words",
    ["10", "2026", "3 alerts in May", "the first", "may fail", "3 may fail", "set 3 alerts", "3 out of 5",
     "in production", "a week", "two weeks", "the week", "every Friday", "sun", "10.5.3", "1.2.3.4", "March 3.5 GB", "",
     " ", "/"],
)  # fmt: skip
def test_a_number_is_neither_a_day_nor_a_time(words: str) -> None:
    assert due_at(words, 0, TUESDAY) == (None, 0)
    assert due_words(words, 0) == 0


def test_may_is_a_month_with_a_capital_and_no_day() -> None:
    assert (due_at("May", 0, TUESDAY), due_words("May", 0), due_words("may", 0)) == ((None, 0), 3, 0)


@pytest.mark.parametrize("words", ["next Friday", "Friday", "tomorrow", "in two weeks", "1 Dec", "12月1日", "EOM"])
def test_without_a_day_of_its_own_a_text_gives_relative_words_and_no_date(words: str) -> None:
    assert due_at(words, 0, None) == (None, 0)
    assert due_words(words, 0) == len(words)


_STYLES = (
    "{d:%Y-%m-%d}", "{d:%Y/%m/%d}", "{d.day} {d:%B} {d.year}", "{d.day} {d:%b} {d.year}", "{d:%B} {d.day}, {d.year}",
    "{d:%b} {d.day} {d.year}", "{d:%A}, {d.day} {d:%B} {d.year}", "{d.day}.{d.month}.{d.year}",
    "{d.day}-{d:%b}-{d.year}", "{d.year}年{d.month}月{d.day}日",
)  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.sampled_from(_STYLES), st.sampled_from(["", ".", ",", ")"]))
def test_a_whole_day_comes_back_in_every_style(day: date, style: str, after: str) -> None:
    words = style.format(d=day)
    assert due_at(words + after, 0, TUESDAY) == (day, len(words))
    assert day_at(words + after, 0, None).day == day


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 365))
def test_a_day_without_a_year_lies_ahead(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    if (day.month, day.day) != (2, 29) and ahead < 365:
        assert due_at(f"{day.day} {day:%B}", 0, today)[0] == day


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 6))
def test_a_weekday_is_the_first_one_after_today(today: date, number: int) -> None:
    name = (date(2026, 11, 16) + timedelta(days=number)).strftime("%A")
    due, _ = due_at(name, 0, today)
    assert due is not None
    assert due.strftime("%A") == name
    assert 1 <= (due - today).days <= 7
    following, _ = due_at(f"next {name}", 0, today)
    assert following is not None
    assert following.isocalendar()[1] == (today + timedelta(days=7)).isocalendar()[1]


@settings(max_examples=300)
@given(st.text(max_size=40), st.one_of(st.none(), st.dates()))
def test_any_text_gives_a_day_only_with_its_words(text: str, today: date | None) -> None:
    for at in range(len(text)):
        due, end = due_at(text, at, today)
        assert (due is None) == (end == at)
        assert at <= due_words(text, at) <= len(text)


def test_a_text_tells_by_its_other_days_whether_the_day_comes_first() -> None:
    assert order_in("03/04/2026 and 13/04/2026") is True
    assert order_in("03/04/2026 and 04/13/2026") is False
    assert order_in("03/04/2026") is None
    assert order_in("13/04/2026 and 04/13/2026") is None
    assert day_at("03/04/2026", 0, None, day_first=True).day == date(2026, 4, 3)
    assert day_at("03/04/2026", 0, None, day_first=False).day == date(2026, 3, 4)
