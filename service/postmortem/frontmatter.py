"""What stands above a document for a machine: front matter in YAML (---) or TOML (+++), a template's code (<% … %>)."""

from __future__ import annotations

import re

_PAIR = re.compile(r"[\"']?([^\W\d_][\w. -]{0,40}?)[\"']?[ \t]{0,4}[:=](?:[ \t]+(.*)|)$")
_CODE_TITLE = re.compile(r"\btitle\b[^\"'\n]{0,20}[\"']([^\"'\n]{1,300})[\"']")
_CLOSE = {"---": re.compile(r"\n(?:---|\.\.\.)[ \t]*(?=\n|$)"), "+++": re.compile(r"\n\+\+\+[ \t]*(?=\n|$)")}
_PROSE = re.compile(r"^(?:##|\*\*)", re.MULTILINE)  # no machine's names and values, but a text between two rules
_LONGEST = 20_000  # characters of front matter


def split(text: str) -> tuple[dict[str, str], str]:
    """Name → value, names in lower case, and the text with those lines empty, so that line numbers stay.

    A list or a text of several lines is one value with line ends in it; marks of quoting are taken off.
    """
    text = text.removeprefix("\ufeff")
    found: dict[str, str] = {}
    at = _first_word(text, 0)
    if text.startswith("<%", at) and 0 <= (end := text.find("%>", at)) - at < _LONGEST:
        titled = _CODE_TITLE.search(text, at, end)
        found = {"title": titled[1]} if titled else {}
        text = _emptied(text, end + 2)
        at = _first_word(text, 0)
    mark = text[at : at + 3]
    line_end = text.find("\n", at)
    if mark not in _CLOSE or line_end < 0 or text[at + 3 : line_end].strip():
        return found, text
    close = _CLOSE[mark].search(text, line_end)
    if close is None or close.end() - at > _LONGEST:
        return found, text
    inner = text[line_end + 1 : close.start() + 1]
    pairs = {} if _PROSE.search(inner) else _pairs(inner)
    if not pairs:
        return found, text
    return {**found, **pairs}, _emptied(text, close.end())


def _emptied(text: str, end: int) -> str:
    return "\n" * text.count("\n", 0, end) + text[end:]


def _first_word(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n":
        at += 1
    return at


def _pairs(lines: str) -> dict[str, str]:
    """Empty if the first line that says anything is no pair: then it was a text between two rules."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines.split("\n"):
        pair = _PAIR.match(line) if line[:1] not in (" ", "\t", "-", "#", "") else None
        if pair:
            name = pair[1].strip().lower()
        elif not name and line.strip() and not line.startswith("#"):
            return {}
        bare = _unquoted((pair[2] or "") if pair else line.strip().removeprefix("- "))
        if bare and bare not in (">", "|", ">-", "|-"):
            found.setdefault(name, []).append(bare)
        elif pair:
            found.setdefault(name, [])
    return {key: "\n".join(values) for key, values in found.items()} if name else {}


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return value
