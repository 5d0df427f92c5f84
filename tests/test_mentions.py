"""A mention as Jira shows it, "@Ana Ruiz", is one person; decisions and folds of a Jira text stay what they are."""

from __future__ import annotations

import time
from datetime import date

import pytest

from connectors.text import from_adf
from service.postmortem.model import ReadItem, Section
from tests.reading_hands import read_text

TODAY = date(2026, 7, 1)
ANA = {"type": "mention", "attrs": {"id": "u-ana", "text": "@Ana Ruiz"}}
DAY = {"type": "date", "attrs": {"timestamp": "1785542400000"}}


def words(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def paragraph(text: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [words(text)]}


def heading(text: str) -> dict[str, object]:
    return {"type": "heading", "attrs": {"level": 2}, "content": [words(text)]}


def tasks(*content: object) -> dict[str, object]:
    item = {"type": "taskItem", "attrs": {"state": "TODO"}, "content": list(content)}
    return {"type": "taskList", "content": [item]}


def markdown(*blocks: object) -> str:
    return from_adf({"type": "doc", "content": list(blocks)})


def only(text: str) -> ReadItem:
    (item,) = read_text(text, today=TODAY).items
    return item


def line(text: str) -> tuple[str, str | None, date | None]:
    item = only(f"## Action items\n\n- [ ] {text}\n")
    return item.text, item.owner, item.due


def test_a_task_of_jira_keeps_its_person_and_its_day() -> None:
    item = only(markdown(heading("Action items"), tasks(words("Add disk alert "), ANA, words(" "), DAY)))
    assert (item.text, item.owner, item.due) == ("Add disk alert", "@Ana Ruiz", date(2026, 8, 1))


def test_a_task_of_jira_that_begins_with_a_person_is_theirs() -> None:
    item = only(markdown(heading("Action items"), tasks(ANA, words(" to add io alert"))))
    assert (item.text, item.owner, item.due) == ("Add io alert", "@Ana Ruiz", None)


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ("@Ana Ruiz will add an alert", "@Ana Ruiz"),
        ("@Ana Ruiz: add an alert", "@Ana Ruiz"),
        ("@Ana Ruiz, add an alert", "@Ana Ruiz"),
        ("Add an alert (@Ana Maria Ruiz)", "@Ana Maria Ruiz"),
        ("Add an alert - @Ana J. Ruiz", "@Ana J. Ruiz"),
        ("Add an alert @Ana Ruiz and @sam", "@Ana Ruiz and @sam"),
        ("@Sam Add an alert", "@Sam"),
        ("@Sam will add an alert", "@Sam"),
        ("Add an alert @sam", "@sam"),
    ],
)
def test_a_mention_of_several_words_ends_where_the_name_does(said: str, owner: str) -> None:
    assert line(said) == ("Add an alert", owner, None)


def test_who_is_only_asked_owns_nothing() -> None:
    assert line("Ask @Ana Ruiz")[1] is None


@pytest.mark.parametrize("said", ["@Ab " * 9_000, "@Ab Cd " * 6_000, "@Ab Cd Ef, " * 5_000, "@A" + " B." * 9_000])
def test_many_mentions_are_read_in_a_moment(said: str) -> None:
    began = time.perf_counter()
    read_text(f"## Action items\n\n- [ ] Add {said}x\n", today=TODAY)
    assert time.perf_counter() - began < 2


def test_a_decision_is_no_action_item() -> None:
    decided = {"type": "decisionItem", "attrs": {"state": "DECIDED"}, "content": [words("Add a second region")]}
    text = markdown(
        heading("Action items"), {"type": "decisionList", "content": [decided]}, tasks(words("Add an alert"))
    )
    assert "Decision: Add a second region" in text
    assert only(text).text == "Add an alert"


def test_an_expand_with_a_title_begins_its_section() -> None:
    fold = {"type": "expand", "attrs": {"title": "Timeline"}, "content": [paragraph("10:00 UTC it began")]}
    sections = read_text(markdown(heading("Impact"), paragraph("Half of it."), fold), today=TODAY).sections
    assert sections[Section.IMPACT].text == "Half of it."
    assert sections[Section.TIMELINE].text == "10:00 UTC it began"
