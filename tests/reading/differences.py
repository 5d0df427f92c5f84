"""Every difference between a label and a reading of one document, in words, for the one who tunes the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from service.postmortem.model import Origin, Reading, ReadItem, Section
from tests.reading.labelling import ref_sha
from tests.reading.matching import Labelled, match, same_time, section_tally, stands, wrong_fields

WIDTH = 110


def differences(label: Labelled, reading: Reading, lines: Sequence[str]) -> Iterator[str]:
    """One difference a line, indented where it explains the one above."""
    labels, items = label["items"], reading.items
    found = match(labels, items)
    wrong = len(found.missed) + len(found.invented)
    yield (
        f"items: {len(found.pairs)} found, {len(found.missed)} missed, {len(found.invented)} invented, "
        f"{len(found.neutral)} read that count neither way" + ("" if wrong else "  (all right)")
    )
    for one in found.missed:
        yield f"MISSED    {_place(labels[one]['lines'])}"
        yield from _source(lines, labels[one]["lines"])
    for other in found.invented:
        yield f"INVENTED  {_place(items[other].lines)} {_short(items[other].text)}"
        if why := items[other].evidence.get("text"):
            yield f"          why: {why.why}"
    for one, other in sorted(found.pairs.items()):
        yield from _fields(labels[one], items[other], lines)
    for item in items:
        for name, value in (("owner", item.owner), ("due", item.due)):
            if value and not stands(item.evidence.get(name), item.owner or "" if name == "owner" else "", lines):
                yield f"NO SPAN   {_place(item.lines)} {name} “{value}” has no evidence that stands there"
    yield from _sections(label, reading)
    yield from _time("start", label["started"], reading.started_at, lines)
    yield from _time("end", label["resolved"], reading.resolved_at, lines)


def _fields(label: Labelled, item: ReadItem, lines: Sequence[str]) -> Iterator[str]:
    for name in wrong_fields(label, item):
        where = _place(label["lines"])
        if name == "text":
            yield f"text      {where} read as: {_short(item.text)}"
        elif name == "done":
            yield f"DONE      {where} is {'done' if label['done'] else 'not done'}, read otherwise: {_short(item.text)}"
        elif name == "owner":
            yield f"OWNER     {where} is {_at(label['owner'], lines)}, read: {item.owner or 'none'}"
        elif name == "due":
            day = (label["due"] or {}).get("date") or "no calendar day"
            yield f"DUE       {where} is {_at(label['due'], lines)} = {day}, read: {item.due or 'none'}"
        else:
            more = [ref for ref in item.refs if ref_sha(ref) not in label["refs"]]
            read = {ref_sha(ref) for ref in item.refs}
            missing = len(set(label["refs"]) - read)
            yield f"REFS      {where} {missing} not read; too many: {', '.join(more) or 'none'}"


def _sections(label: Labelled, reading: Reading) -> Iterator[str]:
    for section in Section:
        tally = section_tally(label, reading, section)
        if tally.right == tally.given == tally.stated:
            continue
        firm, arguable = (label[name].get(section.value) for name in ("sections", "optional_sections"))
        read = reading.sections[section]
        there = [list(span) for span in read.lines] or "present" if read.origin is Origin.READ else "none"
        kind = "MISSED" if tally.stated and not tally.given else "INVENTED" if not tally.stated else "ELSEWHERE"
        also = f", arguable {arguable}" if arguable else ""
        yield f"SECTION   {section.value} {kind}: is on {firm or 'none'}{also}, read on {there}"


def _time(name: str, label: dict[str, Any] | None, read: datetime | None, lines: Sequence[str]) -> Iterator[str]:
    if label is None:
        if read is not None:
            yield f"TIME      {name} is not stated, read: {read.isoformat()}"
        return
    if not same_time(label, read):
        told = " (told, not named: does not count)" if label.get("told") else ""
        yield f"TIME      {name} is {label['at']}{told}, read: {read.isoformat() if read else 'none'}"
        yield from _source(lines, (label["line"], label["line"]))


def _place(span: Sequence[int]) -> str:
    return "(no lines)" if not span[0] else f"{span[0]}" if span[0] == span[1] else f"{span[0]}-{span[1]}"


def _source(lines: Sequence[str], span: Sequence[int], *, most: int = 4) -> Iterator[str]:
    for number in range(span[0], min(span[1], span[0] + most - 1) + 1):
        yield f"          {number:4d}: {_short(lines[number - 1])}"


def _at(value: dict[str, Any] | None, lines: Sequence[str]) -> str:
    return f"“{lines[value['line'] - 1][value['column'] - 1 : value['end_column'] - 1]}”" if value else "none"


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else text[:WIDTH] + "…"
