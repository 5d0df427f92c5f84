"""Commands in comments while the incident runs: "/impact Half of the orders", at the start of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

#: what may be written → what it does
NAMES = {
    "action": "action",
    "todo": "action",
    "timeline": "timeline",
    "impact": "impact",
    "cause": "cause",
    "root-cause": "cause",
    "rootcause": "cause",
    "severity": "severity",
    "sev": "severity",
    "summary": "summary",
    "resolution": "resolution",
    "lesson": "lesson",
    "lessons": "lesson",
    "file": "file",
    "park": "park",
}
#: these say something without any words as well
BARE = ("file", "park")

_LINE = re.compile(r" {0,3}/([a-z][a-z-]{1,15})(?:[ \t:]+(.*))?$", re.IGNORECASE)
#: what a code fence begins with, also as the beginning of a list item; no backtick may follow backticks
_OPENED = re.compile(r"( {0,9}(?:[-*+] {1,4}|[0-9]{1,9}[.)] {1,4})?)(?:(`{3,})[^`]*|(~{3,}).*)$")
_CLOSED = re.compile(r"( *)(`{3,}|~{3,})[ \t]*$")


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is one of the values of NAMES; `text` is the rest of its line."""

    name: str
    text: str


class _Fence(NamedTuple):
    """A code fence that is open: what it was opened with, and how far in."""

    marks: str
    indent: int


def _fence_after(line: str, fence: _Fence | None) -> _Fence | None:
    """The fence that is open after this line: it is closed only by its own character, at least as often, alone on a
    line. https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
    if fence is None:
        begun = _OPENED.match(line)
        return _Fence(begun[2] or begun[3], len(begun[1])) if begun else None
    ended = _CLOSED.match(line)
    if ended is None or not ended[2].startswith(fence.marks) or len(ended[1]) > fence.indent + 3:
        return fence
    return None


def numbers(text: str) -> tuple[int, ...] | None:
    """ "2,4", "2 4", "#2 and 4": these; "" or "all": (), which is all of them; None: no list of numbers."""
    words = [word for word in re.split(r"[\s,;#]+", text) if word and word not in ("and", "&")]
    if [word.lower() for word in words] in ([], ["all"]):
        return ()
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        return None
    return tuple(dict.fromkeys(int(word) for word in words))


def split(text: str) -> tuple[list[Command], str]:
    """The commands of a tidied text, and the text without them. Inside a code fence or a quote nothing is a command."""
    found: list[Command] = []
    kept: list[str] = []
    fence: _Fence | None = None
    for line in text.split("\n"):
        fence = _fence_after(line, fence)
        command = None if fence else _LINE.match(line[:4000])
        name = NAMES.get(command[1].lower()) if command else None
        if command is None or name is None:
            kept.append(line)
        elif (words := (command[2] or "").strip()) or name in BARE:
            found.append(Command(name, words))
    return found, "\n".join(kept)
