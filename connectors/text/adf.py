"""Markdown ↔ Atlassian Document Format (REST v3, Jira Cloud).

Nodes: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
Written: headings, paragraphs, strong, em, code, strike, links, lists, code blocks, quotes, tables, rules, hard breaks;
never a mention. Read: those and panels, tasks, mentions, dates, emoji, cards; of unknown nodes the text is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markdown_it.token import Token

from connectors.text.neutral import is_safe_target, plain
from connectors.text.tokens import parse

_DEEPEST = 40
_Node = dict[str, Any]

_WRAPPERS = {
    "bullet_list": "bulletList",
    "ordered_list": "orderedList",
    "list_item": "listItem",
    "blockquote": "blockquote",
    "table": "table",
    "tr": "tableRow",
    "th": "tableHeader",
    "td": "tableCell",
}
_MARKS = {"strong": "strong", "em": "em", "s": "strike"}


def to_adf(markdown: str) -> dict[str, Any]:
    """A whole document: {"type": "doc", "version": 1, "content": [...]}."""
    doc: _Node = {"type": "doc", "version": 1, "content": []}
    stack: list[_Node] = [doc]
    opened: list[bool] = []  # for each open wrapper token: whether it made a node (ADF forbids some nestings)
    heading = 0
    for token in parse(markdown):
        kind, _, edge = token.type.rpartition("_")
        if edge == "open" and kind in _WRAPPERS:
            node: _Node = {"type": _WRAPPERS[kind], "content": []}
            makes = _allowed(kind, stack)
            opened.append(makes)
            if makes:
                stack[-1]["content"].append(node)
                stack.append(node)
        elif edge == "close" and kind in _WRAPPERS:
            if opened.pop():
                closed = stack.pop()
                if not closed["content"]:
                    closed["content"].append({"type": "paragraph", "content": []})
        elif token.type == "heading_open":
            heading = int(token.tag[1:]) if len(stack) == 1 else 0
        elif token.type == "inline":
            content = _spans(token.children or [])
            block: _Node = {"type": "heading", "attrs": {"level": heading}} if heading else {"type": "paragraph"}
            stack[-1]["content"].append({**block, "content": content})
            heading = 0
        elif token.type in ("fence", "code_block"):
            text = token.content.rstrip("\n")
            code: _Node = {"type": "codeBlock", "content": [{"type": "text", "text": text}] if text else []}
            if language := token.info.strip().split(" ")[0]:
                code["attrs"] = {"language": language}
            stack[-1]["content"].append(code)
        elif token.type == "hr" and len(stack) == 1:
            doc["content"].append({"type": "rule"})
    return doc


def _allowed(kind: str, stack: Sequence[_Node]) -> bool:
    """ADF holds quotes and tables at the top only; what stands in them elsewhere becomes paragraphs."""
    if kind in ("blockquote", "table"):
        return len(stack) == 1
    if kind in ("tr", "th", "td"):
        return stack[-1]["type"] in ("table", "tableRow")
    return True


def _spans(tokens: Sequence[Token]) -> list[_Node]:
    out: list[_Node] = []
    marks: list[_Node] = []
    for token in tokens:
        kind, _, edge = token.type.rpartition("_")
        if token.type == "hardbreak":
            out.append({"type": "hardBreak"})
        elif token.type in ("text", "softbreak", "code_inline", "image"):
            text = " " if token.type == "softbreak" else token.content or ("image" if token.type == "image" else "")
            now = list(marks)
            if token.type == "code_inline":  # code goes with links only
                now = [mark for mark in marks if mark["type"] == "link"] + [{"type": "code"}]
            if text:
                out.append({"type": "text", "text": text, **({"marks": now} if now else {})})
        elif kind == "link" and edge == "open":
            target = str(token.attrGet("href") or "")
            safe = is_safe_target(target) and target.lower().startswith(("http://", "https://", "mailto:"))
            marks.append({"type": "link", "attrs": {"href": target}} if safe else {"type": ""})
        elif edge == "open" and kind in _MARKS:
            marks.append({"type": _MARKS[kind]})
        elif edge == "close" and marks:
            marks.pop()
    for node in out:
        kept = _distinct(node.get("marks", []))
        node.pop("marks", None)
        if kept:
            node["marks"] = kept
    return out


def _distinct(marks: Sequence[_Node]) -> list[_Node]:
    return list({mark["type"]: mark for mark in marks if mark["type"]}.values())


# --- reading ----------------------------------------------------------------------------------------------------------


def from_adf(doc: object) -> str:
    """Markdown. `doc` is whatever the vendor sent; what is no document has no text."""
    return plain("\n\n".join(part for part in _read_blocks(doc, 0) if part.strip()))


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


def _read_blocks(node: object, depth: int) -> list[str]:
    """The children as Markdown blocks."""
    blocks: list[str] = []
    spans: list[object] = []
    for child in _content(node):
        if not isinstance(child, Mapping):
            continue
        if depth < _DEEPEST and _is_block(child):
            if spans:
                blocks.append(_inline(spans, depth))
                spans = []
            blocks.append(_block(child, depth + 1))
        else:
            spans.append(child)
    if spans:
        blocks.append(_inline(spans, depth))
    return [block for block in blocks if block]


_INLINE = frozenset(("text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder"))


def _is_block(node: Mapping[str, Any]) -> bool:
    return _kind(node) not in _INLINE and not _kind(node).startswith(("inline", "media"))


def _block(node: Mapping[str, Any], depth: int) -> str:
    kind = _kind(node)
    if kind == "heading":
        level = _attr(node, "level")
        return "#" * (int(level) if level in "123456" and level else 2) + " " + _inline(_content(node), depth)
    if kind in ("bulletList", "orderedList", "taskList", "decisionList"):
        return _list(node, depth)
    if kind == "codeBlock":
        return f"```{_attr(node, 'language')}\n{_inline(_content(node), depth)}\n```"
    if kind == "paragraph":
        return _inline(_content(node), depth)
    if kind == "rule":
        return "---"
    if kind in ("blockCard", "embedCard"):
        return _attr(node, "url")
    if kind in ("blockquote", "panel"):
        inner = "\n\n".join(_read_blocks(node, depth))
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    if kind == "table":
        return _table(node, depth)
    if kind in ("expand", "nestedExpand") and _attr(node, "title"):
        return "\n\n".join([f"**{_attr(node, 'title')}**", *_read_blocks(node, depth)])
    return "\n\n".join(_read_blocks(node, depth))


def _list(node: Mapping[str, Any], depth: int) -> str:
    lines: list[str] = []
    number = 0
    for item in _content(node):
        if not isinstance(item, Mapping):
            continue
        if _kind(item) == _kind(node):  # a task list inside a task list
            lines += [("  " + line) for line in _block(item, depth + 1).split("\n")] if depth < _DEEPEST else []
            continue
        number += 1
        mark = f"{number}. " if _kind(node) == "orderedList" else "- "
        if _kind(item) == "taskItem":
            mark += "[x] " if _attr(item, "state") == "DONE" else "[ ] "
        pad = " " * (3 if mark[0].isdigit() else 2)
        inner = "\n".join(_read_blocks(item, depth + 1)).split("\n")
        lines.append((mark + inner[0]).rstrip())
        lines += [pad + line if line else "" for line in inner[1:]]
    return "\n".join(lines)


def _table(node: Mapping[str, Any], depth: int) -> str:
    rows: list[list[str]] = []
    for row in _content(node):
        cells = [" ".join(" ".join(_read_blocks(cell, depth + 2)).split()) for cell in _content(row)]
        rows.append([cell.replace("|", "\\|") for cell in cells])
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    padded = [row + [""] * (width - len(row)) for row in rows]
    padded.insert(1, ["---"] * width)
    return "\n".join("| " + " | ".join(row) + " |" for row in padded)


def _inline(nodes: Sequence[object], depth: int) -> str:
    return "".join(_span(node, depth) for node in nodes if isinstance(node, Mapping)).strip()


def _span(node: Mapping[str, Any], depth: int) -> str:
    match _kind(node):
        case "text":
            return _marked(node)
        case "hardBreak":
            return "\n"
        case "mention":
            return "@" + (_attr(node, "text").lstrip("@") or _attr(node, "id"))
        case "emoji":
            return _attr(node, "text") or _attr(node, "shortName")
        case "status" | "placeholder":
            return _attr(node, "text")
        case "inlineCard":
            return _attr(node, "url")
        case "date":
            return _day(_attr(node, "timestamp"))
    return _texts(node)


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
