"""Jira wiki markup → Markdown, line by line.

Read: headings, lists, tables, quotes, code, panels, links, mentions (as @name), emphasis, escapes. Pictures and
attachments are left out; of unknown macros the text is kept as it stands. "[x]" and "[ ]" stay, as people write
checklists with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from connectors.text.neutral import is_safe_target, plain

_VERBATIM = re.compile(r"\{(code|noformat)(?::([^{}\n]{0,200}))?\}", re.IGNORECASE)
_BOX = re.compile(
    r"\{(panel|info|note|tip|warning|expand|color|anchor|section|column|align)(?::([^{}\n]{0,300}))?\}", re.I
)
_QUOTE = re.compile(r"\n?\{quote\}\n?", re.IGNORECASE)
_HEADING = re.compile(r"^\s{0,8}h([1-6])\.\s{0,8}(.*)$")
_ITEM = re.compile(r"^\s{0,8}([*#]{1,12}|-)[ \t]{1,8}(\S.*)$")
_BLOCK_QUOTE = re.compile(r"^\s{0,8}bq\.\s{0,8}(.*)$")
_RULE = re.compile(r"^\s{0,8}-{4,5}\s{0,8}$")

_INLINE = re.compile(
    r"""
      (?P<newline>\\\\(?!\S)|(?<=[^\s\\])\\\\(?!\\))
    | (?P<escape>\\(?P<escaped>[^\w\s\\]))
    | (?P<mono>\{\{(?P<mono_text>(?:\\.|\}(?!\})|\{(?!\{)|[^\n\\{}]){1,400})\}\})
    | (?P<link>\[(?P<link_text>(?:[^\[\]\n\\]|\\.){0,2000})\])
    | (?P<image>(?<![A-Za-z0-9])!(?P<image_name>[^\s!|]{1,1000})(?:\|[^!\n]{0,200})?!)
    | (?P<url>(?<![A-Za-z0-9])(?:https?://|mailto:)[^\s{}\[\]|!\\]{1,2000})
    | (?P<icon>(?<![\w(])\((?:/|x|!)\)(?!\w))
    | (?P<status>\{status:(?P<status_text>[^{}\n]{1,200})\})
    | (?P<entity>&\#(?P<code>[0-9]{2,3});)
    | (?P<braced>\{\*\}(?P<braced_text>[^{}\n]{1,500})\{\*\})
    | (?P<strong>(?<![\w*])\*(?=[^\s*])(?P<strong_text>[^*\n]{1,1000})(?<=\S)\*(?![\w*]))
    | (?P<em>(?<!\w)_(?=[^\s_])(?P<em_text>[^_\n]{1,1000})(?<=\S)_(?!\w))
    | (?P<strike>(?<![\w-])-(?=[^\s-])(?P<strike_text>[^-\n]{1,1000})(?<=\S)-(?![\w-]))
    | (?P<under>(?<![\w+])\+(?=[^\s+])(?P<under_text>[^+\n]{1,1000})(?<=\S)\+(?![\w+]))
    | (?P<super>(?<![\w^])\^(?=[^\s^])(?P<super_text>[^^\n]{1,1000})(?<=\S)\^(?![\w^]))
    | (?P<cite>\?\?(?=[^\s?])(?P<cite_text>[^?\n]{1,1000})(?<=\S)\?\?)
    """,
    re.VERBOSE,
)
_SIGNS = {"strong": "**", "braced": "**", "em": "*", "strike": "~~", "under": "", "super": "", "cite": ""}
_FOLD = "\x02"  # stands where an {expand} begins or ends; no text holds it
_CELL_LINES = 40  # lines of a cell that are looked through for its end
_ICONS = {"(/)": "✅", "(x)": "❌", "(!)": "⚠️"}
_CELL_EDGE = re.compile(r"(?<!\\)\|{1,2}")


def from_wiki(text: str, names: Mapping[str, str] | None = None) -> str:
    """Markdown. `names`: account id or user name → the name that a mention shows."""
    known = names or {}
    out: list[str] = []
    folds: list[bool] = []  # the {expand}s that are open: whether each has a title
    for language, piece in _pieces(plain(text)):
        if language is None:
            out += _lines(piece, known, folds)
        else:
            fence = "```"
            while fence in piece:
                fence += "`"
            out += [f"{fence}{language}", *piece.strip("\n").split("\n"), fence]
    return "\n".join(out).strip("\n")


def _pieces(text: str) -> Iterator[tuple[str | None, str]]:
    """(None, markup) and (language, verbatim text), in order."""
    at = start = 0
    endless: set[str] = set()  # macros that are opened and not closed any more: text, and not searched again
    while found := _VERBATIM.search(text, at):
        name = found.group(1).lower()
        at = found.end()
        if name in endless:
            continue
        close = re.compile(r"\{" + name + r"\}", re.IGNORECASE).search(text, at)
        if close is None:
            endless.add(name)
            continue
        yield None, text[start : found.start()].rstrip("\n")
        options = (found.group(2) or "").split("|")
        language = next((option for option in options if "=" not in option), "") if name == "code" else ""
        yield re.sub(r"[^A-Za-z0-9+#-]", "", language.removeprefix("language=")), text[at : close.start()]
        at = start = close.end()
        if text[start : start + 1] == "\n":
            start += 1
    yield None, text[start:]


def _box(found: re.Match[str]) -> str:
    title = re.search(r"title=([^|]{1,200})", found.group(2) or "")
    if found.group(1).lower() == "expand":
        return f"\n{_FOLD}{title.group(1).strip() if title else ''}\n" if found.group(2) else f"\n{_FOLD}\n"
    return f"\n*{title.group(1).strip()}*\n" if title else ""


def _fold(title: str, opened: list[bool]) -> list[str]:
    """The Markdown of a line that opens or closes an {expand}; one macro does both."""
    if title:
        opened.append(True)
        return ["", "<details>", f"<summary>{title}</summary>", ""]
    if not opened:
        opened.append(False)
        return [""]
    return ["", "</details>", ""] if opened.pop() else [""]


def _lines(markup: str, names: Mapping[str, str], folds: list[bool]) -> list[str]:
    out: list[str] = []
    rows: list[str] = []
    quoted = False
    for line in _rows_joined(_QUOTE.sub("\n{quote}\n", _BOX.sub(_box, markup)).split("\n")):
        if line.lower() == "{quote}":
            quoted = not quoted
            out.append("")
            continue
        if line.startswith(_FOLD):
            out += _fold(line[1:], folds)
            continue
        if line.lstrip().startswith("|"):
            rows.append(line.strip())
            continue
        if rows:
            out += ["", *_table(rows, names), ""]
            rows = []
        read = _line(line, names)
        out.append(f"> {read}".rstrip() if quoted else read)
    out += ["", *_table(rows, names), ""] if rows else []
    return [line for i, line in enumerate(out) if line or (i and out[i - 1])]


def _rows_joined(lines: list[str]) -> Iterator[str]:
    """The lines, those of a cell that goes on below as one row."""
    at = 0
    while at < len(lines):
        row, end = lines[at], at + 1
        if row.lstrip().startswith("|") and not row.rstrip().endswith("|"):
            while (
                end < min(len(lines), at + _CELL_LINES)
                and lines[end].strip()
                and not lines[end].lstrip().startswith("|")
            ):
                if lines[end].rstrip().endswith("|"):
                    row, at = "\\\\ ".join((row, *lines[at + 1 : end + 1])), end
                    break
                end += 1
        yield row
        at += 1


def _line(line: str, names: Mapping[str, str]) -> str:
    if found := _HEADING.match(line):
        return "#" * int(found.group(1)) + " " + _inline(found.group(2), names)
    if _RULE.match(line):
        return "\n---"
    if found := _ITEM.match(line):
        marks = found.group(1)
        indent = "".join("   " if mark == "#" else "  " for mark in marks[:-1])
        return indent + ("1. " if marks[-1] == "#" else "- ") + _inline(found.group(2), names)
    if found := _BLOCK_QUOTE.match(line):
        return "> " + _inline(found.group(1), names)
    return _inline(line, names)


def _table(rows: list[str], names: Mapping[str, str]) -> list[str]:
    """A Markdown table; its first row is the head, as Markdown knows no table without."""
    cells = []
    for row in rows:
        inner = _inline(row.replace("\\\\", " "), names, cell=True)
        cells.append([" ".join(part.split()) for part in _CELL_EDGE.split(inner.strip().strip("|"))])
    width = max(len(row) for row in cells)
    cells[0] += [""] * (width - len(cells[0]))  # the others may be shorter: a row of thousands is one, not all
    return ["| " + " | ".join(row) + " |" for row in [cells[0], ["---"] * width, *cells[1:]]]


def _inline(text: str, names: Mapping[str, str], depth: int = 0, *, cell: bool = False) -> str:
    def read(found: re.Match[str]) -> str:
        kind = str(found.lastgroup).removesuffix("_text")
        whole = found.group()
        if kind in ("escape", "escaped"):
            char = found.group("escaped")
            return "\\" + char if char in "*_`<" or (cell and char == "|") else char
        if kind == "newline":
            return "\n"
        if kind in ("entity", "code"):
            code = int(found.group("code"))
            return chr(code) if 32 <= code < 127 else whole
        if kind == "icon":
            return _ICONS[whole]
        if kind == "status":
            return re.split(r"title=", found.group("status_text"))[-1].split("|")[0].strip()
        if kind == "mono":
            return "`" + re.sub(r"\\([^\w\s\\])", r"\1", found.group("mono_text")).replace("`", "'") + "`"
        if kind == "link":
            return _link(found.group("link_text"), names, lambda words: _inline(words, names, 9))
        if kind in ("image", "image_name"):
            name = found.group("image_name")
            return f"[image]({name})" if name.startswith(("http://", "https://")) else ""
        if kind == "url":
            return whole
        inner = found.group(kind + "_text")
        return _SIGNS[kind] + (_inline(inner, names, depth + 1, cell=cell) if depth < 3 else inner) + _SIGNS[kind]

    return _INLINE.sub(read, text)


def _link(inside: str, names: Mapping[str, str], words: Callable[[str], str]) -> str:
    if inside.strip() in ("", "x", "X"):
        return f"[{inside}]"
    parts = re.split(r"(?<!\\)\|", inside)
    target = parts[1].strip() if len(parts) > 1 else parts[0].strip()
    if target.startswith("~"):
        user = target[1:].removeprefix("accountid:")
        return "@" + names.get(user, user)
    if target.startswith(("http://", "https://", "mailto:")) and is_safe_target(target):
        if len(parts) == 1:
            return target.removeprefix("mailto:")
        return f"[{words(parts[0].strip())}]({target.replace(')', '%29').replace(' ', '%20')})"
    if len(parts) > 1 or target.startswith(("^", "#")):
        return words(parts[0].strip().lstrip("^#"))
    return f"[{words(inside)}]"
