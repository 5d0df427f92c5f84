"""Markdown → Jira wiki markup (REST v2; Cloud and Data Center).

What is plain text in Markdown stays plain text in Jira: no macro, mention, picture or table can be smuggled in.
Markup: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from connectors.text.neutral import ZERO, is_safe_target
from connectors.text.tokens import CUT, parse

# An opener of a span stands after something that is no letter, and before something that is no space.
_MARKS = r"""
      (?P<always>[\[\]{}|])
    | (?P<backslash>\\(?![A-Za-z0-9\s]))
    | (?P<opener>(?<![A-Za-z0-9])[*_+^~?-](?!\s))
    | (?P<bang>!(?=\S))
    | (?P<smiley>\((?=(?:[xyni/!?+*-]|\*[rgby]|off|on|flag|flagoff)\)))
"""
_URL = r"(?P<url>(?<![A-Za-z0-9])https?://[A-Za-z0-9:/?\#@&=%.,;_~+-]{0,2000}[A-Za-z0-9/]) |"
_SPECIAL = re.compile(_URL + _MARKS, re.VERBOSE)
_SPECIAL_IN_LINK = re.compile(_MARKS, re.VERBOSE)
_LINE_START = re.compile(r"(?=h[1-6]\.|bq\.|[*#-]+\s|-{2,4}\s*$)", re.MULTILINE)
# The highlighter of Data Center shows an error for a language that it does not know.
_LANGUAGES = (
    " bash c c# c++ css diff erlang go groovy haskell html java javascript js json kotlin lua nginx perl php powershell"
    " python r ruby rust scala sh shell sql swift typescript xml yaml "
)
_TARGET_CODES = {char: f"%{ord(char):02X}" for char in " \n|[]{}\\^!*"}
_SPANS = {"strong": "*", "em": "_", "s": "-"}


def to_wiki(markdown: str, limit: int | None = None) -> str:
    """Wiki markup. With `limit` (characters), whole blocks are left out at the end and a line says so."""
    blocks = _blocks(parse(markdown))
    text = "\n\n".join(blocks)
    if limit is None or len(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - len(CUT) - 2
    for block in blocks:
        if len(block) > room:
            if not kept and not block.startswith("{"):
                kept.append(block[: max(room, 0)].rstrip("\\"))
            break
        kept.append(block)
        room -= len(block) + 2
    return "\n\n".join([*kept, CUT])


def escape(text: str, *, links: bool = True) -> str:
    """Plain text for wiki markup. `links=False`: inside a link or code, where a web address is words like any other."""
    return (_SPECIAL if links else _SPECIAL_IN_LINK).sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found.lastgroup == "url":
        return f"[{_target(found.group())}]"
    return "&#92;" if found.lastgroup == "backslash" else "\\" + found.group()


def _target(url: str) -> str:
    return "".join(_TARGET_CODES.get(char, char) for char in url)


def _code_block(content: str, info: str) -> str:
    language = info.strip().split(" ")[0].lower()
    name = "code" if language and f" {language} " in _LANGUAGES else "noformat"
    inner = re.sub(r"\{(?=code|noformat)", "{" + ZERO, content.rstrip("\n"), flags=re.IGNORECASE)
    return f"{{{name}{':' + language if name == 'code' else ''}}}\n{inner}\n{{{name}}}"


def _spans(tokens: Sequence[Token], *, newline: str = "\n") -> str:
    """The inline tokens of one paragraph, heading or cell."""
    out: list[str] = []
    links: list[str] = []  # the target of each open link, "" where it leads nowhere
    fresh = True  # at the start of a line, where "h1." or "* " would mean something
    for token in tokens:
        kind = token.type
        if kind == "text":
            text = escape(token.content, links=not links)
            out.append(ZERO + text if fresh and _LINE_START.match(token.content) else text)
            fresh = fresh and not token.content
            continue
        fresh = kind == "hardbreak"
        if kind == "softbreak":
            out.append(" ")
        elif kind == "hardbreak":
            out.append(newline)
        elif kind == "code_inline":
            out.append("{{" + escape(token.content, links=False) + "}}")
        elif kind == "link_open":
            target = str(token.attrGet("href") or "")
            web = is_safe_target(target) and target.lower().startswith(("http://", "https://", "mailto:"))
            links.append(_target(target) if web else "")
            out.append("[" if web else "")
        elif kind == "link_close":
            target = links.pop()
            out.append(f"|{target}]" if target else "")
        elif kind == "image":
            out.append(escape(token.content or "image", links=not links))
        elif kind.endswith(("_open", "_close")):
            out.append(_SPANS.get(kind.rpartition("_")[0], ""))
    return "".join(out)


def _blocks(tokens: Sequence[Token]) -> list[str]:
    """The top-level blocks. Lists may not hold an empty line, and quotes do not nest: Jira would end them."""
    blocks: list[str] = []
    lines: list[str] = []
    lists: list[str] = []
    cells: list[str] = []
    prefix, edge, quotes = "", "", 0  # edge: what stands before a cell; "" outside a table
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            prefix += f"{token.tag}. " if not lists else ""
        elif kind in ("bullet_list_open", "ordered_list_open"):
            lists.append("*" if kind.startswith("bullet") else "#")
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind == "list_item_open":
            prefix = "".join(lists) + " "
        elif kind == "blockquote_open":
            quotes += 1
            if quotes == 1:
                lines.append("{quote}")
        elif kind == "blockquote_close":
            quotes -= 1
            if quotes == 0:
                lines.append("{quote}")
        elif kind in ("fence", "code_block"):
            lines.append(_code_block(token.content, token.info))
        elif kind == "hr":
            lines.append("----")
        elif kind == "tr_open":
            cells = []
        elif kind in ("th_open", "td_open"):
            edge = "||" if kind == "th_open" else "|"
        elif kind == "tr_close":
            lines.append(edge + edge.join(cells) + edge)
            edge = ""
        elif kind == "inline" and edge:
            cells.append(_spans(token.children or [], newline=" \\\\ ") or " ")
        elif kind == "inline":
            lines.append(prefix + _spans(token.children or []))
            prefix = ""
        if token.level == 0 and token.nesting <= 0 and lines:
            blocks.append("\n".join(lines))
            lines = []
    return blocks
