"""Our marks in Jira's texts: the last line of a description or comment, and the entity property beside it. Pure."""

from __future__ import annotations

import re
from typing import Any

from connectors.jira import wire
from connectors.text import from_adf, from_wiki, size, to_adf, to_wiki

#: summary and description of an issue, body of a comment, in characters; Jira answers 400 above them. Of a text in ADF
#: the characters of its whole JSON are counted.
SUMMARY, BODY = 255, 32_767
_GREY = "#97a0af"

_LINE = re.compile(
    r"(?:^|\n)(?:\{color[^{}\n]{0,30}\})?afterword:(item|comment|nudge) key=([0-9A-Za-z]{1,100})"
    r"[^\n{]{0,40}(?:\{color\})?\Z"
)


def with_mark(kind: str, marker: str, markdown: str, version: str) -> str | dict[str, Any]:
    """The text above its grey last line, cut to what Jira takes: wiki markup in REST v2, ADF in v3.

    `kind` is item or comment.
    """
    line = f"afterword:{kind} key={marker}"
    if version == "2":
        line = f"{{color:{_GREY}}}{line}{{color}}"
        return f"{to_wiki(markdown, BODY - len(line) - 2)}\n\n{line}"
    colour = {"type": "textColor", "attrs": {"color": _GREY}}
    last = {"type": "paragraph", "content": [{"type": "text", "text": line, "marks": [colour]}]}
    doc = to_adf(markdown, BODY - size(last) - 1)
    return {**doc, "content": [*doc["content"], last]}


def as_read(body: str | dict[str, Any]) -> str:
    """A text that is to be sent, for a person to read here: wiki markup as it stands, ADF as Markdown."""
    return body if isinstance(body, str) else from_adf(body)


def property_of(kind: str, marker: str) -> list[dict[str, object]]:
    """For the `properties` of a POST: the mark that no person sees or edits."""
    return [{"key": f"afterword.{kind}", "value": {"key": marker}}]


def marks_in(body: object, properties: object, kind: str) -> set[str]:
    """The markers of this kind that a text of our own account carries: in the property, and in the last line."""
    found = {wire.property_key(properties, f"afterword.{kind}")}
    if isinstance(body, dict):
        body = from_adf(body)
    if isinstance(body, str) and (line := _LINE.search(body.rstrip()[-400:])) and line[1] == kind:
        found.add(line[2])
    return {marker for marker in found if marker}


def is_ours(body: object) -> bool:
    """Whether a comment ends with a mark. No proof of who wrote it: enough to not answer our own echo."""
    text = from_adf(body) if isinstance(body, dict) else body
    return isinstance(text, str) and _LINE.search(text.rstrip()[-400:]) is not None


def markdown(text: object, names: dict[str, str] | None = None) -> str:
    """A description or comment as Markdown, whichever form Jira sent it in."""
    if isinstance(text, dict):
        return from_adf(text, names)
    return from_wiki(text, names) if isinstance(text, str) else ""


def one_line(text: str, most: int = 200) -> str:
    """A text in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
