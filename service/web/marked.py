"""A section as HTML with its hints marked where their words stand: dotted, with a letter that leads to the panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.postmortem.quality import Hint
from service.web.markdown import to_html

#: characters that no text needs, around the words of a hint while Markdown is turned to HTML
_OPEN, _CLOSE = "\ue0a0", "\ue0a1"
_MARKED = re.compile(f"{_OPEN}([^<{_OPEN}{_CLOSE}]{{1,400}}){_CLOSE}")
_IN_ORDER = re.compile(f"<a[ >]|</a>|{_OPEN}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Lettered:
    letter: str  # a, b, … z, aa, ab
    hint: Hint


def lettered(hints: Sequence[Hint]) -> tuple[Lettered, ...]:
    return tuple(Lettered(_letter(number), hint) for number, hint in enumerate(hints))


def _letter(number: int) -> str:
    before, last = divmod(number, len(_LETTERS))
    return (_letter(before - 1) if before else "") + _LETTERS[last]


def with_hints(markdown: str, hints: Sequence[Lettered]) -> Markup:
    """The hints are those of this text. Where one of them cannot be marked, as its words run over
    other marks or stand in a link, all are left to the panel."""
    text = markdown.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    placed = [(starts[one.hint.line - 1] + one.hint.column, one) for one in hints if one.hint.line <= len(lines)]
    out, at, letters = list[str](), 0, list[str]()
    for start, one in sorted(placed, key=lambda pair: pair[0]):
        end = _end(text, start, one.hint.words)
        if end is None or start < at:
            continue
        out += (text[at:start], _OPEN, text[start:end], _CLOSE)
        at = end
        letters.append(one.letter)
    marked = str(to_html("".join([*out, text[at:]])))
    if not len(letters) == len(_MARKED.findall(marked)) == marked.count(_OPEN) or _in_link(marked):
        return to_html(markdown)
    waiting = iter(letters)
    return Markup(_MARKED.sub(lambda found: _link(found[1], next(waiting)), marked))  # noqa: S704 - cleaned by to_html


def _in_link(html: str) -> bool:
    """Whether something is marked inside a link, where no other link may stand."""
    last = ""
    for found in _IN_ORDER.finditer(html):
        if found[0] == _OPEN and last.startswith("<a"):
            return True
        last = last if found[0] == _OPEN else found[0]
    return False


def _link(words: str, letter: str) -> str:
    return f'<a class="hint" href="#hint-{letter}">{words}<sup>{letter}</sup></a>'


def _end(text: str, start: int, words: str) -> int | None:
    """Where the words end that begin there, however their blanks are; None if they do not stand there."""
    at = start
    for number, word in enumerate(words.split()):
        while number and at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith(word, at):
            return None
        at += len(word)
    return at
