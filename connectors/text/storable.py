"""JSON from a vendor's API whose texts hold what no database and no UTF-8 can: NUL and half a character."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole character in two escapes
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000)"  # half of one, or NUL
    r"|\\.",  # any other escape, so that an escaped backslash is not taken for the beginning of one
    re.DOTALL,
)


def storable_json(text: str) -> str:
    """The same JSON with U+FFFD in place of each NUL and each half character, so that one bad text does not hide the
    whole ticket for ever. Linear."""
    text = text.encode("utf-8", "replace").decode()
    if "\\u0000" not in text and "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPES.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
