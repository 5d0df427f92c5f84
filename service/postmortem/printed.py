"""What `read` prints: a reading as JSON, and as the document that it would make. Pure.

The keys of the JSON are stable: new ones are added, none goes away.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.postmortem.gaps import QUESTIONS
from service.postmortem.model import Reading, ReadItem, Section


def as_json(reading: Reading) -> dict[str, Any]:
    """Times are ISO 8601 with a zone, a duration is in seconds, lines count from 1; what is not stated is None."""
    return {
        "title": reading.title or None,
        "severity": reading.severity,
        "started_at": _iso(reading.started_at),
        "resolved_at": _iso(reading.resolved_at),
        "sections": {section.value: reading.sections[section].text for section in Section},
        "timeline": [{"at": _iso(line.at), "text": line.text} for line in reading.timeline],
        "action_items": [_item(item) for item in reading.items],
        "detected_at": _iso(reading.detected_at),
        "mitigated_at": _iso(reading.mitigated_at),
        "duration": _seconds(reading.duration),
        "other": reading.other.text,
        "doubts": list(reading.doubts),
        "front_matter": dict(reading.front),
    }


def _item(item: ReadItem) -> dict[str, Any]:
    return {
        "text": item.text,
        "owner": item.owner,
        "due": item.due.isoformat() if item.due else None,
        "priority": item.priority,
        "done": item.done,
        "refs": list(item.refs),
        "due_text": item.due_text,
        "type": item.kind.value if item.kind else None,
        "vague": item.vague,
        "why": item.why,
        "done_when": item.done_when,
        "line": item.lines[0] or None,
        "end_line": item.lines[1] or None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def as_markdown(reading: Reading) -> str:
    """Title, facts, the seven sections, "Not recorded yet" for every gap, then what belongs to none of them."""
    lines = [f"# {reading.title or 'Untitled'}", ""]
    facts = {
        "Severity": reading.severity,
        "Started": _iso(reading.started_at),
        "Detected": _iso(reading.detected_at),
        "Mitigated": _iso(reading.mitigated_at),
        "Resolved": _iso(reading.resolved_at),
        "Lasted": str(reading.duration) if reading.duration else None,
    }
    lines.extend(f"- **{name}:** {value}" for name, value in facts.items() if value)
    for section in Section:
        lines.extend(("", f"## {QUESTIONS[section][0]}", "", _section(reading, section)))
    if reading.other.text:
        lines.extend(("", "## Also in the text", "", reading.other.text))
    if reading.doubts:
        lines.extend(("", "## To be settled", "", *(f"- {doubt}" for doubt in reading.doubts)))
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _facts(item: ReadItem) -> list[str]:
    due = f"due {item.due}" if item.due else item.due_text
    vague = "too vague to file" if item.vague else None
    return [fact for fact in (item.priority, item.owner, due, vague) if fact]


def _section(reading: Reading, section: Section) -> str:
    if section is Section.TIMELINE and reading.timeline:
        return "\n".join(" ".join(filter(None, ("-", _iso(line.at), line.text))) for line in reading.timeline)
    if section is Section.ACTION_ITEMS and reading.items:
        return "\n".join(
            f"- [{'x' if item.done else ' '}] {item.text}"
            + (f" ({', '.join(facts)})" if (facts := _facts(item)) else "")
            + "".join(f" {ref}" for ref in item.refs if ref != item.text)
            for item in reading.items
        )
    return reading.sections[section].text or "Not recorded yet"
