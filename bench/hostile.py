"""Reading texts of 64 kB that are made to be hard to read, over the time that markdown-it-py takes for the same text,
or for an ordinary one where that is longer. What takes quadratic time takes hundreds of times as long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date

from markdown_it import MarkdownIt

from connectors.jira.marks import with_mark
from connectors.text import from_adf, from_wiki, shallow_json
from service.hints_file import hints_list
from service.postmortem.commands import split
from service.postmortem.explain import explained
from service.postmortem.gaps import missing
from service.postmortem.quality import hints
from tests.reading_hands import read_text

LENGTH = 65_536
TODAY = date(2026, 11, 17)
PARSER = MarkdownIt("js-default")
HINTS = hints_list()

# fmt: off
#: written again and again, one after another, they make the work of a careless reader grow faster than the text
UNITS = {
    "markdown": (
        "![", "[", "](", "**a ", "*", "_a", "`", "``` ", "~~", "> ", "<!--", "<a ", "&", "\\", "(", "((", "a(",
        "- [ ] x\n", "- ", "1. ", "- a\n  ", "  - a\n", "# ", "# a\n", "**a**: b\n", "- **a**: b\n", "a:\n- b\n",
        "**Impact:** a\n\n",
        "==\n", "14:05 ", "14:05\n", "### 14:05\n", "1 nov ", "2026-01-01 ", "2026-01-01T", "00:00-", "next ",
        "by ", "Q4 ", "https://", "https://a.b/c ", "a/b#1 ", "#1", "A-1 ", "@a ", "@", "Owner: ", "owner:",
        "a to b ", "done ", "(done", "{{ ", "{% ", "<%", "| a ", "|", "|a|\n|-|\n", "|-", "\n", " ", "\t", "\r",
        "\u2028", "\u200b", "\u0301", "a", "1", "[a]: b\n", "[a][b] ", "---\n", "---\na: b\n", "-", "=", "✅", "日",
        "É", "a, ", ". ", "? ", ", and ", "'", "“", "–",
    ),
    "wiki": (
        "[", "[a|", "[~", "{", "{{", "{code}", "{code:", "{panel:title=", "{quote}", "{color:red}", "!", "!a", "|",
        "||", "*", "*a ", "_", "-a", "+", "^", "~", "??", "#", "* a\n", "# a\n", "|a|\n", "h1. ", "h1. a\n",
        "bq. ", "\\", "\\\\", "\n", " ", "a", "(/)", "https://", "----\n", "]", "}", "}}", "*_-", "a*", "[a]",
        "{a}", "{noformat}\n",
    ),
    "commands": (
        "/action a\n", "/action @a due:", "/timeline 14:05 ", "/file 1, ", "/file\n", "/", "```\n", "~~~\n",
        "- ```\n", "`", "> /file\n", " ", "\t", "\n", "/park 1-", "1, ", "due:", "@a ", "P1 ", "next Friday ",
        "/a-", "- ",
    ),
}
# fmt: on
_BEFORE = {"markdown": ("", "## Action items\n\n- "), "wiki": ("", "||a||\n|"), "commands": ("", "/action ")}
_READERS: dict[str, Callable[[str], object]] = {
    "markdown": lambda text: _all_of(text),
    "wiki": from_wiki,
    "commands": split,
}
#: what a person would write, to compare with
_ORDINARY = """\
## Action items

- [ ] Thing to do, by 3 Nov

## Timeline

- 14:05 UTC it broke

Some words of it.

"""


#: longer than Jira takes: written as ADF, and cut
_HUGE = ("{" * 200_000, '"\\' * 100_000, "| a |\n|---|\n" + "| x |\n" * 20_000, "- x\n" * 40_000, "é" * 100_000)


def run() -> list[tuple[str, float, str, float]]:
    ordinary = _ORDINARY * (LENGTH // len(_ORDINARY))
    bare = min(_seconds(lambda: PARSER.parse(ordinary)) for _ in range(3))
    rows = [
        ("reading 64 kB of items and lines, over parsing it", _seconds(lambda: read_text(ordinary)) / bare, "<=", 8.0)
    ]
    for name, read in _READERS.items():
        texts = [
            before + unit * ((LENGTH - len(before)) // len(unit)) for before in _BEFORE[name] for unit in UNITS[name]
        ]
        ratio, worst = max((_ratio(read, text, bare), text[:24]) for text in texts)
        rows.append((f"{name} of 64 kB, the slowest of {len(texts)} hostile texts ({worst!r})", ratio, "<=", 20.0))
    nested = min(_seconds(lambda: from_adf(_nested(8_000))) for _ in range(3))
    rows.append(("ADF of 8,000 nodes inside each other", nested / bare, "<=", 2.0))
    deep = b'{"type":"doc","content":[' * 30_000 + b"]}" * 30_000
    taken = _seconds(lambda: from_adf(json.loads(shallow_json(deep))))
    rows.append(("ADF of 30,000 nodes inside each other, as JSON", taken / bare, "<=", 2.0))
    ratio, worst = max((_ratio(_written, text, bare), text[:24]) for text in _HUGE)
    rows.append((f"writing 200 kB as Jira takes it, the slowest of {len(_HUGE)} texts ({worst!r})", ratio, "<=", 5.0))
    checklist = "## Action items\n\n" + "".join(f"- [ ] Fix the pool {number} @sam\n" for number in range(30_000))
    ratio = _seconds(lambda: read_text(checklist)) / _seconds(lambda: PARSER.parse(checklist))
    rows.append(("reading a checklist of 1 MB, over parsing it", ratio, "<=", 8.0))
    return rows


def _written(text: str) -> object:
    return with_mark("comment", "41d0", text, "3")


def _all_of(text: str) -> None:
    """All that `read` does."""
    reading = read_text(text, today=TODAY)
    missing(reading)
    hints(reading, (), HINTS)
    explained(reading, text)


def _ratio(read: Callable[[str], object], text: str, bare: float) -> float:
    taken = _seconds(lambda: read(text)) / bare
    return taken / max(1.0, _seconds(lambda: PARSER.parse(text)) / bare) if taken > 2 else taken


def _nested(depth: int) -> object:
    node: dict[str, object] = {"type": "text", "text": "deep"}
    for kind in ("panel", "listItem", "bulletList", "tableCell", "blockquote") * (depth // 5):
        node = {"type": kind, "content": [node]}
    return {"type": "doc", "content": [node]}


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
