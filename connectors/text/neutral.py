"""Makes text that strangers wrote harmless in outgoing Markdown, without changing what people read.

Nobody is called (@name), nothing is closed or cross-referenced (#1, acme/ops#1, issue URLs), no marker of ours can be
faked, no picture is loaded, no bot obeys a line. What stands in code is treated the same: answers by e-mail and other
tools read code spans as plain text. The means is U+200B, which is invisible, or for links a form that leads to the
same page (redirect.github.com, %40).
"""

from __future__ import annotations

import html
import re

ZERO = "\u200b"
_SAFE_SCHEMES = ("http", "https", "mailto")

# Controls, lone surrogates and bidirectional overrides: they show nothing, and spoil databases or the text around them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_NEWLINES = re.compile("\r\n?|\u2028|\u2029")

_TOKEN = re.compile(
    r"""
      (?P<escape>\\[\\!])
    | (?P<link>\]\([ \t]{0,8}\n?[ \t]{0,8}<?)                      # the target of a link follows
    | (?P<definition>^[ ]{0,3}\[[^\[\]\n]{1,200}\]:[ \t]{0,8}\n?[ \t]{0,8}<?)
    | (?P<image>!+(?:\[\]?)?)
    | (?P<closing>\b(?:clos(?:e|es|ed)|fix(?:|es|ed)|resolv(?:e|es|ed))(?=:?\s{0,8}[\[<(]?https?://))
    | (?P<url>(?<![A-Za-z0-9])https?://[A-Za-z0-9.-]{1,255}(?![^\s:/?\#<>()\[\]"'`|,;!*~])[^\s<>()\[\]"'`|\\]*)
    | (?P<tag><(?=[A-Za-z/!?]))
    | (?P<entity>&(?:\#[0-9]{1,8}|\#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});\u200b?)
    | (?P<at>(?<![A-Za-z0-9])@(?![\s\u200b]|$))
    | (?P<number>\#(?=[0-9&]))
    | (?P<gh>\bGH-(?=[0-9]))
    | (?P<command>^[ \t>*+-]{0,16}/(?=[A-Za-z][A-Za-z_-]{0,40}(?:\s|$)))
    | (?P<marker>afterword:(?=[a-z]))
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_ISSUE_URL = re.compile(
    r"^https?://(?:www\.)?github\.com(?=/[\w.-]{1,100}/[\w.-]{1,100}/(?:issues?|pulls?|discussions|commit)/)", re.I
)
_TARGET_START = re.compile(r"[ \t]{0,8}[^\s()<>]{0,512}")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{0,30}:", re.I)


def plain(text: str) -> str:
    """The same text with one kind of newline and without characters that show nothing."""
    return _UNSEEN.sub("", _NEWLINES.sub("\n", text))


def quiet(text: str) -> str:
    """Ticket text as Markdown that calls nobody, closes nothing and loads nothing. Doing it twice changes nothing."""
    text = plain(text)
    out: list[str] = []
    at = 0
    while found := _TOKEN.search(text, at):
        out.append(text[at : found.start()])
        piece, at = found.group(), found.end()
        match found.lastgroup:
            case "link" | "definition":
                out.append(piece)
                if found_start := _TARGET_START.match(text, at):
                    start = found_start.group().strip()
                    if not is_safe_target(start):
                        out.append("#")
                        at = _target_end(text, at, angled=piece.endswith("<"))
                    elif piece.endswith("<") and start[:1] not in ("", "#", ZERO) and not _starts_like_a_link(start):
                        out.append(ZERO)
            case "image":
                out.append(_picture(piece))
            case "url":
                out.append(_quiet_url(piece))
            case "closing":
                out.append(piece[0] + ZERO + piece[1:])
            case "tag":
                out.append("<" if _starts_like_a_link(text[at : at + 8]) else "<" + ZERO)
            case "escape":
                out.append(piece)
            case _:
                out.append(piece.rstrip(ZERO) + ZERO)
    out.append(text[at:])
    return "".join(out)


def quiet_title(text: str, limit: int = 255) -> str:
    """One line, harmless, at most `limit` characters."""
    line = quiet(" ".join(plain(text).split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_safe_target(target: str) -> bool:
    """Whether a link may lead there: a web page, an address, or a place without a scheme; never script or data."""
    read = re.sub(r"[\x00-\x20\\]", "", html.unescape(target))
    scheme = _SCHEME.match(read)
    return scheme is None or scheme.group()[:-1].lower() in _SAFE_SCHEMES


def _picture(piece: str) -> str:
    """The start of ![alt](x) as that of [alt](x); a picture without words gets one."""
    bangs = piece.rstrip("[]")
    if bangs == piece:
        return piece
    before = bangs[1:] + ZERO if len(bangs) > 1 else ""
    return before + ("[image]" if piece.endswith("]") else "[")


def _starts_like_a_link(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _target_end(text: str, start: int, *, angled: bool) -> int:
    """Where the link target that begins at `start` ends: at the closing angle, or white space or a last parenthesis."""
    depth, end = 0, start
    while end < len(text):
        char = text[end]
        if char in ">\n" if angled else char.isspace() or (char == ")" and depth == 0):
            break
        depth += (char == "(") - (char == ")")
        end += 1
    return end


def _quiet_url(url: str) -> str:
    url = _ISSUE_URL.sub("https://redirect.github.com", url)
    scheme, _, rest = url.partition("://")
    if "." not in rest.split("/")[0]:
        # no host that a tool would link, so what follows is read as text
        return url.replace("@", "@" + ZERO).replace("#", "#" + ZERO)
    return scheme + "://" + re.sub(r"#(?=[0-9])", "#%3", rest.replace("@", "%40"))
