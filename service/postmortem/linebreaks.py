"""The lines of a paragraph as one: where the writer began a new line, and not the editor, a sentence ends."""

from __future__ import annotations

from collections.abc import Iterable

_SHORT, _LONG = 56, 120  # letters of a line that no editor breaks already, or would have broken before


def together(lines: Iterable[str]) -> str:
    """ "hub pod did not restart", "Incident resolved!": a full stop stands between them where both are whole."""
    text = ""
    last = 0
    for line in lines:
        if not line:
            continue
        own = not _SHORT <= last <= _LONG and text[-1:].isalnum() and line[0].isupper()
        text = f"{text}{'. ' if own else ' '}{line}" if text else line
        last = len(line)
    return text
