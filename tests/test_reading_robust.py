"""The reader never fails and never hangs, whatever the text is."""

from __future__ import annotations

import json
from datetime import date
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.model import Section
from service.postmortem.printed import as_json, as_markdown
from tests.reading_hands import read_text

TODAY = date(2026, 11, 17)
PIECES = st.sampled_from(
    [
        *("# Down\n", "## Timeline\n", "## Action items\n", "- [ ] ", "- ", "  - ", "1. ", "| a | b |\n|---|---|\n| "),
        *(
            "**Impact**: ",
            "14:05 UTC ",
            "2026-13-45 99:99 ",
            "by 31 Feb ",
            "due: 30 February 2026",
            "@sam ",
            "#12 ",
            "(",
        ),
        *(
            ")",
            "[",
            "](",
            "`",
            "```\n",
            "~~",
            "**",
            "<!--",
            "-->",
            "> ",
            "{{ x }}",
            "{% if %}",
            "<b>",
            "\x00",
            "\ud800",
        ),
        *("\u202e", "\r\n", "\n", "\n\n", "---\n", "+++\n", "\t", "9" * 30, "٣:٤٥", "done", "/action "),
        *("Started: 0001-01-01 00:00 +14:00", "Resolved: 2199-12-31 23:59 -1100"),
    ]
)
HOSTILE = [
    "![",
    "[",
    "**a ",
    "> ",
    "<!--",
    "- [ ] x\n",
    "14:05 ",
    "1 nov ",
    "https://",
    "a/b#1 ",
    "{{ ",
    "@a ",
    "| a ",
    "\n",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join))
def test_any_text_is_read_into_text_that_can_be_stored(text: str) -> None:
    reading = read_text(text, today=TODAY)
    json.dumps(as_json(reading)).encode("utf-8")
    as_markdown(reading).encode("utf-8")
    assert set(reading.sections) == set(Section)
    assert all(item.text.strip() and "\n" not in item.text for item in reading.items)


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("before", ["", "## Action items\n- ", "## Timeline\n- "])
def test_a_hostile_text_takes_linear_time(unit: str, before: str) -> None:
    start = monotonic()
    read_text(before + unit * (16_384 // len(unit)), today=TODAY)
    assert monotonic() - start < 5, "16 KB of this took longer than 5 seconds"


def test_a_megabyte_is_read_in_a_few_seconds() -> None:
    part = (
        "## Action items\n\n- [ ] Thing to do {0}, by 3 Nov\n\n"
        "## Timeline\n\n- 14:05 UTC it broke {0}\n\nSome words of it.\n\n"
    )
    text = "".join(part.format(number) for number in range(10_000))
    start = monotonic()
    reading = read_text(text, today=TODAY)
    assert len(text) > 1_000_000
    assert len(reading.items) == 10_000
    assert monotonic() - start < 30


def test_lists_inside_lists_without_end_are_cut_and_not_refused() -> None:
    text = "## Action items\n" + "".join("  " * depth + "- Go deeper\n" for depth in range(400))
    assert [item.text for item in read_text(text).items] == ["Go deeper"]


def test_template_braces_html_and_bytes_of_no_text_stay_words() -> None:
    reading = read_text(
        "{{ config }} <script>alert(1)</script> \x00 \ud800\n\n## Action items\n- Drop `{{ x }}` from {% y %}\n"
    )
    assert reading.sections[Section.SUMMARY].text == "{{ config }} <script>alert(1)</script> \ufffd \ufffd"
    assert reading.items[0].text == "Drop `{{ x }}` from {% y %}"
