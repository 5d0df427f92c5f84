"""Neutralising, and Markdown to and from Jira's two forms."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.text import from_adf, from_wiki, quiet, quiet_title, to_adf, to_wiki

Z = "\u200b"


def seen(text: str) -> str:
    """What a reader sees: the invisible space is not there."""
    return text.replace(Z, "")


# --- quiet ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("ask @alex", f"ask @{Z}alex"),
        ("ask @acme/ops-team.", f"ask @{Z}acme/ops-team."),
        ("`@alex` in code", f"`@{Z}alex` in code"),
        ("_x_@alex", f"_x_@{Z}alex"),
        ("&#64;alex &commat;alex", f"&#64;{Z}alex &commat;{Z}alex"),
        ("write to sam@example.org", "write to sam@example.org"),
        ("fixes #1", f"fixes #{Z}1"),
        ("closes acme/ops#12", f"closes acme/ops#{Z}12"),
        ("fix GH-7", f"fix GH-{Z}7"),
        ("#&#49;", f"#{Z}&#49;{Z}"),
        ("fixes https://github.com/acme/ops/issues/1", f"f{Z}ixes https://redirect.github.com/acme/ops/issues/1"),
        ("see https://github.com/acme/ops/pull/1#x", "see https://redirect.github.com/acme/ops/pull/1#x"),
        ("see https://github.com/acme/ops", "see https://github.com/acme/ops"),
        ("closes: https://code.example.org/a/b/issues/2", f"c{Z}loses: https://code.example.org/a/b/issues/2"),
        ("https://example.org/@alex", "https://example.org/%40alex"),
        ("https://x/@alex", f"https://x/@{Z}alex"),
        ("<!-- afterword:item key=0a -->", f"<{Z}!-- afterword:{Z}item key=0a -->"),
        ("<script>alert(1)</script>", f"<{Z}script>alert(1)<{Z}/script>"),
        ("<https://example.org>", "<https://example.org>"),
        ("![graph](https://example.org/p.png)", "[graph](https://example.org/p.png)"),
        ("![](https://example.org/p.png)", "[image](https://example.org/p.png)"),
        ("\\![no](x)", "\\![no](x)"),
        ("\\\\![yes](x)", "\\\\[yes](x)"),
        ("/close", f"/{Z}close"),
        ("> - /file now", f"> - /{Z}file now"),
        ("/var/log/app is full", "/var/log/app is full"),
        ("[a](javascript:alert(1)) b", "[a](#) b"),
        ("[a](<data:text/html;base64,x y>)", "[a](<#>)"),
        ("[a](java&#115;cript:x)", "[a](#)"),
        ("[a]: vbscript:x", "[a]: #"),
        ("[a](https://example.org/a_(b))", "[a](https://example.org/a_(b))"),
        ("a\r\nb\x00c\ud800", "a\nbc"),
        ("2 < 3, and # 1 is a heading", "2 < 3, and # 1 is a heading"),
    ],
)
def test_ticket_text_becomes_harmless_and_reads_the_same(told: str, said: str) -> None:
    assert quiet(told) == said


def test_a_title_is_one_harmless_line_of_limited_length() -> None:
    assert quiet_title("a\n b  @alex") == f"a b @{Z}alex"
    long = quiet_title("x" * 300)
    assert len(long) == 255
    assert long.endswith("…")


@given(st.text(alphabet="@#/<>!-[]()\\`&;:alexjsfi 1\n~{}|*_.h", max_size=60))
@settings(max_examples=400, deadline=None)
def test_making_quiet_twice_changes_nothing(text: str) -> None:
    once = quiet(text)
    assert quiet(once) == once
    assert "<!--" not in once


# --- Markdown to wiki -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "wiki"),
    [
        ("## Why", "h2. Why"),
        ("**a** *b* ~~c~~ `d`", "*a* _b_ -c- {{d}}"),
        ("[text](https://example.org/a|b)", "[text|https://example.org/a%7Cb]"),
        ("- a\n  - b\n  1. c\n- d", "* a\n** b\n*# c\n* d"),
        ("> one\n>\n> two", "{quote}\none\ntwo\n{quote}"),
        ("```python\nx = 1\n```", "{code:python}\nx = 1\n{code}"),
        ("```\nx {noformat} y\n```", f"{{noformat}}\nx {{{Z}noformat}} y\n{{noformat}}"),
        ("| a | b |\n|---|---|\n| 1 \\| 2 | |", "||a||b||\n|1 \\| 2| |"),
        ("a\n\n---\n\nb", "a\n\n----\n\nb"),
        ("read-only, 2026-12-17, a_b", "read-only, 2026-12-17, a_b"),
        ("see https://example.org/a_b/-/c.", "see [https://example.org/a_b/-/c]."),
        ("call [~sam] {color:red}x{color}", "call \\[\\~sam\\] \\{color:red\\}x\\{color\\}"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("[x](~sam)", "x"),
        ("!p.png! *a", "\\!p.png! \\*a"),
        ("h1. no heading", f"{Z}h1. no heading"),
        ("a  \nh1. b", f"a\n{Z}h1. b"),
        ("![alt](https://example.org/p.png)", "alt"),
    ],
)
def test_markdown_becomes_wiki_markup_and_plain_text_stays_plain(markdown: str, wiki: str) -> None:
    assert to_wiki(markdown) == wiki


def test_a_text_too_long_for_jira_loses_whole_blocks_and_says_so() -> None:
    text = to_wiki("\n\n".join(["word " * 20] * 50), limit=1000)
    assert len(text) <= 1000
    assert "cut here" in text
    assert len(to_wiki("x" * 2000, limit=500)) <= 500
    assert to_wiki("short", limit=500) == "short"


# --- wiki to Markdown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h2. Impact\ntext", "## Impact\ntext"),
        ("*a* _b_ -c- {{d}} +e+", "**a** *b* ~~c~~ `d` e"),
        ("* a\n** b\n*# c\n- d", "- a\n  - b\n  1. c\n- d"),
        ("* [ ] a\n* [x] b", "- [ ] a\n- [x] b"),
        (
            "[text|https://example.org] [https://example.org] [gone|^file.txt]",
            "[text](https://example.org) https://example.org gone",
        ),
        ("[~sam] [~accountid:5b1]", "@sam @Alex"),
        ("{quote}\na\n{quote}\nb", "> a\n\nb"),
        ("{code:java|title=T}\nint *a*;\n{code}\nb", "```java\nint *a*;\n```\nb"),
        ("{noformat}\n*x*\n{noformat}", "```\n*x*\n```"),
        ("{panel:title=Note}\na\n{panel}", "**Note**\n\na"),
        ("||a||b||\n|1|[x|https://example.org]|", "| a | b |\n| --- | --- |\n| 1 | [x](https://example.org) |"),
        ("{color:#97a0af}grey{color} !p.png|thumbnail! x", "grey  x"),
        ("a_b_c 2026-12-17 -x", "a_b_c 2026-12-17 -x"),
        ("\\{x\\} \\[y\\] \\*z", "{x} [y] \\*z"),
        ("{code}never closed", "{code}never closed"),
        ("[bad|javascript:x]", "bad"),
    ],
)
def test_wiki_markup_becomes_markdown(wiki: str, markdown: str) -> None:
    assert from_wiki(wiki, {"5b1": "Alex"}) == markdown


def test_a_text_that_went_to_jira_and_came_back_says_the_same() -> None:
    text = "## Why\n\n**Not** [this](https://example.org), `code {x}` and --once!\n\n- [ ] a {b}\n- [x] c *d*\n\n> told"
    assert seen(from_wiki(to_wiki(text))) == text


# --- ADF --------------------------------------------------------------------------------------------------------------

MARKDOWN = (
    "## Why\n\nA **bold** [link](https://example.org) and `code`.\n\n- one\n- two\n  1. inner\n\n> quoted\n\n"
    "| a | b |\n| --- | --- |\n| 1 | ~~2~~ |\n\n```python\nx = 1\n```\n\n---\n\n*end*"
)


def test_markdown_goes_to_adf_and_back() -> None:
    assert from_adf(to_adf(MARKDOWN)) == MARKDOWN


def test_adf_never_holds_a_mention_or_a_link_to_script() -> None:
    doc = to_adf("@alex [~sam] [x](javascript:y) [y](data:z)")
    assert doc["content"] == [
        {"type": "paragraph", "content": [{"type": "text", "text": "@alex [~sam] [x](javascript:y) [y](data:z)"}]}
    ]


def test_adf_forbids_a_quote_in_a_list_so_its_words_stand_there_plainly() -> None:
    item = to_adf("- a\n\n  > b")["content"][0]["content"][0]
    assert [node["type"] for node in item["content"]] == ["paragraph", "paragraph"]


def test_what_adf_holds_beyond_markdown_is_read_as_words() -> None:
    """A panel is a box around text, no quote: people write their sections into it, and wiki's panels are read so."""

    def text(words: str) -> dict[str, object]:
        return {"type": "text", "text": words}

    doc = {
        "type": "doc",
        "content": [
            {"type": "taskList", "content": [
                {"type": "taskItem", "attrs": {"state": "DONE"}, "content": [text("done")]},
                {"type": "taskItem", "attrs": {"state": "TODO"}, "content": [text("to do")]},
            ]},
            {"type": "panel", "content": [{"type": "paragraph", "content": [text("careful")]}]},
            {"type": "paragraph", "content": [
                {"type": "mention", "attrs": {"id": "5b1", "text": "@Alex"}}, text(" "),
                {"type": "date", "attrs": {"timestamp": "1795996800000"}}, text(" "),
                {"type": "inlineCard", "attrs": {"url": "https://example.org"}},
                {"type": "shiny", "content": [text(" new")]},
            ]},
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "x"}}]},
        ],
    }  # fmt: skip
    assert from_adf(doc) == "- [x] done\n- [ ] to do\n\ncareful\n\n@Alex 2026-11-30 https://example.org new"


# --- anything at all --------------------------------------------------------------------------------------------------

MARKUP = st.text(alphabet="*_-+^~?[]{}|!\\#h1.bq \n`<>&;@():/codepanlt=x", max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "text", "marks", "level"]), inner, max_size=4)
    ),
    max_leaves=20,
)
KINDS = st.sampled_from(["heading", "table", "bulletList", "taskList", "text", "date", "codeBlock", "panel", "mention"])


@given(MARKUP)
@settings(max_examples=300, deadline=None)
def test_no_text_makes_a_writer_or_reader_fail(text: str) -> None:
    for made in (quiet(text), to_wiki(text), from_wiki(text), from_wiki(to_wiki(text)), from_adf(to_adf(text))):
        assert isinstance(made, str)


@given(KINDS, JSON)
@settings(max_examples=300, deadline=None)
def test_no_document_makes_the_adf_reader_fail(kind: str, inner: object) -> None:
    assert isinstance(from_adf({"type": "doc", "content": [{"type": kind, "content": [inner], "attrs": inner}]}), str)
    assert isinstance(from_adf(inner), str)


def test_a_document_nested_ten_thousand_deep_is_read() -> None:
    node: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(10_000):
        node = {"type": "panel", "content": [node]}
    assert "deep" in from_adf({"type": "doc", "content": [node]})


@pytest.mark.parametrize(
    "piece",
    ["*a ", "[", "](", "](<", "![", "{{a", "[a|b", "> ", "{quote}", "{code}", "{code:a}{noformat}", "\\\\", "https://a.",
     "|a", "- ", "*", "_a", "&#", "a@", "[\\", "fixes ", "<", "{*}", "plain words "],
)  # fmt: skip
def test_hostile_text_of_64_kb_takes_linear_time(piece: str) -> None:
    text = (piece * 65536)[:65536]
    for convert in (quiet, to_wiki, to_adf, from_wiki):
        started = time.process_time()
        convert(text)
        assert time.process_time() - started < 6, convert.__name__
