"""What Jira Cloud refuses of a document in ADF: nodes that it does not know, or that stand where they may not.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

import json
from collections.abc import Mapping
from typing import Any

INLINE = ("text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard")
LISTS = ("bulletList", "orderedList")
TOP = ("paragraph", "heading", "rule", "codeBlock", "blockquote", "table", "panel", "expand", "taskList", "blockCard")
WITHIN: dict[str, tuple[str, ...]] = {
    "doc": (*TOP, *LISTS),
    "paragraph": INLINE,
    "heading": INLINE,
    "taskItem": INLINE,
    "codeBlock": ("text",),
    "blockquote": ("paragraph", "codeBlock", *LISTS),
    "bulletList": ("listItem",),
    "orderedList": ("listItem",),
    "listItem": ("paragraph", "codeBlock", *LISTS),
    "taskList": ("taskItem", "taskList"),
    "table": ("tableRow",),
    "tableRow": ("tableHeader", "tableCell"),
    "tableHeader": ("paragraph", "heading", "codeBlock", "panel", "blockquote", "rule", *LISTS),
    "tableCell": ("paragraph", "heading", "codeBlock", "panel", "blockquote", "rule", *LISTS),
    "panel": ("paragraph", "heading", *LISTS),
    "expand": (*TOP, *LISTS),
}
FILLED = ("bulletList", "orderedList", "listItem", "taskList", "table", "tableRow", "blockquote", "panel")
MARKS = ("strong", "em", "code", "strike", "link", "underline", "textColor", "subsup")
WITH_CODE = ("code", "link")


def size(document: object) -> int:
    """Characters of JSON: what the limit of 32,767 counts."""
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def valid(document: Any) -> bool:
    """Whether Jira would take it."""
    if not isinstance(document, Mapping) or document.get("type") != "doc" or document.get("version") != 1:
        return False
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        content = node.get("content", [])
        allowed = WITHIN.get(node["type"], ())
        if not isinstance(content, list) or (node["type"] in FILLED and not content):
            return False
        for child in content:
            if not isinstance(child, Mapping) or child.get("type") not in allowed or not _good_text(child):
                return False
            waiting.append(child)
    return True


def _good_text(node: Mapping[str, Any]) -> bool:
    if node["type"] != "text":
        return True
    marks = [mark.get("type") for mark in node.get("marks", [])]
    if "code" in marks and not set(marks) <= set(WITH_CODE):
        return False
    return bool(node.get("text")) and set(marks) <= set(MARKS)
