"""A snapshot in its four stored forms. Pure: words come from config/templates, the page from a function passed in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from service.followup.snapshot import Row, Snapshot, to_json

#: a spreadsheet takes a cell that begins so for a formula (https://owasp.org/www-community/attacks/CSV_Injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: Mapping[str, Callable[[Row], object]] = {
    "id": lambda row: row.id,
    "action_item": lambda row: row.text,
    "state": lambda row: row.state,
    "tracker_word": lambda row: row.word,
    "reason": lambda row: row.reason,
    "decision": lambda row: row.decision,
    "owner": lambda row: row.owner,
    "owner_known": lambda row: row.owner_known,
    "due": lambda row: row.due,
    "days_late": lambda row: row.days_late,
    "age_days": lambda row: row.age,
    "priority": lambda row: row.priority,
    "change": lambda row: _change(row),
    "issue": lambda row: row.issue_label,
    "issue_url": lambda row: row.issue_url,
    "last_seen": lambda row: row.seen_at,
    "unreachable_since": lambda row: row.unreachable_since,
    "ended_at": lambda row: row.ended_at,
    "incident": lambda row: row.incident_ref,
    "incident_title": lambda row: row.incident_title,
    "incident_closed_at": lambda row: row.incident_closed_at,
    "postmortem": lambda row: row.postmortem_id,
}


class Words(Protocol):
    """What this needs of service.texts.Texts."""

    def render(self, name: str, **values: object) -> str:
        """One template by its file name."""


def render(snapshot: Snapshot, words: Words, page: Callable[[Snapshot], str]) -> dict[str, bytes]:
    """Format → bytes, for all of md, html, json and csv. The same snapshot gives the same bytes."""
    return {
        "md": (words.render("report.md.j2", report=snapshot) + "\n").encode(),
        "html": page(snapshot).encode(),
        "json": (json.dumps(to_json(snapshot), ensure_ascii=False, indent=2) + "\n").encode(),
        "csv": _csv(snapshot).encode(),
    }


def _csv(snapshot: Snapshot) -> str:
    """One line for each item that is open or ended since the report before; times in ISO 8601, UTC."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("week", *COLUMNS))
    for row in snapshot.rows:
        writer.writerow((snapshot.week, *(_cell(read(row)) for read in COLUMNS.values())))
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _change(row: Row) -> str:
    """What became of it since the report before."""
    said = (("added", row.added), ("reopened", row.reopened), ("carried", row.carried), ("ended", row.ended))
    return " ".join(word for word, holds in said if holds)
