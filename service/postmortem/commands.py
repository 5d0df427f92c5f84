"""Commands in comments while the incident runs: "/impact Half of the orders", at the start of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_FENCE = re.compile(r" {0,3}(?:```|~~~)")


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is one of the values of NAMES; `text` is the rest of its line."""

    name: str
    text: str


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
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        command = None if fenced else _LINE.match(line[:4000])
        name = NAMES.get(command[1].lower()) if command else None
        if command is None or name is None:
            kept.append(line)
        elif (words := (command[2] or "").strip()) or name in BARE:
            found.append(Command(name, words))
    return found, "\n".join(kept)
