"""Items of which nobody can tell the end are named, and what is missing is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.hints_file import hints_list
from service.postmortem.gaps import missing
from service.postmortem.model import Origin, Reading, ReadItem, Section, SectionText
from service.postmortem.quality import hints
from service.words import words
from tests.example import EXAMPLE, standing

LISTED = hints_list()


def of_item(text: str, **changes) -> list[str]:
    return [hint.kind for hint in hints(EXAMPLE, [standing(1, text, **changes)], LISTED)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Improve the monitoring of the database", "vague"),
        ("Better alerts", "vague"),
        ("Look into the queue", "vague"),
        ("Be more careful with migrations", "attention"),
        ("Someone should look at the pool", "nobody_named"),
        ("Database monitoring", "no_verb"),
        ("A rota for the team", "no_verb"),
        ("Runbook for our guests", "no_verb"),
    ],
)
def test_an_item_of_which_nobody_can_tell_what_is_done_is_named(text: str, kind: str) -> None:
    assert of_item(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Page on checkout p95 over 3 minutes instead of 10",
        "Improve the error page by naming the ticket",
        "Improve retries until none waits longer than 2 s",
        "We decided to drop the cache of the old client",
        "The alert needs a name of its own",
        "Dropped the old pool of the service",
        "Rotation of the keys",
        "#12",
        "https://example.org/acme/ops/issues/12",
        "Alarm für die Warteschlange einrichten",
        "Tests",
    ],
)
def test_an_item_that_says_what_is_to_be_done_is_left_alone(text: str) -> None:
    assert of_item(text) == []


def test_the_vague_wishes_of_the_reader_are_named_in_a_document_too() -> None:
    told = [standing(1, "Mehr aufpassen"), standing(2, "Prometheus umziehen")]
    assert [hint.item for hint in hints(EXAMPLE, told, LISTED, words=words())] == [1]
    assert hints(EXAMPLE, told, LISTED) == ()


def test_a_long_wish_is_shown_by_its_first_words() -> None:
    item = ReadItem("Ab jetzt besser aufpassen und immer zuerst alle anderen fragen, was sie davon halten", vague=True)
    (hint,) = hints(Reading("", None, None, None, {}, (), (item,)), (), LISTED)
    assert hint.words == "Ab jetzt besser aufpassen und immer zuerst alle anderen"


def test_an_item_that_ended_or_says_when_it_is_done_needs_no_hint() -> None:
    assert of_item("Improve monitoring", state="done") == []
    assert of_item("Improve monitoring", done_when="The alert test pages.") == []


def test_a_reading_has_hints_of_its_own_and_its_vague_items_are_named() -> None:
    items = (ReadItem("Add a test"), ReadItem("Improve it", done=True), ReadItem("Mehr aufpassen", vague=True))
    cause = SectionText("Human error.", Origin.READ)
    said = Reading("", None, None, None, {Section.ROOT_CAUSE: cause}, (), items)
    assert [(hint.words, hint.place) for hint in hints(said, (), LISTED)] == [
        ("Human error", "root cause, line 1"),
        ("Mehr aufpassen", "item 3"),
    ]


# --- what is missing


def test_facts_are_asked_for_where_nobody_stated_them() -> None:
    nothing = replace(EXAMPLE, severity=None, detected_at=None, unstated=("started_at", "resolved_at"))
    gaps = [gap for gap in missing(nothing) if gap.anchor == "facts"]
    assert [gap.name for gap in gaps] == [
        "severity",
        "when it started",
        "when it was detected",
        "when it was mitigated",
        "when it was resolved",
    ]
    assert all(gap.question.endswith("?") for gap in gaps)
    assert str(gaps[0]) == "Severity. How bad was it, by the team's own scale?"
    assert [gap.name for gap in missing(EXAMPLE) if gap.anchor == "facts"] == ["when it was mitigated"]


def test_an_item_says_what_it_lacks_in_one_line_with_those_that_lack_the_same() -> None:
    items = [
        standing(1, "A", owner="@alex", done_when="It is."),
        standing(2, "B", due=None),
        standing(3, "C", state="done"),
        standing(4, "D", owner="@alex"),
        standing(5, "E", owner="@alex"),
        standing(6, "F", due=None),
    ]
    assert [str(gap) for gap in missing(EXAMPLE, items) if gap.anchor.startswith("item-")] == [
        "Items 2 and 6. They have no owner, no date and nothing that tells when it is done.",
        "Items 4 and 5. How can one tell that they are done?",
    ]


def test_a_reading_is_asked_for_the_same() -> None:
    impact = SectionText("- Orders: TBD", Origin.READ)
    items = (ReadItem("Add a test"), ReadItem("Add an alert", done=True))
    said = Reading("", None, None, None, {Section.IMPACT: impact}, (), items)
    assert [gap.name for gap in missing(said)] == [
        *("summary", "root cause", "timeline", "resolution and recovery", "lessons learned"),
        *("severity", "when it started", "when it was detected", "when it was mitigated", "when it was resolved"),
        *("orders", "item 1"),
    ]
