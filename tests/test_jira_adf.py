"""Texts as Jira Cloud's version 3 takes them: always valid, never too long, read again as they were meant."""

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.jira.marks import BODY, is_ours, marks_in, with_mark
from connectors.text import from_adf, size, to_adf
from sandbox.adf_rules import size as counted
from sandbox.adf_rules import valid
from sandbox.jira import JiraSandbox

BLOCKS = st.sampled_from(
    ["# h\n", "- a\n", "  - b\n", "1. c\n", "> q\n", "```\ncode\n```\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "\n"]
)
SPANS = st.sampled_from(["word ", "**s** ", "`c` ", "[l](https://e.org) ", "[l](javascript:x) ", "![i](x.png) ", "é "])
ODD = st.sampled_from(
    ["---\n", "<b> ", "\\", "- [ ] t\n", "*", "    indented\n", "> - x\n> | a |\n> |---|\n", "- > q\n", "~~x~~", "\x00"]
)


@given(st.lists(BLOCKS | SPANS | ODD, max_size=40).map("".join), st.integers(200, 2_000))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_jira_takes_it(markdown, limit):
    assert valid(to_adf(markdown)), markdown
    cut = to_adf(markdown, limit)
    assert valid(cut), markdown
    assert size(cut) == counted(cut) <= limit
    marked = with_mark("item", "c81e", markdown, "3")
    assert valid(marked)
    assert marks_in(marked, None, "item") == {"c81e"}
    assert is_ours(marked)


@pytest.mark.parametrize(
    "markdown",
    ["{" * 200_000, '"\\' * 100_000, "| a |\n|---|\n" + "| x |\n" * 20_000, "- x\n" * 40_000, "é" * 100_000],
    ids=["braces", "quotes", "table", "list", "letters"],
)
def test_a_huge_text_is_cut_and_keeps_its_mark(markdown):
    marked = with_mark("comment", "41d0", markdown, "3")
    assert BODY * 0.9 < size(marked) <= BODY
    assert marks_in(marked, None, "comment") == {"41d0"}
    assert "cut here" in from_adf(marked)


def test_a_mark_counts_only_as_the_last_line_and_only_of_its_kind():
    marked = with_mark("item", "c81e", "x", "3")
    assert marks_in(marked, None, "comment") == set()
    more = {
        **marked,
        "content": [*marked["content"], {"type": "paragraph", "content": [{"type": "text", "text": "y"}]}],
    }
    assert marks_in(more, None, "item") == set()
    quoted = to_adf("> afterword:item key=c81e")
    assert marks_in(quoted, None, "item") == set()


def test_a_mention_means_the_id_where_nobody_of_that_id_is_known():
    def said(**attrs):
        node = {"type": "paragraph", "content": [{"type": "mention", "attrs": attrs}]}
        return {"type": "doc", "content": [node]}

    assert from_adf(said(id="712020:sam", text="@Sam Example"), {"712020:sam": "Sam"}) == "@Sam"
    assert from_adf(said(id="712020:sam", text="@Sam Example"), {}) == "@712020:sam"
    assert from_adf(said(id="712020:sam", text="@Sam Example")) == "@Sam Example"
    assert from_adf(said(text="@Sam"), {}) == "@Sam"


# --- the stand-in is as strict as Jira --------------------------------------------------------------------------------

P = {"type": "paragraph", "content": [{"type": "text", "text": "x"}]}


def doc(*content):
    return {"type": "doc", "version": 1, "content": list(content)}


@pytest.fixture(scope="module")
def jira():
    with JiraSandbox() as sandbox:
        sandbox.create_project("OPS")
        yield sandbox


def post(jira, version, description):
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x", "description": description}
    path = f"{jira.url}/rest/api/{version}/issue"
    return requests.post(path, json={"fields": fields}, auth=(jira.email, jira.token), timeout=5)


@pytest.mark.parametrize(
    ("version", "description", "status"),
    [
        ("3", doc(P), 201),
        ("3", "plain", 400),
        ("2", "plain", 201),
        ("2", doc(P), 400),
        ("3", {"type": "doc", "content": [P]}, 400),
        ("3", doc({"type": "paragraph", "content": [{"type": "text", "text": ""}]}), 400),
        ("3", doc({"type": "bulletList", "content": []}), 400),
        ("3", doc({"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "rule"}]}]}), 400),
        ("3", doc({"type": "blockquote", "content": [{"type": "table", "content": []}]}), 400),
        ("3", doc({"type": "invented", "content": []}), 400),
        ("3", doc(*[P] * 600), 400),
        ("2", "x" * 32_768, 400),
    ],
)
def test_jira_refuses_a_text_of_the_other_version_and_a_document_that_is_none(jira, version, description, status):
    before = len(jira.issues)
    answer = post(jira, version, description)
    assert answer.status_code == status, answer.text
    assert len(jira.issues) == before + (status == 201)
