"""Builders for tests of the report: one incident of 17 November 2026, reported on Monday 23 November, 09:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.followup.facts import Event, Facts, Incident
from service.followup.week import Week
from service.postmortem.standing import Standing

BERLIN = ZoneInfo("Europe/Berlin")
W47 = Week(2026, 47)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
CLOSED = datetime(2026, 11, 17, 14, 31, tzinfo=UTC)


def item(number: int, **changes: object) -> Standing:
    standing = Standing(
        id=number, key=f"k{number}", number=number, text=f"Action {number}", state="open", word="", reason="",
        owner="@alex", owner_id="alex", owner_known=True, due=date(2026, 12, 17), due_rule="30 days, as P1",
        priority="P1", why=None, done_when=None, refs=(), in_text=True, tracker="code",
        issue_label=f"acme/ops#{number}", issue_url=f"https://github.example/acme/ops/issues/{number}", adopted=False,
        verified_at=MONDAY - timedelta(minutes=9), unreachable_since=None, stale_since=None, ended_at=None,
        created_at=CLOSED, incident_id=1, incident_ref="acme/ops#42", incident_title="Checkout slow",
        incident_url="https://github.example/acme/ops/issues/42", incident_severity="SEV2",
        incident_closed_at=CLOSED, postmortem_id=17,
    )  # fmt: skip
    return replace(standing, **changes)  # type: ignore[arg-type]


def event(seq: int, number: int, kind: str, was: str | None = None, now: str | None = None, **at: datetime) -> Event:
    return Event(seq, number, kind, at.get("at", CLOSED), at.get("learned", CLOSED), was, now)


def facts(*standings: Standing, **changes: object) -> Facts:
    base = Facts(
        week=W47,
        as_of=MONDAY,
        zone=BERLIN,
        previous=None,
        last_seq=100,
        standings=standings,
        events=[event(one.id, one.id, "promised") for one in standings],
        incidents=[
            Incident(1, "acme/ops#42", "Checkout slow", "https://github.example/i/42", "SEV2", CLOSED, CLOSED, 17)
        ],
    )
    return replace(base, **changes)  # type: ignore[arg-type]
