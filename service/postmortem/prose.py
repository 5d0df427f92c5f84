"""Which part of a Markdown text is prose: what its author says in their own words. Pure, and linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: what stands in place of what is no prose, and between two blocks; neither is a blank, a word or a mark
HIDDEN, BREAK = "\x00", "\x01"

_FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})")
_BLOCK = re.compile(r"[ \t]*(?:[-*+][ \t]|[0-9]{1,3}[.)][ \t]|\||#{1,6}[ \t]|$)")
_INDENTED = re.compile(r"(?: {4}|\t)[ \t]*(?![-*+] |[0-9]{1,3}[.)] )\S")
#: what a program or a chat wrote: a level beside a time, a klog line, JSON, two settings, a trace, "<nick>"
_LOG = re.compile(
    r"[^\n]{0,80}(?:[0-9]:[0-9]{2}[^\n]{0,40}\b|\[)(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|CRITICAL)\b"
    r"|[ \t]*[EWIF][0-9]{4} [0-9]|[ \t]*[{\[]\"|[ \t]*(?i:error|warning|fatal|exception|traceback)\b[^\n]{0,40}:"
    r"|[^\n]{0,80}\w=[^\s=][^\n]{0,60} \w{1,30}=[^\s=]|[^\n]{0,40}<\w[\w .-]{0,30}> "
)
#: tags and addresses, links (their words are mostly a title of somebody else's), and what is quoted, to the end of the
#: block where no mark ends it
_INLINE = re.compile(
    r"</?[a-z][^<>\n]{0,300}>|\[[^\[\]\n]{0,300}\]\([^()\n]{1,700}\)|\b[a-z]{2,10}://[^\s<>]{1,600}"
    r"|“[^”\x01]{0,2000}”?|„[^“”\x01]{0,2000}[“”]?|«[^»\x01]{0,2000}»?|(?<!\w)\"[^\"\x01]{0,2000}\"?"
    r"|(?<!\w)['‘](?=\S)[^'’\n\x01]{1,200}(?<=\S)['’](?!\w)",
    re.IGNORECASE,
)
_TICKS = re.compile("`+")


def prose(markdown: str) -> str:
    """The text at the same places, without code, quotes, log lines, comments and addresses; blocks end in BREAK."""
    lines = markdown.split("\n")
    shown = _without_comments([line if plain else HIDDEN * len(line) for line, plain in _plain(lines)])
    text = _without_code("\n".join(shown))
    return _INLINE.sub(lambda found: _hide(found[0]), text)


def _plain(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it may be prose."""
    fence, quoted, before = "", False, ""
    for number, line in enumerate(lines):
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not line[opening.end() :].strip():
                fence = ""
            yield line, False
        elif opening:
            fence = opening[1]
            yield line, False
        else:
            begins = bool(_BLOCK.match(line))
            quoted = line.lstrip().startswith(">") or (quoted and not begins)
            indented = not before.strip() and bool(_INDENTED.match(line))
            yield line, not (quoted or indented or _LOG.match(line))
        before = lines[number]


def _without_comments(lines: list[str]) -> list[str]:
    """HTML comments, over lines as well; one that is never closed hides what follows, as a browser would."""
    text = "\n".join(lines)
    out, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        end = len(text) if end < 0 else end + 3
        out += (text[at:start], _hide(text[start:end]))
        at = end
    return [*"".join([*out, text[at:]]).split("\n")]


def _without_code(text: str) -> str:
    """Code between backticks; what is opened and not closed hides the rest of its block."""
    out = list[str]()
    for block in _blocks(text):
        open_run, at = "", 0
        pieces = list[str]()
        for run in _TICKS.finditer(block):
            piece = block[at : run.start()]
            pieces += (_hide(piece) if open_run else piece, HIDDEN * len(run[0]))
            open_run = run[0] if not open_run else "" if run[0] == open_run else open_run
            at = run.end()
        pieces.append(_hide(block[at:]) if open_run else block[at:])
        out.append("".join(pieces))
    return BREAK.join(out)


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, items, rows and headings. Joined with one character they are as long as the text."""
    lines = text.split("\n")
    begun = 0
    for number, line in enumerate(lines):
        if number > begun and _BLOCK.match(line):
            yield "\n".join(lines[begun:number])
            begun = number
    yield "\n".join(lines[begun:])


def _hide(text: str) -> str:
    return "".join("\n" if char == "\n" else HIDDEN for char in text)
