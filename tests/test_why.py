"""docs/why.md names every complaint, and tests that are there; the days that pages name are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from service.settings_model import DUE

ROOT = Path(__file__).parents[1]
WHY = (ROOT / "docs" / "why.md").read_text("utf-8")
PARTS = {part.partition(".")[0]: part for part in re.split(r"^\*\*(?=C\d+\.)", WHY, flags=re.M)[1:]}


def names_of_tests() -> set[str]:
    """The name of every test, read from the source."""
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_each_complaint_has_its_place_and_none_stands_twice() -> None:
    assert sorted(PARTS, key=lambda name: int(name[1:])) == [f"C{number}" for number in range(1, 19)]
    assert len(re.findall(r"^\*\*C\d+\.", WHY, re.M)) == len(PARTS)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_each_complaint_has_its_thread_and_a_test(name: str) -> None:
    assert "](https://" in PARTS[name]
    assert re.search(r"Held by\s+`test_", PARTS[name])


def test_each_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", WHY))
    assert named
    assert sorted(named - names_of_tests()) == []


def test_the_days_that_the_pages_name_are_those_of_the_code() -> None:
    by_priority = [DUE[f"P{number}"] for number in range(4)]
    assert by_priority == [DUE[f"SEV{number}"] for number in range(1, 5)]
    *first, last = by_priority
    said = f"{', '.join(map(str, first))} and {last} days"
    for page in ("docs/follow-through.md", "CHANGELOG.md"):
        assert said in " ".join((ROOT / page).read_text("utf-8").split()), page
