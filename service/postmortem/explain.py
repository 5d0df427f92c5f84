"""Why each value was read: its words, where they stand, and the rule. Pure.

Lines and columns count from 1; `end_column` is the column after the last character. They are those of the text that
was read, with \\n, \\r\\n or \\r as line ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from service.postmortem.model import Evidence, Reading, ReadItem, Section, SectionText

_SPACES = re.compile(r"\s+")
_LINE_END = re.compile(r"\r\n|\r|\n")


def explained(reading: Reading, text: str) -> dict[str, Any]:
    """Field → the place of its words in `text` and the rule; sections and other text by their lines."""
    lines = _LINE_END.split(text)
    return {
        **{name: placed(found, lines) for name, found in reading.evidence.items()},
        "sections": {section.value: _spans(reading.sections[section]) for section in Section},
        "other": _spans(reading.other),
        "timeline": [{"line": row.line or None, "source": row.source, "label": row.label} for row in reading.timeline],
        "action_items": [_item(item, lines if item.anchor == "text" else ()) for item in reading.items],
    }


def _item(item: ReadItem, lines: Sequence[str]) -> dict[str, Any]:
    """`lines`: of the text that the item stands in; none, if that is a comment's."""
    where = {"line": item.lines[0] or None, "end_line": item.lines[1] or None, "source": item.anchor}
    return {**where, **{name: placed(found, lines) for name, found in item.evidence.items()}}


def _spans(said: SectionText) -> list[dict[str, int]]:
    return [{"line": first, "end_line": last} for first, last in said.lines]


def placed(found: Evidence, lines: Sequence[str]) -> dict[str, Any]:
    """Where the words stand. Words that are broken over lines are found as well; else the lines alone are given. No
    words: it was read from its lines as a whole."""
    place: Mapping[str, int] = {"line": found.first, "end_line": found.last}
    stretch = "\n".join(lines[found.first - 1 : found.last]) if found.first else ""
    said = found.words or stretch.strip()
    start = stretch.find(said)
    end = start + len(said)
    if start < 0:
        spaced = re.search(r"\s+".join(map(re.escape, _SPACES.split(said))), stretch)
        start, end = spaced.span() if spaced else (-1, -1)
    if start >= 0 and said:
        line, column = _at(stretch, start)
        end_line, end_column = _at(stretch, end)
        place = {
            "line": found.first + line,
            "column": column,
            "end_line": found.first + end_line,
            "end_column": end_column,
        }
    return {"words": said, **place, "why": found.why}


def _at(stretch: str, offset: int) -> tuple[int, int]:
    before = stretch[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1) + 1
