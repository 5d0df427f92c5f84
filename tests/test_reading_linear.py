"""The time that a text takes grows with its length, not faster. Times are ratios: over parsing, or of one length over
another; no clock is asked for a number of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from markdown_it import MarkdownIt

from connectors.text import from_adf, from_wiki
from service.postmortem.commands import split
from tests.reading.hostile import UNITS, of_length
from tests.reading_hands import read_text

TODAY = date(2026, 11, 17)
PARSER = MarkdownIt("js-default")
READERS: dict[str, Callable[[str], object]] = {
    "markdown": lambda text: read_text(text, today=TODAY),
    "wiki": from_wiki,
    "commands": split,
}
BEFORE = {
    "markdown": (
        "",
        "## Action items\n\n- ",
        "## Timeline\n\n- ",
        "**Started**: ",
        "| Owner | Action |\n|---|---|\n| ",
    ),
    "wiki": ("", "||a||\n|"),
    "commands": ("", "/action ", "/timeline 14:05 "),
}
CASES = [(reader, before, unit) for reader, starts in BEFORE.items() for before in starts for unit in UNITS[reader]]


def least(work: Callable[[], object], rounds: int) -> float:
    """The shortest of some runs; a machine with other work makes runs longer, never shorter."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("reader", READERS)
def test_a_hostile_text_takes_little_more_than_parsing_a_good_one(reader: str) -> None:
    """8 kB each; what takes quadratic time takes hundreds of times as long."""
    good = of_length("- [ ] Some thing to do, by 3 Nov\n", 8_192)
    bare = least(lambda: PARSER.parse(good), 3)
    slow = []
    for _, before, unit in (case for case in CASES if case[0] == reader and case[1] in BEFORE[reader][:2]):
        text = of_length(unit, 8_192, before)
        taken = least(lambda text=text: READERS[reader](text), 1)
        if taken > 20 * bare:  # it may have been the first to load a library, or had to wait
            taken = least(lambda text=text: READERS[reader](text), 3)
        if taken > 20 * bare and taken > 20 * least(lambda text=text: PARSER.parse(text), 1):
            slow.append((before, unit, round(taken / bare)))
    assert slow == []


@pytest.mark.whole
@pytest.mark.parametrize(("reader", "before", "unit"), CASES)
def test_four_times_the_text_takes_less_than_six_times_as_long(reader: str, before: str, unit: str) -> None:
    short, long = (of_length(unit, length, before) for length in (16_384, 65_536))
    ratio = 9.0
    for rounds in (2, 5, 15):
        one, four = (least(lambda text=text: READERS[reader](text), rounds) for text in (short, long))
        ratio = min(ratio, four / max(one, 0.0005))
        if ratio < 6:
            break
    assert ratio < 6


@pytest.mark.whole
def test_a_document_of_jira_is_read_in_linear_time() -> None:
    def nested(depth: int) -> object:
        node: dict[str, object] = {"type": "text", "text": "deep"}
        for kind in ("panel", "listItem", "bulletList", "tableCell", "blockquote") * (depth // 5):
            node = {"type": kind, "content": [node]}
        return {"type": "doc", "content": [node]}

    def wide(count: int) -> object:
        item = {"type": "taskItem", "attrs": {"state": "DONE"}, "content": [{"type": "text", "text": "a"}]}
        return {"type": "doc", "content": [{"type": "taskList", "content": [item] * count}]}

    for made in (nested, wide):
        short, long = made(2_000), made(8_000)
        assert least(lambda given=long: from_adf(given), 5) < 6 * max(
            least(lambda given=short: from_adf(given), 5), 0.0005
        )


PART = """## Action items

- [ ] Thing to do {0}, by 3 Nov

## Timeline

- 14:05 UTC it broke {0}

Some words of it.
"""


@pytest.mark.parametrize("parts", [500, pytest.param(50_000, marks=pytest.mark.whole)], ids=["50 kB", "5 MB"])
def test_a_long_text_takes_a_small_multiple_of_parsing_and_nothing_of_it_is_left_out(parts: int) -> None:
    text = "\n".join(PART.format(number) for number in range(parts))
    assert len(text) > 100 * parts
    assert len(read_text(text, today=TODAY).items) == parts
    assert least(lambda: read_text(text, today=TODAY), 2) < 6 * least(lambda: PARSER.parse(text), 2)
