"""Members of JSON that are spotted in its bytes, without parsing it: quick, and now and then wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable


def member(key: str, value: str) -> re.Pattern[bytes]:
    """`"key": "value"`; both as they are."""
    return re.compile(b'"%s"\\s{0,4}:\\s{0,4}"%s"' % (re.escape(key.encode()), re.escape(value.encode())))


def named(words: Iterable[str]) -> re.Pattern[bytes] | None:
    """`"name": "…"` with one of these words in whatever case; None: there are no words, so nothing is to be spotted."""
    found = _any_of(words)
    return re.compile(b'"name"\\s{0,4}:\\s{0,4}"%s"' % found) if found else None


def quoted(words: Iterable[str]) -> re.Pattern[bytes] | None:
    """One of these words as a whole text, in whatever case; None: there are no words."""
    found = _any_of(words)
    return re.compile(b'"%s"' % found) if found else None


def _any_of(words: Iterable[str]) -> bytes:
    """As either kind of JSON writes it: letters beyond ASCII as they are, or escaped."""
    written = {json.dumps(word, ensure_ascii=plain)[1:-1].encode() for word in words for plain in (True, False)}
    return b"(?i:%s)" % b"|".join(re.escape(one) for one in sorted(written)) if written else b""
