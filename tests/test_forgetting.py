"""What stands in place of somebody who was forgotten reads as a sentence, and is nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.followup.naming import without
from service.followup.report import compute
from service.postmortem.forgetting import Forgotten, is_placeholder, mark_of
from service.store.pages import Happened
from service.text_filters import Days
from service.web.happenings import sentences
from tests.report_facts import facts, item

KEY = b"the installation's own"


def text(said: str) -> str:
    marks = (mark_of(KEY, name) for name in ("Sam", "Robin Quill", "robin-q"))
    return Forgotten(KEY, [mark for mark in marks if mark]).text(said)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "The pool has 40 connections. Sam deployed at noon.",
            "The pool has 40 connections. A person deployed at noon.",
        ),
        ("Sam deployed.", "A person deployed."),
        ("It was over! **Robin Quill** said so.", "It was over! **A person** said so."),
        ("He asked “Who?” Sam knew.", "He asked “Who?” A person knew."),
        ("The end.\n\nSam deployed.", "The end.\n\nA person deployed."),
        ("It was\nSam who knew.", "It was\na person who knew."),
        ("## Sam's notes\n- Sam restarted it", "## A person's notes\n- A person restarted it"),
        ("1. Sam restarts it\n- [ ] Sam to look", "1. A person restarts it\n- [ ] A person to look"),
        ("> Sam said so", "> A person said so"),
        ("14:05 Sam restarted it", "14:05 A person restarted it"),
        ("- 14:05 UTC: Sam restarted it", "- 14:05 UTC: A person restarted it"),
        ("| 14:05 | Sam restarted it |", "| 14:05 | A person restarted it |"),
        ("/impact Sam could not log in", "/impact A person could not log in"),
        ("Root cause: Sam's key had ended.", "Root cause: A person's key had ended."),
        ("Asked Sam, e.g. Sam or robin-q", "Asked a person, e.g. a person or a person"),
        ("Version 2.5 Sam made", "Version 2.5 a person made"),
        ("Owner: Sam", "Owner: a person"),
        ("| Look at it | Sam | P1 |", "| Look at it | a person | P1 |"),
        ("Sam", "a person"),
        ("done. @robin-q knows", "done. @someone knows"),
    ],
)
def test_a_sentence_does_not_begin_with_a_small_letter(said: str, read: str) -> None:
    assert text(said) == read
    assert text(read) == read


def test_what_stands_in_place_of_a_name_is_known_as_that() -> None:
    assert all(is_placeholder(said) for said in ("@someone", "someone", "a person", "A person"))
    assert not any(is_placeholder(said) for said in (None, "", "sam", "@someone-else", "a person and sam"))


def test_a_frozen_row_keeps_its_figures_and_names_no_unknown_person() -> None:
    report = compute(facts(item(1, owner="Sam", owner_known=False), item(2, owner="@robin-q"), item(3, owner=None)))
    marks = (mark_of(KEY, name) for name in ("Sam", "robin-q"))
    after = without(report, Forgotten(KEY, [mark for mark in marks if mark]), revised="Revised.")
    assert {(row.owner, row.owner_known) for row in after.rows} == {("a person", True), (None, True)}
    assert (after.unowned, after.decide) == (report.unowned, report.decide) == (1, 1)


def test_the_history_of_an_item_says_a_person() -> None:
    at = datetime(2026, 11, 17, 14, 31, tzinfo=UTC)
    events = [Happened("owner", at, "someone", "@alex"), Happened("owner", at, "@alex", "someone")]
    assert [said for _, said in sentences(events, {}, Days("UTC"))] == [
        "Owner: @alex, before a person",
        "Owner: a person, before @alex",
    ]
