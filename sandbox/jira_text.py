"""Between the two forms in which Jira gives a rich text: wiki markup (v2) and ADF (v3).

Plain enough for tickets: headings, lists, quotes, code blocks, links, strong, mentions, rules. What it does not know
stays text, as in Jira itself. https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

import re
from typing import Any

from sandbox.jira_world import Text

INLINE = re.compile(
    r"(?<!\\)\[~accountid:(?P<who>[^\]]+)\]|(?<!\\)\[(?P<words>[^\]|\n]+)\|(?P<href>[^\]|\s]+)[^\]\n]*\]|\[(?P<bare>https?://[^\]\s]+)\]"
    r"|\{color:(?P<colour>#[0-9a-f]{6})\}(?P<coloured>[^{\n]+)\{color\}"
    r"|\{\{(?P<mono>[^}\n]+)\}\}|(?<![\w*])\*(?P<strong>[^*\s][^*\n]*)\*(?![\w*])"
    r"|(?<!\w)_(?P<em>[^_\s][^_\n]*)_(?!\w)"
    r"|(?P<url>https?://[^\s\[\]|{}()<>]+)"
)
ITEM = re.compile(r"^(?P<mark>[*#-]+) (?P<rest>.*)$")
HEADING = re.compile(r"^h(?P<level>[1-6])\. (?P<rest>.*)$")


def from_wiki(wiki: str) -> Text:
    wiki = wiki.replace("\r\n", "\n")
    return Text(wiki, {"type": "doc", "version": 1, "content": _blocks(wiki.split("\n"))})


def from_adf(adf: dict[str, Any]) -> Text:
    return Text(_wiki_blocks(adf.get("content") or []).strip("\n"), adf)


def rendered(text: Text) -> str:
    """Something like the HTML of `renderedFields`."""
    words = text.wiki.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{part}</p>" for part in words.split("\n\n"))


# --- wiki to ADF ------------------------------------------------------------------------------------------------------


def _blocks(lines: list[str]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif fence := re.match(r"^\{(code|noformat)[^}]*\}", line):
            end = next((n for n in range(at + 1, len(lines)) if f"{{{fence[1]}}}" in lines[n]), len(lines))
            code = "\n".join(lines[at + 1 : end])
            blocks.append({"type": "codeBlock", "attrs": {}, "content": [_text(code)] if code else []})
            at = end + 1
        elif heading := HEADING.match(line):
            content = _inline(heading["rest"])
            blocks.append({"type": "heading", "attrs": {"level": int(heading["level"])}, "content": content})
            at += 1
        elif line.strip() == "----":
            blocks.append({"type": "rule"})
            at += 1
        elif line.startswith("|"):
            end = at
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            blocks.append({"type": "table", "content": [_row(one) for one in lines[at:end]]})
            at = end
        elif ITEM.match(line):
            end = at
            while end < len(lines) and ITEM.match(lines[end]):
                end += 1
            blocks.append(_list([ITEM.match(one) for one in lines[at:end]], 1))  # type: ignore[misc]
            at = end
        else:
            end = at
            while end < len(lines) and lines[end].strip() and not (ITEM.match(lines[end]) or HEADING.match(lines[end])):
                end += 1
            content = []
            for place, one in enumerate(lines[at:end]):
                content += ([{"type": "hardBreak"}] if place else []) + _inline(one)
            blocks.append({"type": "paragraph", "content": content})
            at = end
    return blocks


def _row(line: str) -> dict[str, Any]:
    head = line.startswith("||")
    cells = re.split(r"(?<!\\)\|\|" if head else r"(?<!\\)\|", line.strip().strip("|"))
    kind = "tableHeader" if head else "tableCell"
    content = [{"type": "paragraph", "content": _inline(cell.strip())} for cell in cells]
    return {"type": "tableRow", "content": [{"type": kind, "attrs": {}, "content": [cell]} for cell in content]}


def _list(items: list[re.Match[str]], depth: int) -> dict[str, Any]:
    kind = "orderedList" if items[0]["mark"][depth - 1 : depth] == "#" else "bulletList"
    content: list[dict[str, Any]] = []
    at = 0
    while at < len(items):
        if len(items[at]["mark"]) <= depth or not content:
            content.append(
                {"type": "listItem", "content": [{"type": "paragraph", "content": _inline(items[at]["rest"])}]}
            )
            at += 1
            continue
        end = at
        while end < len(items) and len(items[end]["mark"]) > depth:
            end += 1
        content[-1]["content"].append(_list(items[at:end], depth + 1))
        at = end
    return {"type": kind, "content": content}


def _text(words: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"marks": list(marks)} if marks else {})}


def _plain(words: str) -> str:
    return re.sub(r"\\([\[\]{}|!])", r"\1", words)


def _inline(line: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    at = 0
    for match in INLINE.finditer(line):
        if match.start() > at:
            nodes.append(_text(_plain(line[at : match.start()])))
        at = match.end()
        if match["who"]:
            nodes.append({"type": "mention", "attrs": {"id": match["who"], "text": f"@{match['who']}"}})
        elif match["words"]:
            nodes.append(_text(match["words"], {"type": "link", "attrs": {"href": match["href"]}}))
        elif href := match["bare"] or match["url"]:
            nodes.append(_text(href, {"type": "link", "attrs": {"href": href}}))
        elif match["colour"]:
            nodes.append(_text(match["coloured"], {"type": "textColor", "attrs": {"color": match["colour"]}}))
        elif match["mono"]:
            nodes.append(_text(match["mono"], {"type": "code"}))
        elif match["em"]:
            nodes.append(_text(match["em"], {"type": "em"}))
        else:
            nodes.append(_text(match["strong"], {"type": "strong"}))
    if at < len(line):
        nodes.append(_text(_plain(line[at:])))
    return nodes


# --- ADF to wiki ------------------------------------------------------------------------------------------------------


def _wiki_blocks(nodes: list[dict[str, Any]], mark: str = "") -> str:
    parts = [_wiki_block(node, mark) for node in nodes]
    return ("\n" if mark else "\n\n").join(part for part in parts if part)


def _wiki_block(node: dict[str, Any], mark: str) -> str:
    kind, content = node.get("type"), node.get("content") or []
    if kind == "paragraph":
        return _wiki_inline(content)
    if kind == "heading":
        return f"h{node['attrs']['level']}. {_wiki_inline(content)}"
    if kind == "rule":
        return "----"
    if kind == "codeBlock":
        return "{code}\n" + "".join(one.get("text", "") for one in content) + "\n{code}"
    if kind in ("bulletList", "orderedList"):
        deeper = mark + ("#" if kind == "orderedList" else "*")
        return "\n".join(_wiki_item(item, deeper) for item in content)
    if kind == "taskList":
        return "\n".join(f"* {_wiki_inline(item.get('content') or [])}" for item in content)
    if kind == "blockquote":
        return "{quote}\n" + _wiki_blocks(content) + "\n{quote}"
    if kind == "table":
        return "\n".join(_wiki_row(row) for row in content)
    return _wiki_blocks(content) if content else ""


def _wiki_item(item: dict[str, Any], mark: str) -> str:
    return f"{mark} " + _wiki_blocks(item.get("content") or [], mark)


def _wiki_row(row: dict[str, Any]) -> str:
    cells = row.get("content") or []
    bar = "||" if cells and cells[0].get("type") == "tableHeader" else "|"
    return bar + bar.join(_wiki_blocks(cell.get("content") or [], " ") for cell in cells) + bar


def _wiki_inline(nodes: list[dict[str, Any]]) -> str:
    words = ""
    for node in nodes:
        kind, attrs = node.get("type"), node.get("attrs") or {}
        if kind == "hardBreak":
            words += "\n"
        elif kind == "mention":
            words += f"[~accountid:{attrs.get('id')}]"
        elif kind in ("inlineCard", "blockCard"):
            words += f"[{attrs.get('url')}]"
        else:
            words += _wiki_marked(node)
    return words


def _wiki_marked(node: dict[str, Any]) -> str:
    words = re.sub(r"([\[\]{}|]|!(?=\S))", r"\\\1", str(node.get("text", "")))
    for mark in node.get("marks") or []:
        if mark["type"] == "strong":
            words = f"*{words}*"
        elif mark["type"] == "em":
            words = f"_{words}_"
        elif mark["type"] == "code":
            words = f"{{{{{words}}}}}"
        elif mark["type"] == "textColor":
            words = f"{{color:{mark['attrs']['color']}}}{words}{{color}}"
        elif mark["type"] == "link":
            words = f"[{words}|{mark['attrs']['href']}]"
    return words
