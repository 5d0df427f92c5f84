"""JSON that is nested without end hides nothing: its words are read, and what stands beside it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from connectors.answers import Answer, parse, validated
from connectors.base import Said
from connectors.jira import Source, SourceSettings, wire
from connectors.text import DEEPEST, from_adf, shallow_json
from tests.command_hands import command
from tests.reading import hostile
from tests.reading.hostile import examples

LEVELS = 10_000
DELIVERY = TypeAdapter(wire.Delivery)


def nested(levels: int, *, words: str = "deep") -> str:
    """A document of Jira with a list inside a list inside a list, and a paragraph behind it."""

    def paragraph(text: str) -> str:
        return json.dumps({"type": "paragraph", "content": [{"type": "text", "text": text}]})

    opened = '{"type":"bulletList","content":[{"type":"listItem","content":['
    inner = opened * levels + paragraph(words) + "]}]}" * levels
    return f'{{"type":"doc","version":1,"content":[{inner},{paragraph("behind it")}]}}'


@pytest.mark.parametrize("words", ["deep", 'a "quoted" \\ word ] }', "é 日 😀"])
def test_the_words_of_ten_thousand_levels_are_kept(words: str) -> None:
    text = from_adf(json.loads(shallow_json(nested(LEVELS, words=words).encode())))
    assert words in text
    assert text.endswith("behind it")


def test_what_is_cut_reads_as_the_whole_would_be_read() -> None:
    raw = nested(60).encode()
    assert shallow_json(raw) != raw
    assert from_adf(json.loads(shallow_json(raw))) == from_adf(json.loads(raw))


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_not_deep_stays_as_it_is(value: object) -> None:
    raw = json.dumps(value).encode()
    assert shallow_json(raw) is raw
    beside = b'{"a": ' + raw + b', "b": ' + b"[" * 200 + b"]" * 200 + b"}"
    assert json.loads(shallow_json(beside))["a"] == value


@given(st.text(st.sampled_from('[]{}"\\,: text'), max_size=400) | st.binary(max_size=400).map(repr))
def test_what_is_no_json_stays_none(text: str) -> None:
    raw = b"[" * DEEPEST + text.encode()
    try:
        json.loads(shallow_json(raw))
    except ValueError:
        return
    pytest.fail("what was never closed has become JSON")


@settings(max_examples=examples(60), deadline=None)
@given(hostile.ADF)
def test_a_document_below_many_levels_can_be_parsed(document: object) -> None:
    raw = b"[" * 300 + json.dumps(document).encode() + b"]" * 300
    json.loads(shallow_json(raw))


# --- Jira's answers and deliveries ------------------------------------------------------------------------------------


def delivery(description: str) -> bytes:
    done = '{"name": "Done", "statusCategory": {"key": "done"}}'
    fields = f'"summary": "Down", "created": "2026-11-17T14:00:00.000+0000", "status": {done}'
    issue = f'{{"id": "10012", "key": "OPS-1", "fields": {{{fields}, "description": {description}}}}}'
    changed = '{"items": [{"field": "status", "fromString": "Open", "toString": "Done"}]}'
    return f'{{"webhookEvent": "jira:issue_updated", "issue": {issue}, "changelog": {changed}}}'.encode()


def test_a_delivery_whose_text_is_nested_without_end_is_read() -> None:
    source = Source("desk", SourceSettings(url="https://acme.example.org", unsigned=True))
    signal = source.read({}, delivery(nested(LEVELS)))
    assert (signal.said, signal.ref) == (Said.CLOSED, "OPS-1")
    assert signal.ticket is not None
    assert "deep" in signal.ticket.text
    assert signal.ticket.text.endswith("behind it")


def test_an_answer_whose_text_is_nested_without_end_is_read() -> None:
    answer = Answer(200, {}, delivery(nested(LEVELS)).decode())
    read = parse(DELIVERY, answer, "GET /issue", "Jira")
    assert read == validated(DELIVERY, delivery(nested(LEVELS)))
    assert read.issue is not None
    assert from_adf(read.issue.fields.description).endswith("behind it")


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["auto", "adf"])
def test_the_command_reads_it_and_says_what_it_did(form: str) -> None:
    ran = command("read", "-", "--form", form, stdin=nested(LEVELS).encode())
    assert ran.code == 0
    assert "deep" in json.loads(ran.out)["sections"]["summary"]
    assert f"nested more than {DEEPEST} levels deep" in ran.err


def test_the_command_says_of_no_json_that_it_is_none() -> None:
    for text in (b'{"type": "doc"', b"[" * 100_000, b"words"):
        ran = command("read", "-", "--form", "adf", stdin=text)
        assert (ran.code, ran.out) == (1, "")
        assert "not JSON" in ran.err


@pytest.mark.parametrize("form", ["auto", "markdown", "wiki", "adf"])
@pytest.mark.parametrize("text", [b"", b" \r\n\t\n", b"\xef\xbb\xbf\n"])
def test_a_file_without_text_is_read_as_nothing_and_the_command_says_so(form: str, text: bytes) -> None:
    ran = command("read", "-", "--form", form, stdin=text)
    said = json.loads(ran.out)
    assert (ran.code, said["title"], said["action_items"], said["timeline"]) == (0, None, [], [])
    assert said["missing"]
    assert "Standard input holds no text" in ran.err


def test_a_document_of_jira_without_words_holds_no_text() -> None:
    ran = command("read", "-", stdin=b'{"type": "doc", "version": 1, "content": []}')
    assert ran.code == 0
    assert "holds no text" in ran.err
