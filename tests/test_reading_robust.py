"""Whatever a text, a document of Jira's or a comment holds: it is read, or refused in a sentence; never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Comment, Person, Ticket, Visibility
from connectors.text import from_adf, from_wiki
from service.postmortem.model import Evidence, Origin, Reading, Section
from service.postmortem.printed import as_json, as_markdown
from tests.command_hands import command
from tests.reading import hostile
from tests.reading.hostile import examples
from tests.reading_hands import read_text, read_ticket

TODAY = date(2026, 11, 17)
OPENED = datetime(2026, 11, 17, 14, tzinfo=UTC)


def sound(reading: Reading, *texts: str) -> None:
    """It can be printed and stored, and what it says of a place is a place."""
    json.dumps(as_json(reading)).encode("utf-8")
    as_markdown(reading).encode("utf-8")
    assert set(reading.sections) == set(Section)
    assert all(item.text.strip() and "\n" not in item.text for item in reading.items)
    lengths = {len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) for text in texts}
    for first, last in _places(reading):
        assert (first, last) == (0, 0) or 1 <= first <= last <= max(lengths)


def _places(reading: Reading) -> Iterator[tuple[int, int]]:
    evidence: list[Evidence] = [*reading.evidence.values()]
    for section in (*reading.sections.values(), reading.other):
        assert (section.text is None) is (section.origin is Origin.MISSING)
        yield from section.lines
    for item in reading.items:
        yield item.lines
        evidence.extend(item.evidence.values())
    for line in reading.timeline:
        yield line.line, line.line
    for found in evidence:
        yield found.first, found.last


@settings(max_examples=examples(60), deadline=None)
@given(hostile.texts(hostile.MARKDOWN_PIECES))
def test_any_text_is_read_into_text_that_can_be_stored(text: str) -> None:
    sound(read_text(text, today=TODAY), text)


@settings(max_examples=examples(60), deadline=None)
@given(hostile.texts(hostile.WIKI_PIECES))
def test_any_wiki_markup_is_read(markup: str) -> None:
    text = from_wiki(markup)
    sound(read_text(text, today=TODAY), text)


@settings(max_examples=examples(60), deadline=None)
@given(hostile.ADF)
def test_any_document_of_jira_is_read(document: object) -> None:
    text = from_adf(document)
    sound(read_text(text, today=TODAY), text)


def ticket(text: str, *comments: str) -> Ticket:
    sam = Person("sam", "sam")
    said = [
        Comment(
            str(number),
            sam,
            OPENED + timedelta(minutes=number),
            comment,
            f"https://example.org/c/{number}",
            trusted=True,
        )
        for number, comment in enumerate(comments, 1)
    ]
    where = {"source": "ops", "key": "1", "ref": "acme/ops#1", "url": "https://example.org/1", "title": "Down"}
    return Ticket(
        **where,
        text=text,
        visibility=Visibility.PRIVATE,
        opened_at=OPENED,
        closed_at=None,
        reporter=sam,
        comments=tuple(said),
    )


@settings(max_examples=examples(60), deadline=None)
@given(hostile.texts(hostile.COMMAND_PIECES), hostile.texts(hostile.COMMAND_PIECES))
def test_any_comment_is_read_and_what_it_commands_is_text_that_can_be_stored(one: str, other: str) -> None:
    reading = read_ticket(ticket(one, one, other))
    sound(reading, one, other)
    json.dumps([(said.verb, said.numbers) for said in reading.decisions])


NESTED = 10_000
FIX = "## Action items\n\n- [ ] Fix the pool @sam\n"
BAD = {
    "nothing": ("", 0),
    "spaces": (" \t\r\n \u2028", 0),
    "every byte": (bytes(range(256)).decode("latin-1") * 40, None),
    "no UTF-8": (b"\xff\xfe\xc3\x28\xa0\xa1 ## Impact\n\xe2\x82".decode("utf-8", "replace") + "\n" + FIX, 1),
    "unbalanced tables": ("## Action items\n| a | b | c |\n|---|---|\n| x |\n|||||\n| y | z | q | w |\n" * 50, None),
    "a table without its end": ("## Action items\n\n| Action | Owner |\n|---|---|\n| Fix the pool | @sam", 1),
    "lists in a list": ("## Action items\n" + "- " * NESTED + "x\n\n" + FIX, None),
    "lists below a list": ("## Action items\n" + "".join("  " * depth + "- a\n" for depth in range(400)), None),
    "numbers in a list": ("## Action items\n" + "1. " * NESTED + "x\n\n" + FIX, None),
    "quotes in a quote": ("> " * NESTED + "x\n\n" + FIX, 1),
    "right to left": ("# \u202bתקלה\u202c\n\n## Action items\n\n- [ ] \u202eלבדוק את המאגר\u202c @sam\n", 1),
    "emoji": ("# 🔥\n\n## 🛠️ Action items ✅\n\n- [ ] 👩‍👩‍👧‍👦 Fix the pool 🚀 @sam\n", 1),
    "Windows line ends": (FIX.replace("\n", "\r\n"), 1),
    "old Mac line ends": (FIX.replace("\n", "\r"), 1),
    "a byte order mark": ("\ufeff" + FIX, 1),
    "one line of a megabyte": ("a" * 1_000_000, 0),
    "a surrogate and a zero": ("\ud800 \x00\n\n" + FIX, 1),
    "marks without end": ("*" * 5000 + "\n\n" + "[" * 3000 + "\n\n" + FIX, 1),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_text_is_read_and_what_it_says_is_found(name: str) -> None:
    text, items = BAD[name]
    reading = read_text(text, today=TODAY)
    sound(reading, text)
    if items is not None:
        assert len(reading.items) == items
        assert all(item.owner in {"sam", "@sam"} for item in reading.items)


@pytest.mark.parametrize(
    "name", ["nothing", "unbalanced tables", "lists in a list", "right to left", "Windows line ends"]
)
def test_the_command_reads_it_too_and_explains(name: str) -> None:
    text, items = BAD[name]
    ran = command("read", "-", "--format", "json", "--explain", stdin=text.encode())
    said = json.loads(ran.out)
    assert ran.code == 0
    assert items is None or len(said["action_items"]) == items
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\x7fELF\x02\x01\x01\x00\x00", "is not a text"), (b"# a\n" * (7 * 1024 * 1024), "is larger than 25 MiB")],
)
def test_the_command_refuses_what_is_no_text_in_a_sentence(data: bytes, said: str) -> None:
    ran = command("read", "-", stdin=data)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_bytes_that_are_no_utf_8_are_shown_as_such_and_the_rest_is_read() -> None:
    ran = command("read", "-", stdin=b"# Down \xff\n\n" + FIX.encode())
    assert (ran.code, len(json.loads(ran.out)["action_items"])) == (0, 1)
    assert "not all UTF-8" in ran.err


def test_lists_inside_lists_without_end_are_cut_and_not_refused() -> None:
    assert [item.text for item in read_text(BAD["lists below a list"][0].replace("- a", "- Go deeper")).items] == [
        "Go deeper"
    ]


def test_template_braces_html_and_bytes_of_no_text_stay_words() -> None:
    reading = read_text(
        "{{ config }} <script>alert(1)</script> \x00 \ud800\n\n## Action items\n- Drop `{{ x }}` from {% y %}\n"
    )
    assert reading.sections[Section.SUMMARY].text == "{{ config }} <script>alert(1)</script> \ufffd \ufffd"
    assert reading.items[0].text == "Drop `{{ x }}` from {% y %}"


@settings(max_examples=examples(20), deadline=None)
@given(st.data())
def test_a_text_within_another_changes_nothing_of_the_crash_free_rest(data: st.DataObject) -> None:
    """Front matter, a fence or a comment that never ends swallows text, not the reading."""
    opened = data.draw(st.sampled_from(["---\n", "```\n", "<!--\n", "{{", "| a |\n|---|\n", "<details>\n", "- [ ] "]))
    text = opened + data.draw(hostile.texts(hostile.MARKDOWN_PIECES))
    sound(read_text(text, today=TODAY), text)
