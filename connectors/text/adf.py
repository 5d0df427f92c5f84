"""Markdown → Atlassian Document Format (REST v3, Jira Cloud).

Nodes: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
Written: headings, paragraphs, strong, em, code, strike, links, lists, code blocks, quotes, tables, rules, hard breaks;
never a mention. Every document fits the schema that Jira refuses others by (@atlaskit/adf-schema, full.json).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from connectors.text.neutral import is_safe_target
from connectors.text.tokens import CUT, parse

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


def to_adf(markdown: str, limit: int | None = None) -> dict[str, Any]:
    """A whole document: {"type": "doc", "version": 1, "content": [...]}.

    With `limit` (characters of its JSON, as Jira counts them), whole blocks, rows and items are left out at the end and
    a line says so.
    """
    doc = _document(markdown)
    return doc if limit is None or size(doc) <= limit else _cut(doc, limit)


def size(node: object) -> int:
    """Characters of JSON."""
    return len(json.dumps(node, ensure_ascii=False, separators=(",", ":")))


def _cut(doc: _Node, limit: int) -> _Node:
    end: _Node = {"type": "paragraph", "content": [{"type": "text", "text": CUT}]}
    kept: list[_Node] = []
    room = limit - size({**doc, "content": [end]})
    for block in doc["content"]:
        room -= size(block) + 1
        if room < 0:
            if part := _part(block, room + size(block), alone=not kept):
                kept.append(part)
            break
        kept.append(block)
    return {**doc, "content": [*kept, end]}


def _part(block: _Node, room: int, *, alone: bool) -> _Node | None:
    """The beginning of a block that is too long: of a table some rows, of a list some items, of a text that would stand
    alone some words."""
    if block["type"] in ("table", "bulletList", "orderedList"):
        room -= size({**block, "content": []})
        children: list[_Node] = []
        for child in block["content"]:
            room -= size(child) + 1
            if room < 0:
                break
            children.append(child)
        return {**block, "content": children} if len(children) > (block["type"] == "table") else None
    if not alone:
        return None
    words = "".join(node.get("text", "") for node in block.get("content", []))[: max(room, 0)]
    while words:
        part: _Node = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
        if (over := size(part) - room) <= 0:
            return part
        words = words[: len(words) - max(over // 6, 1)]  # a character takes up to six of JSON
    return None


def _document(markdown: str) -> _Node:
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
