"""Atlassian Document Format → Markdown (REST v3, Jira Cloud).

Nodes: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
Read: headings, lists, tables, quotes, code, panels, tasks, mentions, dates, emoji, cards; of unknown nodes the text is
kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.text.neutral import plain

_DEEPEST = 40
#: Atlassian's own emoji that say whether something is done; the standard ones come as their character
_SIGNS = {":check_mark:": "✅", ":white_check_mark:": "✅", ":cross_mark:": "❌", ":x:": "❌", ":warning:": "⚠️"}


def from_adf(doc: object, names: Mapping[str, str] | None = None) -> str:
    """Markdown. `doc` is whatever the vendor sent; what is no document has no text. `names`: account id → the name that
    a mention shows; without, each shows its own text."""
    return plain("\n\n".join(part for part in _Reader(names).blocks(doc, 0) if part.strip()))


@dataclass(frozen=True, slots=True)
class _Reader:
    names: Mapping[str, str] | None

    def called(self, number: str, text: str) -> str:
        """Whom a mention means. Where names are given, somebody without one keeps the id, as in wiki markup: the people
        map knows people by it, and display names are not unique."""
        if self.names is None or not number:
            return text or number
        return self.names.get(number, number)

    def blocks(self, node: object, depth: int) -> list[str]:
        """The children as Markdown blocks."""
        blocks: list[str] = []
        spans: list[object] = []
        for child in _content(node):
            if not isinstance(child, Mapping):
                continue
            if depth < _DEEPEST and _is_block(child):
                if spans:
                    blocks.append(self.inline(spans, depth))
                    spans = []
                blocks.append(self.block(child, depth + 1))
            else:
                spans.append(child)
        if spans:
            blocks.append(self.inline(spans, depth))
        return [block for block in blocks if block]

    def block(self, node: Mapping[str, Any], depth: int) -> str:
        kind = _kind(node)
        if kind == "heading":
            level = _attr(node, "level")
            words = self.inline(_content(node), depth).replace("\n", " ")
            return "#" * (int(level) if level in "123456" and level else 2) + " " + words
        if kind in ("bulletList", "orderedList", "taskList"):
            return self.bullets(node, depth)
        if kind == "decisionItem":  # what was decided is nothing to do: a paragraph, not an entry of a list
            return "Decision: " + "\n".join(self.blocks(node, depth)) if _content(node) else ""
        if kind == "codeBlock":
            return f"```{_attr(node, 'language')}\n{self.inline(_content(node), depth)}\n```"
        if kind == "paragraph":
            return self.inline(_content(node), depth)
        if kind == "rule":
            return "---"
        if kind in ("blockCard", "embedCard"):
            return _attr(node, "url")
        if kind == "blockquote":
            inner = "\n\n".join(self.blocks(node, depth))
            return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        if kind == "table":
            return self.table(node, depth)
        if kind in ("expand", "nestedExpand") and _attr(node, "title"):
            title = " ".join(_attr(node, "title").split())
            fold = f"<details>\n<summary>{title}</summary>"
            return "\n\n".join([fold, *self.blocks(node, depth), "</details>"])
        return "\n\n".join(self.blocks(node, depth))

    def bullets(self, node: Mapping[str, Any], depth: int) -> str:
        lines: list[str] = []
        number = 0
        for item in _content(node):
            if not isinstance(item, Mapping):
                continue
            if _kind(item) == _kind(node):  # a task list inside a task list
                lines += [("  " + line) for line in self.block(item, depth + 1).split("\n")] if depth < _DEEPEST else []
                continue
            number += 1
            mark = f"{number}. " if _kind(node) == "orderedList" else "- "
            if _kind(item) == "taskItem":
                mark += "[x] " if _attr(item, "state") == "DONE" else "[ ] "
            pad = " " * (3 if mark[0].isdigit() else 2)
            inner = "\n".join(self.blocks(item, depth + 1)).split("\n")
            lines.append((mark + inner[0]).rstrip())
            lines += [pad + line if line else "" for line in inner[1:]]
        return "\n".join(lines)

    def table(self, node: Mapping[str, Any], depth: int) -> str:
        rows: list[list[str]] = []
        for row in _content(node):
            cells = [" ".join(" ".join(self.blocks(cell, depth + 2)).split()) for cell in _content(row)]
            rows.append([cell.replace("|", "\\|") for cell in cells])
        width = max((len(row) for row in rows), default=0)
        if not width:
            return ""
        rows[0] += [""] * (width - len(rows[0]))  # the others may be shorter: a row of thousands is one, not all
        rows.insert(1, ["---"] * width)
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def inline(self, nodes: Sequence[object], depth: int) -> str:
        out: list[str] = []
        strong = False  # the last words were bold: those that follow without a space are of the same run
        for node in nodes:
            if not isinstance(node, Mapping):
                continue
            said, before = self.span(node, depth), strong
            strong = said.endswith("**") and said.startswith("**") and len(said) > 4
            if before and strong and out[-1].endswith("**"):
                out[-1], said = out[-1][:-2], said[2:]
            out.append(said)
        return "".join(out).strip()

    def span(self, node: Mapping[str, Any], depth: int) -> str:
        match _kind(node):
            case "text":
                return _marked(node)
            case "hardBreak":
                return "\n"
            case "mention":
                return "@" + self.called(_attr(node, "id"), _attr(node, "text").lstrip("@"))
            case "emoji":
                return _SIGNS.get(_attr(node, "shortName")) or _attr(node, "text") or _attr(node, "shortName")
            case "status" | "placeholder":
                return _attr(node, "text")
            case "inlineCard":
                return _attr(node, "url")
            case "date":
                return _day(_attr(node, "timestamp"))
        return _texts(node)


def _content(node: object) -> Sequence[object]:
    content = node.get("content") if isinstance(node, Mapping) else None
    return content if isinstance(content, list) else ()


def _kind(node: Mapping[str, Any]) -> str:
    kind = node.get("type")
    return kind if isinstance(kind, str) else ""


def _attr(node: Mapping[str, Any], name: str) -> str:
    attrs = node.get("attrs")
    value = attrs.get(name) if isinstance(attrs, Mapping) else None
    return str(value) if isinstance(value, str | int) else ""


_INLINE = frozenset(("text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder"))


def _is_block(node: Mapping[str, Any]) -> bool:
    return _kind(node) not in _INLINE and not _kind(node).startswith(("inline", "media"))


def _marked(node: Mapping[str, Any]) -> str:
    text = node.get("text")
    if not isinstance(text, str):
        return ""
    core = text.strip()
    marks = node.get("marks")
    if not core or not isinstance(marks, list):
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    kinds = {_kind(mark): mark for mark in marks if isinstance(mark, Mapping)}
    for kind, sign in (("code", "`"), ("strike", "~~"), ("em", "*"), ("strong", "**")):
        core = sign + core + sign if kind in kinds else core
    if link := kinds.get("link"):
        href = _attr(link, "href")
        core = href if href == core else f"[{core}]({href})"
    return before + core + after


def _day(timestamp: str) -> str:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return timestamp


def _texts(node: object) -> str:
    """All text below a node that we do not know, or that lies too deep; without recursion."""
    out: list[str] = []
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            if isinstance(item.get("text"), str):
                out.append(str(item["text"]))
            stack.extend(reversed(_content(item)))
    return "".join(out)
