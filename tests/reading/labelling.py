"""Turns what a person wrote down about a document into a label that holds no words of it: lines, columns and hashes.

    python -m tests.reading.labelling DRAFT... --corpus FOLDER [--into FOLDER]

A draft is JSON with the words as they stand in the document. A draft is refused, with every reason, when words do not
stand on the lines it names. A line is counted from 1, a column too; `end_column` is the first column after the words.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

LABELS = Path(__file__).parent / "labels"
SECTIONS = ("summary", "impact", "root_cause", "timeline", "resolution", "lessons_learned", "action_items")
NEUTRAL = ("owner", "due", "done", "refs")

_LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_WORD = re.compile(r"[^\W_]+")
_ISSUE = re.compile(r"/(?:issues|pull|pulls|merge_requests|discussions)/(\d+)\b")
_NUMBER = re.compile(r"(?:[\w.-]+/[\w.-]+)?#(\d+)")


def normal(text: str) -> str:
    """Lower case, letters and digits only, one space; the target of a link is not words."""
    return " ".join(_WORD.findall(_LINK_TARGET.sub("] ", unicodedata.normalize("NFC", text)).lower()))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def text_sha(text: str) -> str:
    return sha(normal(text))


def ref_sha(ref: str) -> str:
    """The same for "#12", "acme/ops#12" and the address of issue 12: a document names it in any of these ways."""
    found = _ISSUE.search(ref) or _NUMBER.fullmatch(ref.strip())
    return sha(f"#{found.group(1)}" if found else ref.strip().rstrip("/").lower())


def lines_of(content: bytes) -> list[str]:
    """The document's lines as a reader counts them."""
    return re.split("\r\n|\r|\n", content.decode("utf-8", "replace"))


class Refused(ValueError):
    """What is wrong with a draft, one reason a line."""


def label(draft: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The label of a draft. Raises Refused."""
    lines, wrong = lines_of(content), list[str]()
    times = {field: _time(field, draft.get(field), lines, wrong) for field in ("started", "resolved")}
    made = {
        "document": draft["file"],
        "sha256": hashlib.sha256(content).hexdigest(),
        "severity": _severity(draft.get("severity"), lines, wrong),
        **times,
        **{field: _sections(draft.get(field) or {}, lines, wrong) for field in ("sections", "optional_sections")},
        "items": [_item(number, item, lines, wrong) for number, item in enumerate(draft["items"])],
    }
    if wrong:
        raise Refused("\n".join(f"{draft['file']}: {reason}" for reason in wrong))
    return made


def _time(field: str, stated: dict[str, Any] | None, lines: list[str], wrong: list[str]) -> dict[str, Any] | None:
    if not stated:
        return None
    if normal(stated["words"]) not in normal(lines[stated["line"] - 1]):
        wrong.append(f"the words of {field} do not stand on line {stated['line']}")
    datetime.fromisoformat(stated["at"])
    kept = {"line": stated["line"], "at": stated["at"], "zone_stated": stated["zone_stated"]}
    return {**kept, "told": True} if stated.get("told") else kept


def _severity(stated: dict[str, Any] | None, lines: list[str], wrong: list[str]) -> dict[str, Any] | None:
    if not stated:
        return None
    if normal(stated["words"]) not in normal(lines[stated["line"] - 1]):
        wrong.append(f"the words of severity do not stand on line {stated['line']}")
    return {"line": stated["line"], "sha": sha(normal(stated["words"]).replace(" ", ""))}


def _sections(stated: dict[str, Any], lines: list[str], wrong: list[str]) -> dict[str, Any]:
    for section, spans in stated.items():
        if section not in SECTIONS:
            wrong.append(f"{section} is none of the seven sections")
        for first, last in spans:
            if not 1 <= first <= last <= len(lines) or not lines[first - 1].strip() or not lines[last - 1].strip():
                wrong.append(f"{section} does not stand on lines {first} to {last}")
    return {section: sorted(stated[section]) for section in SECTIONS if stated.get(section)}


def _item(number: int, item: dict[str, Any], lines: list[str], wrong: list[str]) -> dict[str, Any]:
    first, last = item["lines"]
    here = lines[first - 1 : last]
    body = set(normal(" ".join(here)).split())
    if missing := [word for text in _texts(item) for word in normal(text).split() if word not in body]:
        wrong.append(f"item {number}: {' '.join(missing[:5])} not on lines {first} to {last}")
    if unknown := [field for field in item.get("neutral") or [] if field not in NEUTRAL]:
        wrong.append(f"item {number}: {unknown[0]} cannot be neutral")
    if missing := [ref for ref in item.get("refs") or [] if not any(ref in line for line in lines)]:
        wrong.append(f"item {number}: {missing[0]} is not in the document")
    also = [span for span in item.get("also") or [] if not 1 <= span[0] <= span[1] <= len(lines)]
    if also:
        wrong.append(f"item {number}: there are no lines {also[0]}")
    due = item.get("due")
    owner = _span(number, item.get("owner"), here, first, wrong)
    due_at = _span(number, due["words"] if due else None, here if due else lines, first, wrong, lines)
    first_sentence = re.split(r"(?<=[.!?])\s", item["text"], maxsplit=1)[0]
    others = {text_sha(text) for text in (*_texts(item), first_sentence)} - {text_sha(item["text"])}
    return {
        "lines": [first, last],
        "text": text_sha(item["text"]),
        **({"text_or": sorted(others)} if others else {}),
        "owner": {**owner, "sha": text_sha(item["owner"])} if owner else None,
        "due": {**due_at, "date": _day(due["date"])} if due and due_at else None,
        "priority": item.get("priority"),
        "done": item["done"],
        "refs": sorted({ref_sha(ref) for ref in item.get("refs") or []}),
        "optional": item["optional"],
        "also": item.get("also") or [],
        "neutral": item.get("neutral") or [],
    }


def _texts(item: dict[str, Any]) -> list[str]:
    return [item["text"], *(item.get("text_or") or [])]


def _day(written: str | None) -> str | None:
    return date.fromisoformat(written).isoformat() if written else None


def _span(
    number: int, words: str | None, here: list[str], first: int, wrong: list[str], elsewhere: Iterable[str] = ()
) -> dict[str, int] | None:
    """Where the words stand: on the item's lines, or for a due date in a heading above it."""
    if not words:
        return None
    for place, lines in ((first, here), (1, list(elsewhere))):
        for line, text in enumerate(lines, place):
            if (column := text.find(words)) >= 0:
                return {"line": line, "column": column + 1, "end_column": column + len(words) + 1}
    wrong.append(f"item {number}: “{words}” does not stand there")
    return None


def written(made: dict[str, Any]) -> str:
    """A label as its file holds it: one item a line, so that a change is seen for what it is."""
    head = {key: value for key, value in made.items() if key != "items"}
    rows = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    items = ",\n".join(f"  {json.dumps(item)}" for item in made["items"])
    return "\n".join(["{", *rows, f' "items": [\n{items}\n ]' if items else ' "items": []', "}"]) + "\n"


def name_of(document: str) -> str:
    return document.replace("/", "__") + ".json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reading.labelling", description=__doc__)
    parser.add_argument("drafts", nargs="+", type=Path, metavar="DRAFT")
    parser.add_argument("--corpus", required=True, type=Path, help="the folder that the drafts' documents stand in")
    parser.add_argument("--into", type=Path, default=LABELS)
    asked = parser.parse_args(arguments)
    refused = 0
    for path in asked.drafts:
        draft = json.loads(path.read_text("utf-8"))
        try:
            made = label(draft, (asked.corpus / draft["file"]).read_bytes())
        except (Refused, OSError, KeyError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            refused += 1
            continue
        (asked.into / name_of(draft["file"])).write_text(written(made), "utf-8")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
