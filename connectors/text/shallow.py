"""JSON that is nested without end, cut where no reader goes."""

from __future__ import annotations

import re

#: objects and lists inside each other. The parser of the models takes 200, Python's own some hundreds; a text of Jira
#: has its structure in the outermost forty nodes (two levels each), of deeper ones only the words are read (from_adf).
DEEPEST = 190

_TOKEN = re.compile(
    rb'"text"\s*:\s*"((?:[^"\\]|\\.)*+)"'  # the words of a node
    rb'|"(?:[^"\\]|\\.)*+"?'  # any other string; one that never ends is taken at once
    rb"|[\[\]{}]",
    re.DOTALL,
)


def shallow_json(raw: bytes) -> bytes:
    """The same JSON; in place of what lies deeper than DEEPEST levels stands a text node with all of its words, so that
    one such text does not hide the whole ticket for ever. What is not JSON stays what it is not. Linear."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return raw
    out: list[bytes] = []
    words: list[bytes] = []
    at = depth = 0
    opened = b""
    for found in _TOKEN.finditer(raw):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                out.append(raw[at : found.start()])
                opened, words = sign, []
        elif sign in (b"]", b"}"):
            if depth == DEEPEST + 1:
                node = b'{"type":"text","text":"' + b"".join(words) + b'"}'
                out.append(node if opened == b"{" else b"[" + node + b"]")
                at = found.end()
            depth -= 1
        elif depth > DEEPEST and found[1]:
            words.append(found[1])
    if not out or depth > DEEPEST:
        return raw
    return b"".join([*out, raw[at:]])
