"""Days, spans and names read as people write them; ticket text keeps to its place in Markdown."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.text_filters import Days, block, cell, first_sentence, label, line, link, listed, login, para, span

BERLIN = Days("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 11, tzinfo=UTC)


def test_a_time_is_said_in_the_installations_zone() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert BERLIN.day(late) == "1 Jan 2027"
    assert BERLIN.clock(late) == "00:30"
    assert BERLIN.long_day(NOW) == "Monday 23 November 2026"
    assert BERLIN.weekday_day(NOW) == "Mon 23 Nov 2026"
    assert BERLIN.plain_day(date(2026, 11, 17)) == "17 November 2026"


def test_the_year_is_said_where_it_is_not_this_years() -> None:
    assert BERLIN.stamp(NOW, NOW) == "23 Nov, 09:11"
    assert BERLIN.stamp(NOW - timedelta(days=365), NOW) == "23 Nov 2025, 09:11"
    assert BERLIN.short_day(date(2027, 1, 1), NOW) == "1 Jan 2027"


@pytest.mark.parametrize(
    ("zone", "name", "note"),
    [
        ("Europe/Berlin", "CET", "CET (UTC+1)"),
        ("UTC", "UTC", "UTC"),
        ("Asia/Kolkata", "IST", "IST (UTC+5:30)"),
        ("America/St_Johns", "NST", "NST (UTC-3:30)"),
        ("America/Sao_Paulo", "UTC-3", "UTC-3"),
    ],
)
def test_a_zone_is_named_or_counted(zone: str, name: str, note: str) -> None:
    assert Days(zone).zone(NOW) == name
    assert Days(zone).zone_note(NOW) == note


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        BERLIN.clock(datetime(2026, 11, 23, 9, 11))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=74), "1 hour 14 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=1, minutes=5), "1 day 5 minutes"),
        (timedelta(days=3, hours=1, minutes=5), "3 days 1 hour"),
    ],
)
def test_a_span_has_its_two_largest_units(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_a_login_calls_nobody() -> None:
    assert login("@alex", "github") == "`@alex`"
    assert login("@alex", "jira") == "alex"
    assert login("Sam Example", "github") == "Sam Example"
    assert login("@alex` @team", "github") == "@\u200balex` @\u200bteam"


def test_a_link_leads_to_web_pages_only() -> None:
    assert (
        link("acme/ops#4", "https://github.com/acme/ops/issues/4")
        == "[acme/ops#4](https://github.com/acme/ops/issues/4)"
    )
    assert link("PAY-1", "https://www.github.com/x", redirect=True) == "[PAY-1](https://redirect.github.com/x)"
    assert link("x", "https://github.example/x", redirect=True) == "[x](https://github.example/x)"
    assert link("x", "javascript:alert(1)") == link("x", "") == "x"
    assert link("x", "https://e.example/a b)[c](d)") == "[x](https://e.example/a%20b%29%5Bc%5D%28d%29)"


def test_a_pipe_ends_no_cell_even_behind_a_backslash() -> None:
    # GitHub reads two backslashes as one first; the pipe behind them would then end the cell
    assert cell("a | b\nc") == "a \\| b c"
    assert cell("a \\| b") == "a \\\\\\| b"


def test_a_code_block_left_open_is_closed_and_one_in_a_list_is_not_opened_anew() -> None:
    assert block("a\n\n````sh\nb") == "a\n\n````sh\nb\n````"
    assert block("~~~\nb") == "~~~\nb\n~~~"
    listed_code = "- ```\n  b\n  ```\n- c"
    assert block(listed_code) == listed_code


def test_headings_in_a_section_stand_below_the_sections_own() -> None:
    assert block("# A\n\nB\n===\n\nC\n---\n\n### D\n\n```\n# no heading\n```") == (
        "### A\n\n### B\n\n\n### C\n\n\n### D\n\n```\n# no heading\n```"
    )


def test_a_paragraph_opens_nothing_and_is_not_our_line_due() -> None:
    for text in (
        "# a",
        "> a",
        "- a",
        "1. a",
        "```",
        "---",
        "**Due:** 2020-01-01",
        "**Due** 2020-01-01",
        "Due : 2020-01-01",
    ):
        assert para(text).startswith("\u200b"), text
    for text in ("`db-a` failed", "**Note** a", "Due to a full pool", "#hash", "3.5 seconds"):
        assert para(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It broke. Badly.", "It broke."),
        ("- The pool, e.g. of `db-a`, was full. Then not.", "The pool, e.g. of `db-a`, was full."),
        ("Slow for 1.5 hours\n\nMore.", "Slow for 1.5 hours"),
        ("", ""),
    ],
)
def test_the_first_sentence_ends_where_a_reader_would_end_it(text: str, words: str) -> None:
    assert first_sentence(text) == words


def test_a_first_sentence_without_an_end_is_cut_between_words() -> None:
    cut = first_sentence("word " * 200)
    assert len(cut) <= 300
    assert cut.endswith("word…")


pieces = st.lists(
    st.sampled_from(
        [
            "```",
            "~~~",
            "`",
            "|",
            "\\",
            "\n",
            "\n\n",
            "- ",
            "> ",
            "# ",
            "===",
            "---",
            "a",
            " ",
            "    ",
            "[",
            "]",
            "(",
            ")",
            "<",
            "1. ",
        ]
    ),
    max_size=25,
).map("".join)


@given(pieces)
def test_no_text_swallows_what_stands_below_it_or_leaves_its_cell(text: str) -> None:
    reader = MarkdownIt("commonmark").enable("table")
    below = reader.render(f"{block(text)}\n\n## Ours\n\n[ours](https://e.example/)\n")
    assert "<h2>Ours</h2>\n" in below
    assert '<a href="https://e.example/">ours</a>' in below
    table = reader.render(f"| a | b |\n|---|---|\n| {cell(text)} | ours |\n")
    assert table.count("<td") == 2
    assert "<td>ours</td>" in table
    assert '<a href="https://e.example/">' in reader.render(f"x {link(text, 'https://e.example/')} y")


def test_long_hostile_text_costs_no_more_than_its_length() -> None:
    for piece in ("`", "~", "[", "](", "\\|", "- ", "> ", "# ", "a: ", "**", "e.g. "):
        text = piece * 20_000
        for written in (block, cell, para, label, line, first_sentence):
            begun = time.monotonic()
            written(text)
            assert time.monotonic() - begun < 5, (piece, written.__name__)
