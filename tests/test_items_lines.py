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
