"""Texts that are hard to read: pieces for Hypothesis."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

# fmt: off
MARKDOWN_PIECES = (
    "# Down\n", "## Timeline\n", "## Action items\n", "### 16:33\n", "**Impact**: ", "- **Owner**: ",
    "Setext\n===\n", "- [ ] ", "- [x] ", "* ", "  - ", "    ", "1. ", "2) ", "> ", "| a | b |\n|---|---|\n| ", "|",
    "|:-:|", ": ", "14:05 UTC ", "2026-13-45 99:99 ", "22025-02-03 ", "by 31 Feb ", "due: 30 February 2026",
    "Q4 2025", "next Friday ", "Started: 0001-01-01 00:00 +14:00", "Resolved: 2199-12-31 23:59 -1100",
    "All times in CET\n", "٣:٤٥", "@sam ", "Owner: ", "Alex to send ", "#12 ", "acme/ops#4 ", "PAY-12 ",
    "https://example.org/a(b) ", "done", "✅ ", "(", ")", "[", "](", "]: ", "[x]: /y\n", "`", "```\n", "~~~\n",
    "~~", "**", "_", "\\", "&amp;", "<b>", "<!--", "-->", "{{ x }}", "{% if %}", "<%= x %>", "---\n", "+++\n",
    "title: x\n", "---\ndate: 2026-11-17\n---\n", "\x00", "\ud800", "\u202e", "\u2028", "\u200b", "👩‍👩‍👧‍👦",
    "日本語：", "対応\n", "\ufeff", "\r\n", "\r", "\n", "\n\n", "\t", "\x0b", "\x85", "999999999999999999999999999999",
)
WIKI_PIECES = (
    "h1. Down\n", "h2. Action items\n", "h9.", "* ", "** ", "# ", "#*# ", "- ", "|| a || b ||\n", "| a | b |\n",
    "|", "||", "*b*", "_i_", "-s-", "+u+", "^", "~", "??", "{{", "}}", "{code}", "{code:java}\n", "{noformat}\n",
    "{quote}", "{panel:", "title=x}", "{color:red}", "{", "}", "[", "]", "[a|https://example.org]", "[~sam]",
    "[~accountid:1:2]", "!a.png!", "\\", "\\\\", "----\n", "bq. ", "(/)", "(x)", ":)", "\n", "\r\n", "\n\n", " ",
    "\x00", "\ud800", "\u202e",
)
COMMAND_PIECES = (
    "/action ", "/timeline ", "/impact ", "/cause ", "/severity ", "/file ", "/park ", "/", "\\/file", " /file\n",
    "/FILE\n", "1, 2", "1-3", "99999999999999999999", "٣", "@sam ", "due:", "due:2026-02-30 ", "due:next Friday ",
    "P1 ", "P99 ", "14:05 ", "25:61 ", "`", "```\n", "~~~\n", "> ", "- ", "1. ", "\n", "\r\n", "\n\n", "\t",
    "\u2028", "\x00", "\ud800",
)
NODES = (
    "doc", "paragraph", "heading", "bulletList", "orderedList", "listItem", "taskList", "taskItem", "decisionList",
    "table", "tableRow", "tableHeader", "tableCell", "codeBlock", "blockquote", "panel", "expand", "rule", "text",
    "mention", "emoji", "date", "status", "inlineCard", "hardBreak", "media",
)
# fmt: on


def texts(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=12)), max_size=40).map("".join)


_ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ATTRS = st.dictionaries(
    st.sampled_from(["level", "order", "state", "text", "id", "timestamp", "url", "language"]),
    _ANY | st.sampled_from(["DONE", "TODO", "1763337600000"]),
    max_size=3,
)
_LEAF = st.fixed_dictionaries({"type": st.just("text"), "text": st.sampled_from(MARKDOWN_PIECES) | st.text(max_size=8)})


def _node(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    optional = {"attrs": _ATTRS | _ANY, "content": st.lists(inner, max_size=4) | _ANY, "marks": _ANY}
    return st.fixed_dictionaries({"type": st.sampled_from(NODES)}, optional=optional)


ADF = st.fixed_dictionaries(
    {"type": st.just("doc"), "content": st.lists(st.recursive(_LEAF | _ANY, _node, max_leaves=12), max_size=5)}
)


def examples(sampled: int, at_length: int = 10_000) -> int:
    """How many examples a test takes: few in `make test`, many under the profile of `make test-whole`."""
    return at_length if settings().max_examples > 1000 else sampled
