"""What GitHub's texts hold for us: the hidden marker, the due date, the limits. Pure."""

from __future__ import annotations

import re
from datetime import date

#: title and body of an issue, body of a comment, in characters; GitHub answers 422 above them
TITLE, BODY = 256, 65_536

_ITEM = re.compile(r"<!-- afterword:item key=([0-9A-Za-z]{1,100}) -->")
_DUE = re.compile(r"^[ \t]{0,20}\*\*Due:?\*\*:?[ \t]{0,20}([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9-])", re.MULTILINE)

_DUE_LINE = re.compile(r"^[ \t]{0,20}\*\*Due:?\*\*:?[ \t]{0,20}([^\r\n]{0,200})", re.MULTILINE)


def with_marker(kind: str, marker: str, body: str) -> str:
    """The body below its hidden first line, cut to what GitHub takes. `kind` is item or comment."""
    return f"<!-- afterword:{kind} key={marker} -->\n{body}"[:BODY]


def item_marker(body: str | None) -> str | None:
    """The marker of an action item's issue: the first, as ours stands above all that people wrote."""
    found = _ITEM.search(body or "")
    return found[1] if found else None


def due(body: str | None) -> date | None:
    """The date in the line "**Due:** 2026-12-17", which a person may have moved; None if it is no date."""
    found = _DUE.search(body or "")
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        return None


def with_due(body: str, day: date) -> str | None:
    """The body with another date in its line "**Due:**", all else as it is; None if it has no such line."""
    if (found := _DUE.search(body)) is not None:
        begin, end = found.span(1)
    elif (line := _DUE_LINE.search(body)) is not None:
        begin, end = line.span(1)
    else:
        return None
    return body[:begin] + day.isoformat() + body[end:]


def one_line(text: str, most: int = 200) -> str:
    """A text in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
