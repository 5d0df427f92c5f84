"""A whole week's report made by hand: 21 open items, 11 that need a decision, and every part that a report can have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from connectors.base import Visibility
from service.followup.snapshot import Connection, IncidentRow, Moved, OwnerRow, Row, Snapshot
from service.followup.tallies import Bucket, GroupRow, Incomplete, OnTime, Repeat, Spread, TrendWeek

AS_OF = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
_WORDS = {
    "open": ("○", "Open"), "in_progress": ("◐", "In progress"), "done": ("●", "Done"), "wont_do": ("⊘", "Won't do"),
    "waiting": ("◇", "Waiting for a person"), "unreachable": ("◌", "Unreachable"),
}  # fmt: skip
#: id → title, and days since it closed
_INCIDENTS = {
    9: ("Login slow after database failover", 131), 10: ("Checkout errors during a deploy", 98),
    11: ("Refunds sent twice to the ledger", 81), 12: ("Order exports late after storage move", 68),
    13: ("Payment reports in the wrong currency", 53), 14: ("Checkout queue stalled", 34),
    15: ("Card payments refused after certificate change", 19), 16: ("Receipts sent late", 12),
    17: ("Checkout slow after database failover", 6), 18: ("Search results empty for nine minutes", 4),
}  # fmt: skip
TEAMS = {
    "@checkout-dev-1": "checkout", "@checkout-dev-2": "checkout", "@payments-dev-1": "payments",
    "@payments-dev-2": "payments", "@db-oncall": "platform", "@platform-dev-1": "platform", "@sre-oncall": "platform",
}  # fmt: skip


def row(number: int, text: str = "", incident: int = 17, **changes: object) -> Row:
    """An open item of @alex, due in a month; what is derived of it (marks, lateness, decision) follows `changes`."""
    title, age = _INCIDENTS.get(incident, (f"Incident {incident}", 6))
    state = str(changes.get("state", "open"))
    owner = changes.get("owner", "@alex")
    late = changes.get("days_late", 0)
    assert isinstance(late, int)
    over = state in ("done", "wont_do")
    jira = str(changes.get("issue_label", "#")).count("#") == 0
    base = Row(
        id=number, number=1, text=text or f"Action {number}", state=state, mark=_WORDS[state][0],
        state_word=_WORDS[state][1], word="", reason="", owner="@alex", owner_known=True,
        due=(AS_OF - timedelta(days=late)).date() if late else date(2026, 12, 17), due_rule="30 days, as P1",
        days_late=late, age=age, priority="P1", in_text=True, tracker="work" if jira else "code",
        issue_label=f"acme/ops#{number}",
        issue_url="https://jira.example/browse/" + str(changes.get("issue_label")) if jira
        else "https://github.example/issues/" + str(number),
        seen_at=AS_OF - timedelta(minutes=9), stale=False, unreachable_since=None,
        ended_at=AS_OF - timedelta(days=4) if over else None, incident_id=incident, incident_ref=f"acme/ops#{incident}",
        incident_title=title, incident_url=f"https://github.example/acme/ops/issues/{incident}",
        incident_closed_at=AS_OF - timedelta(days=age), postmortem_id=incident,
        decision="" if over else "overdue" if late else "no_owner" if owner is None
        else state if state in ("waiting", "unreachable") else "",
        is_open=not over, added=age < 7, ended=over, reopened=False, carried=age >= 7 and not over,
        newly_overdue=0 < late < 7, visibility=Visibility.PUBLIC, issue_visibility=Visibility.PUBLIC,
        severity="SEV2" if incident % 2 else "SEV3", services=("checkout",),
        teams=(TEAMS[str(owner)],) if owner in TEAMS else (), escalated=late > 60, days_open=12 if over else None,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


_FRIDAY = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
OVERDUE = (
    row(58, "Drop pooled connections when the primary changes", 9, days_late=101, owner="@db-oncall", stale=True,
        issue_label="acme/platform#112", seen_at=_FRIDAY,
        conflict="The due date was changed in the ticket and in the issue; the one in the issue is later and holds."),
    row(66, "Wait for open requests before a pod stops", 10, days_late=68, owner="release engineer", owner_known=False,
        issue_label="acme/checkout#240"),
    row(77, "Refuse a refund message that was already booked", 11, days_late=51, owner="@payments-dev-2",
        state="in_progress", issue_label="PAY-160"),
    row(84, "Check free space before an export starts", 12, days_late=38, owner="@platform-dev-1",
        issue_label="acme/ops#28"),
    row(96, "Test report totals against the ledger before sending", 13, days_late=23, owner=None,
        issue_label="PAY-181"),
    row(118, "Warn 21 days before a certificate ends", 15, days_late=12, owner="@payments-dev-1", state="in_progress",
        issue_label="PAY-198", snoozed_until=date(2026, 11, 30)),
    row(103, "Alert on queue depth", 14, days_late=4, owner="@sre-oncall", state="in_progress",
        issue_label="acme/ops#32"),
)  # fmt: skip
ASKED = (
    row(132, "Improve monitoring of the database", owner=None, issue_label="acme/ops#44"),
    row(137, "Show the age of the search index on the status page", 18, owner=None, issue_label="acme/search#78",
        due=date(2027, 1, 18)),
    row(133, "Rehearse a failover in staging each quarter", state="waiting", owner="@db-oncall", issue_label=None,
        issue_url=None, tracker=None, seen_at=None,
        reason="Sent to GitHub on 17 Nov, 15:33; no answer came. Looked twice and found no issue."),
    row(134, "Replace fixed host names in the order export", state="unreachable", owner="@payments-dev-2",
        issue_label="PAY-209", seen_at=datetime(2026, 11, 19, 15, 40, tzinfo=UTC), word="To do",
        unreachable_since=_FRIDAY),
)  # fmt: skip
CALM = (
    row(129, "Test pooled connections with a write, and drop those on a read-only server", owner="@checkout-dev-2"),
    row(131, "Page on checkout p95 over 3 minutes instead of 10", owner="@sre-oncall", due=date(2026, 11, 24)),
    row(136, "Make an index rebuild refuse to start while one is running", 18, owner="@checkout-dev-1"),
    row(126, "Alert on the age of the oldest receipt", 16, owner="@payments-dev-1", due=date(2026, 12, 4)),
    row(127, "Cap retries of the mail provider", 16, owner="@checkout-dev-1"),
    row(119, "Renew certificates without a manual step", 15, owner="@payments-dev-2", due=date(2026, 12, 4)),
    row(120, "Keep the card gateway runbook in one place", 15, owner="@checkout-dev-2"),
    row(104, "Limit one customer’s share of the queue", 14, owner="@sre-oncall"),
    row(105, "Write the runbook for draining the queue", 14, owner="@platform-dev-1", stale=True, seen_at=_FRIDAY,
        issue_label="acme/platform#120"),
    row(85, "Move the export job off the shared volume", 12, owner="@platform-dev-1", due=date(2026, 12, 15)),
)  # fmt: skip
ENDED = (
    row(130, "Give a retried write 2 seconds in all", state="done", word="Released", owner="@payments-dev-1",
        issue_label="PAY-207"),
    row(135, "Move the orders database to a managed service", state="wont_do", owner="@db-oncall",
        reason="part of the 2027 platform plan"),
    row(121, "Tell support within 10 minutes when cards are refused", 15, state="done", owner="@payments-dev-2",
        issue_label="PAY-201"),
    row(106, "Show queue depth on the checkout dashboard", 14, state="done", owner="@checkout-dev-2"),
    row(86, "Alert when an export has not run by 06:00", 12, state="done", owner="@platform-dev-1", late=True),
)  # fmt: skip
ROWS = OVERDUE + ASKED + CALM + ENDED
_TREND = ((15, 3, 4, 3), (13, 4, 0, 2), (18, 4, 6, 1), (16, 3, 2, 4), (19, 4, 5, 2), (16, 5, 0, 3), (17, 6, 3, 2),
          (21, 6, 7, 3), (17, 4, 1, 5), (19, 5, 4, 2), (17, 6, 2, 4), (21, 7, 9, 4))  # fmt: skip


def _group(name: str | None, rows: tuple[Row, ...]) -> GroupRow:
    return GroupRow(
        name=name,
        filed=sum(one.added for one in rows),
        done=sum(one.state == "done" for one in rows),
        done_late=sum(one.late for one in rows),
        wont_do=sum(one.state == "wont_do" for one in rows),
        open=sum(one.is_open for one in rows),
        overdue=sum(one.days_late > 0 for one in rows),
        oldest_late=max((one.days_late for one in rows), default=0),
        carried=sum(one.carried for one in rows),
        unowned=sum(one.is_open and one.owner is None for one in rows),
    )


def _owner(name: str | None, known: bool) -> OwnerRow:
    rows = [one for one in ROWS if one.owner == name]
    soon = [one for one in rows if one.is_open and one.due and AS_OF.date() <= one.due <= date(2026, 12, 6)]
    return OwnerRow(
        name, known, sum(one.is_open for one in rows), sum(one.days_late > 0 for one in rows),
        max(one.days_late for one in rows), len(soon), sum(one.ended for one in rows),
    )  # fmt: skip


def _incident(number: int) -> IncidentRow:
    rows = [one for one in ROWS if one.incident_id == number]
    first = rows[0]
    return IncidentRow(
        number, first.incident_ref, first.incident_title, first.incident_url, first.severity, first.incident_closed_at,
        number, len(rows), sum(one.is_open for one in rows), sum(one.days_late > 0 for one in rows),
        sum(one.ended for one in rows), number >= 17, Visibility.PUBLIC,
    )  # fmt: skip


def _of_team(team: str) -> tuple[Row, ...]:
    return tuple(one for one in ROWS if team in one.teams)


EXAMPLE = Snapshot(
    week="2026-W47", first_day=date(2026, 11, 16), last_day=date(2026, 11, 22), as_of=AS_OF, zone="Europe/Berlin",
    preview=False, first_seq=400, last_seq=470, previous_week="2026-W46", open_before=17, added=9, reopened=0, ended=5,
    done=4, wont_do=1, open=21, carried=14, overdue=7, newly_overdue=1, oldest_late=101, unowned=3, waiting=1,
    unreachable=1, decide=11, seen=17, soon=date(2026, 12, 6), next_due=date(2026, 11, 24), rows=ROWS,
    owners=(*(_owner(name, True) for name in TEAMS), _owner(None, True), _owner("release engineer", False)),
    incidents=tuple(_incident(number) for number in (18, 17, 16, 15, 14, 13, 12, 11, 10, 9)),
    moved=(Moved(85, "Move the export job off the shared volume", date(2026, 10, 16), date(2026, 12, 15), _FRIDAY),),
    connections=(
        Connection("code", "acme/checkout, acme/ops, acme/search", 14, AS_OF - timedelta(minutes=9), 0, None, "", None),
        Connection("code", "acme/platform", 2, _FRIDAY, 0, 403, "The token may not read issues there.",
                   _FRIDAY + timedelta(minutes=20)),
        Connection("work", "PAY", 4, AS_OF - timedelta(minutes=5), 1, None, "", None),
        Connection("", "", 1, None, 0, None, "", None),
    ),
    done_late=1, unmapped=1, escalated=2,
    teams=(*(_group(team, _of_team(team)) for team in ("checkout", "payments", "platform")),
           _group(None, tuple(one for one in ROWS if not one.teams))),
    severities=tuple(_group(name, tuple(one for one in ROWS if one.severity == name)) for name in ("SEV2", "SEV3")),
    buckets=(Bucket(1, 7, 1), Bucket(8, 30, 2), Bucket(31, 60, 2), Bucket(61, 90, 1), Bucket(91, None, 1)),
    trend=tuple(TrendWeek(f"2026-W{36 + at}", *figures, done_late=at % 2) for at, figures in enumerate(_TREND)),
    on_time=OnTime(23, 8, 4), to_done=Spread(35, 19.0, 8.5, 33.0, 96, 2),
    repeats=(
        Repeat(17, "acme/ops#17", "Checkout slow after database failover", "https://github.example/acme/ops/issues/17",
               AS_OF - timedelta(days=6), "service orders-db", "acme/ops#9", "Login slow after database failover",
               AS_OF - timedelta(days=131), 58, "Drop pooled connections when the primary changes", 101,
               Visibility.PUBLIC),
    ),
    incomplete=(
        Incomplete(17, 17, "acme/ops#17", "Checkout slow after database failover", AS_OF - timedelta(days=6),
                   ("Lessons learned", "Impact"), Visibility.PUBLIC),
    ),
)  # fmt: skip

#: a report that was frozen before any of the tallies beside the items were counted
OLD = replace(
    EXAMPLE, done_late=0, unmapped=0, escalated=0, teams=(), severities=(), buckets=(), trend=(), on_time=None,
    to_done=None, repeats=(), incomplete=(),
    rows=tuple(replace(one, severity=None, services=(), teams=(), late=False, days_open=None, snoozed_until=None,
                       escalated=False, conflict="") for one in ROWS),
)  # fmt: skip
EMPTY = replace(
    OLD, open=0, decide=0, overdue=0, carried=0, unowned=0, waiting=0, unreachable=0, oldest_late=0, newly_overdue=0,
    added=0, ended=0, done=0, wont_do=0, open_before=0, seen=0, next_due=None, rows=(), owners=(), incidents=(),
    moved=(), connections=(),
)  # fmt: skip
