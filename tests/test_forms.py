"""The same document, written as Markdown, wiki markup and ADF, gives the same reading."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.text import from_adf, from_wiki
from service.postmortem.model import Reading, Section
from tests.forms import FACTS, PANELS, PLAIN, Forms
from tests.reading_hands import read_text

NAMES = {"u-sam": "sam", "u-alex": "alex"}


def said(reading: Reading) -> dict[str, object]:
    """What was read, without the places, which differ, and the white space."""

    def words(found: str | None) -> list[str]:
        return [line for line in (row.strip() for row in (found or "").split("\n")) if line]

    return {
        "title": reading.title,
        "severity": reading.severity,
        "times": (reading.started_at, reading.resolved_at),
        "items": [(i.text, i.owner, i.due, i.done, i.refs) for i in reading.items],
        "timeline": [(line.at, line.text) for line in reading.timeline],
        "other": words(reading.other.text),
        **{section.value: [marked(row) for row in words(reading.sections[section].text)] for section in Section},
    }


def marked(row: str) -> str:
    """A table's rules and empty cells may be written in many ways."""
    if not row.startswith("|"):
        return row
    return "|---|" if set(row) <= set("|- :") else "|".join(cell.strip() for cell in row.split("|"))


@pytest.mark.parametrize("forms", [PANELS, FACTS, PLAIN], ids=["panels", "facts", "plain"])
def test_markdown_wiki_and_adf_of_one_document_are_read_alike(forms: Forms) -> None:
    markdown = read_text(forms.markdown, today=date(2026, 11, 18))
    assert said(read_text(from_wiki(forms.wiki, NAMES), today=date(2026, 11, 18))) == said(markdown)
    assert said(read_text(from_adf(forms.adf, NAMES), today=date(2026, 11, 18))) == said(markdown)


def test_each_of_them_says_something() -> None:
    panels, facts, plain = (read_text(forms.markdown, today=date(2026, 11, 18)) for forms in (PANELS, FACTS, PLAIN))
    assert [(item.text, item.owner, item.due, item.done) for item in panels.items] == [
        ("Limit the retries", "@sam", None, True),
        ("Page on queue depth", "@alex", date(2026, 12, 1), False),
    ]
    assert panels.sections[Section.IMPACT].text == "- half of the orders\n- refunds\n  - by hand"
    assert len(panels.timeline) == 2
    assert facts.severity == "SEV1"
    assert facts.sections[Section.IMPACT].text == "Nobody could log in"
    assert facts.sections[Section.ROOT_CAUSE].text == "A setting was gone"
    assert [(item.owner, item.done) for item in facts.items] == [("@sam", True), ("@alex", False)]
    assert plain.sections[Section.IMPACT].text == "ten thousand mails"
    assert plain.sections[Section.SUMMARY].text == "Mails came late."
    assert "half an hour" in (plain.other.text or "")
    assert len(plain.items) == 3
