"""One line under "Action items", and the item that it is: what is taken off it, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading_hands import read_text
from tests.test_items_of_other_teams import TODAY, line_of

LINES = (Path(__file__).parent / "fixtures" / "item_lines.txt").read_text("utf-8").split("\n\n")


@pytest.mark.parametrize("pair", LINES, ids=lambda pair: pair.split("\n")[0])
def test_a_line_is_this_item(pair: str) -> None:
    line, *expected = pair.strip().split("\n")
    reading = read_text(f"# Down\n\nIt broke.\n\n## Action items\n\n- {line}\n", today=TODAY)
    assert [line_of(item) for item in reading.items] == expected


@pytest.mark.parametrize(
    ("line", "text", "owner", "refs"),
    [
        ("Add it (Ticket: [PAY-12](https://tracker.example.org/PAY-12))", "Add it", None, ("PAY-12",)),
        ("Add it ([PAY-12](https://tracker.example.org/PAY-12))", "Add it", None, ("PAY-12",)),
        ("TODO(@sam): add an expiry alert", "Add an expiry alert", "@sam", ()),
    ],
)
def test_a_key_in_a_link_and_a_name_behind_a_mark_are_taken(
    line: str, text: str, owner: str | None, refs: tuple[str, ...]
) -> None:
    (item,) = read_text(f"## Action items\n- {line}\n").items
    assert (item.text, item.owner, item.refs) == (text, owner, refs)


def test_a_templates_placeholder_is_no_item() -> None:
    assert read_text("## Action items\n- <describe the action>\n").items == ()
