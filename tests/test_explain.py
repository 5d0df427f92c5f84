"""Why a value was read: its words and their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.postmortem.explain import explained, placed
from service.postmortem.model import Evidence
from tests.reading_hands import read_text

LINES = ["# Down", "", "- [ ] Add an alert", "  on depth @alex"]


def test_the_words_are_found_in_their_lines_with_columns_from_1() -> None:
    found = placed(Evidence("@alex", 3, 4, "a login"), LINES)
    assert found == {"words": "@alex", "line": 4, "column": 12, "end_line": 4, "end_column": 17, "why": "a login"}


def test_words_that_are_broken_over_two_lines_are_found_as_well() -> None:
    found = placed(Evidence("Add an alert on depth", 3, 4, "a box"), LINES)
    assert (found["line"], found["column"], found["end_line"], found["end_column"]) == (3, 7, 4, 11)


def test_words_that_stand_elsewhere_only_get_their_lines() -> None:
    assert placed(Evidence("Sam", 3, 4, "a name"), LINES) == {"words": "Sam", "line": 3, "end_line": 4, "why": "a name"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_the_same_with_any_line_end(end: str) -> None:
    text = end.join(("# Down", "", "## Action items", "- [ ] Add an alert @alex", ""))
    told = explained(read_text(text), text)["action_items"]
    assert (told[0]["line"], told[0]["owner"]["words"], told[0]["owner"]["line"]) == (4, "@alex", 4)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30), min_size=1, max_size=6),
    st.text(max_size=8),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_any_evidence_can_be_placed(lines: list[str], words: str, first: int, last: int) -> None:
    found = placed(Evidence(words, first, last, ""), lines)
    if "column" in found and found["line"] == found["end_line"]:
        assert lines[found["line"] - 1][found["column"] - 1 : found["end_column"] - 1]
