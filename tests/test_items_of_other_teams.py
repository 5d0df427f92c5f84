"""Action items as other teams write them: one small fictional document a style, below it the items that it holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.postmortem.model import ReadItem
from tests.reading_hands import read_text

DOCUMENTS = sorted((Path(__file__).parent / "fixtures" / "items").glob("*.txt"))
TODAY = date(2026, 11, 17)


def line_of(item: ReadItem) -> str:
    """ "x Add an alert; owner sam; due 2026-12-01; P1; kind detect; refs #12; vague": only what is stated."""
    facts = {
        "owner ": item.owner,
        "due ": item.due.isoformat() if item.due else None,
        "when ": item.due_text,
        "": item.priority,
        "kind ": item.kind,
        "refs ": ", ".join(item.refs),
    }
    told = [f"; {name}{value}" for name, value in facts.items() if value]
    return f"{'x' if item.done else '-'} {item.text}{''.join(told)}{'; vague' if item.vague else ''}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_holds_these_items(path: Path) -> None:
    text, _, expected = path.read_text("utf-8").partition("\n=====\n")
    assert [line_of(item) for item in read_text(text, today=TODAY).items] == expected.splitlines()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_value_stands_in_the_lines_that_it_names(path: Path) -> None:
    text = path.read_text("utf-8").partition("\n=====\n")[0]
    lines = text.split("\n")
    for item in read_text(text, today=TODAY).items:
        first, last = item.lines
        assert 1 <= first <= last <= len(lines)
        for name, found in item.evidence.items():
            assert found.words, (item.text, name)
            assert found.words in "\n".join(lines[found.first - 1 : found.last]), (item.text, name, found)
        stated = {"owner": item.owner, "due": item.due, "due_text": item.due_text, "priority": item.priority}
        stated |= {"kind": item.kind, "done": item.done or None, "refs": item.refs or None, "text": item.text}
        assert {name for name, value in stated.items() if value} <= set(item.evidence)
        if item.owner:
            assert item.owner in item.evidence["owner"].words
