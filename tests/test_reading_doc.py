"""docs/reading.md: each of its examples is read as the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from service.commands.catalogue import COMMANDS
from service.postmortem import commands
from service.postmortem.model import Reading, ReadItem
from service.words import words
from tests.reading_hands import read_text

PAGE = (Path(__file__).parents[1] / "docs" / "reading.md").read_text("utf-8")
PAIRS = dict(
    zip(
        ("sections", "items", "times"),
        re.findall(r"```markdown\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.S),
        strict=True,
    )
)


def sections(reading: Reading) -> list[str]:
    return [f"{name.value}: {said.text}" for name, said in reading.sections.items() if said.text]


def items(reading: Reading) -> list[str]:
    return [f"{'done' if one.done else 'open'}  {' | '.join(facts(one))}" for one in reading.items]


def facts(item: ReadItem) -> list[str]:
    due = item.due.isoformat() if item.due else item.due_text
    return [fact for fact in (item.text, item.owner, due, item.priority, *item.refs) if fact]


def times(reading: Reading) -> list[str]:
    assert reading.started_at
    assert reading.resolved_at
    named = [f"started {reading.started_at.isoformat()}", f"resolved {reading.resolved_at.isoformat()}"]
    return named + [f"{row.at.isoformat()} {row.text}" for row in reading.timeline if row.at]


@pytest.mark.parametrize(("name", "told"), [("sections", sections), ("items", items), ("times", times)])
def test_an_example_is_read_as_the_page_says(name, told) -> None:  # type: ignore[no-untyped-def]
    text, expected = PAIRS[name]
    assert told(read_text(text, today=date(2026, 11, 17))) == expected.splitlines()


def test_every_command_of_comments_is_named() -> None:
    assert [name for name in sorted(set(commands.NAMES.values())) if f"`/{name}" not in PAGE] == []


def test_the_options_of_the_page_exist() -> None:
    options = {option for one in COMMANDS if one.name == "read" for taken in one.arguments for option in taken.flags}
    assert set(re.findall(r"--[a-z]+", PAGE)) <= options


def test_the_example_of_own_words_adds_them(tmp_path: Path) -> None:
    own = tmp_path / "our-words.toml"
    own.write_text(re.findall(r"```ini\n(.*?)```", PAGE, re.S)[0], "utf-8")
    known = words(own)
    assert known.section_of("Effaith") is not None
    assert "wedi gorffen" in known.items["done"]
