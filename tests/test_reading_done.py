"""What is told as done, and what is not, in the wordings of many teams. All of it is made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading_hands import read_text

#: documents with a line of four signs between them; below the line of five, the state of each item
DOCUMENTS = (Path(__file__).parent / "fixtures" / "done_told.md").read_text("utf-8").split("\n%%%%\n")


@pytest.mark.parametrize("text", DOCUMENTS)
def test_each_item_is_done_or_open(text: str) -> None:
    source, states = text.split("\n=====\n")
    items = read_text(f"# Down\n\nIt broke.\n\n{source}\n").items
    assert ["done" if item.done else "open" for item in items] == states.split()


@pytest.mark.parametrize(
    "status",
    [
        "Done in dev, prod pending",
        "Done?",
        "Nearly done",
        "50% complete",
        "Not deployed",
        "Merged, waiting for release",
        "Done for most hosts",
        "Deployed to staging",
        "Unresolved",
        "Reopened",
        "",
    ],
)
def test_a_status_of_a_part_is_not_done(status: str) -> None:
    table = f"| Action | Owner | Status |\n|---|---|---|\n| Rotate the keys | sam | {status} |\n"
    (item,) = read_text(f"# Down\n\n## Action items\n\n{table}").items
    assert not item.done


@pytest.mark.parametrize("status", ["Verified", "In production", "Deployed to prod", "Rolled out", "Merged #12"])
def test_a_status_of_the_whole_is_done(status: str) -> None:
    table = f"| Action | Owner | Status |\n|---|---|---|\n| Rotate the keys | sam | {status} |\n"
    (item,) = read_text(f"# Down\n\n## Action items\n\n{table}").items
    assert item.done


def test_a_bold_line_beside_one_that_says_done_is_not_below_it() -> None:
    text = "**Immediate actions (done):**\n\n- Add replicas\n\n**Long-term:**\n\n- Move the gateway\n"
    assert [item.done for item in read_text(f"# Down\n\n## Action items\n\n{text}").items] == [True, False]
