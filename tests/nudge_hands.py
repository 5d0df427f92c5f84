"""Hands for reminders: items, calendars and candidates, and a world with one item that is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.followup.nudges import Candidate
from service.followup.workdays import Workdays
from service.postmortem.standing import Standing

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = Workdays(BERLIN)
#: Monday of the examples, 10:00 in Berlin
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def item(**more: Any) -> Standing:
    said: dict[str, Any] = {
        "id": 1, "key": "k1", "number": 1, "text": "Alert on queue depth", "state": "open", "word": "", "reason": "",
        "owner": "alex", "owner_id": "alex", "owner_known": True, "due": date(2026, 11, 19), "due_rule": "",
        "priority": None, "why": None, "done_when": None, "refs": (), "in_text": True, "tracker": "code",
        "issue_label": "acme/ops#32", "issue_url": "https://github.com/acme/ops/issues/32", "adopted": False,
        "verified_at": MONDAY, "unreachable_since": None, "stale_since": None, "ended_at": None,
        "created_at": MONDAY - timedelta(days=60), "incident_id": 1, "incident_ref": "acme/ops#30",
        "incident_title": "Checkout queue stalled", "incident_url": "https://github.com/acme/ops/issues/30",
        "incident_severity": None, "incident_closed_at": MONDAY - timedelta(days=60), "postmortem_id": 14,
    }  # fmt: skip
    return Standing(**{**said, **more})


def candidate(person: str = "alex", *, held: str = "", past: Any = (), touched_at: Any = None,
              snoozed_until: date | None = None, unexplained: bool = False, **more: Any) -> Candidate:  # fmt: skip
    return Candidate(item(**more), person, tuple(past), touched_at, snoozed_until, held, unexplained)
