"""The week's arithmetic: from how items stand and what we learned to one snapshot. Pure: no I/O, no clock.

An item's place in the sum follows from three facts only: was it open in the report before, was it promised since, is it
open now. So the sum always adds up, and an end that we learn of late is in exactly one report, with its real date.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service.followup import groups, withheld
from service.followup.facts import Facts
from service.followup.snapshot import REASONS, Row, Snapshot
from service.postmortem.standing import Standing

_SOON = timedelta(days=14)


def compute(facts: Facts) -> Snapshot:
    """The snapshot of one week, without a word of restricted incidents."""
    rows = [withheld.row(one) for one in _rows(facts)]
    opened = [row for row in rows if row.is_open]
    ended = [row for row in rows if row.ended]
    late = [row for row in opened if row.days_late]
    soon = facts.week.last_day + _SOON
    previous = facts.previous
    return Snapshot(
        week=str(facts.week),
        first_day=facts.week.first_day,
        last_day=facts.week.last_day,
        as_of=facts.as_of,
        zone=facts.zone.key,
        preview=facts.preview,
        first_seq=previous.last_seq if previous else 0,
        last_seq=facts.last_seq,
        previous_week=previous.week if previous else None,
        open_before=previous.open if previous else 0,
        added=sum(row.added for row in rows),
        reopened=sum(row.reopened for row in rows),
        ended=len(ended),
        done=sum(row.state == "done" for row in ended),
        wont_do=sum(row.state == "wont_do" for row in ended),
        open=len(opened),
        carried=sum(row.carried for row in opened),
        overdue=len(late),
        newly_overdue=sum(row.newly_overdue for row in late),
        oldest_late=max((row.days_late for row in late), default=0),
        unowned=sum(row.owner is None for row in opened),
        waiting=sum(row.state == "waiting" and not row.proposed for row in opened),
        proposed=sum(row.proposed for row in opened),
        unreachable=sum(row.state == "unreachable" for row in opened),
        decide=sum(row.decision != "" for row in opened),
        seen=sum(_fresh(row) for row in opened),
        soon=soon,
        next_due=min((row.due for row in opened if row.due and row.due >= facts.today), default=None),
        rows=tuple(rows),
        owners=groups.owners(rows, facts.people, facts.today, soon),
        incidents=tuple(withheld.incident(one) for one in groups.incidents(rows, facts)),
        moved=groups.moved(rows, facts.events),
        connections=groups.connections(opened, facts.troubles),
    )


def _rows(facts: Facts) -> list[Row]:
    before = {row.id: row for row in facts.previous.rows if row.is_open} if facts.previous else {}
    promised = {event.item_id for event in facts.events if event.kind == "promised"}
    changes = {event.item_id: event for event in facts.events if event.kind == "state"}  # the last of each item
    opened: list[Row] = []
    ended: list[Row] = []
    for standing in facts.standings:
        was_open = standing.id in before
        new = standing.id in promised and not was_open
        change = changes.get(standing.id)
        if not standing.ended:
            back = not was_open and not new and change is not None
            # an open item that no report has shown is new, even where its promise was never recorded
            added = not was_open and not back
            was_late = was_open and before[standing.id].days_late > 0
            opened.append(_row(facts, standing, was_open=was_open, added=added, reopened=back, was_late=was_late))
        elif was_open or new:
            ended.append(_row(facts, standing, was_open=was_open, added=new, at=change.happened_at if change else None))
    opened.sort(key=_order)
    ended.sort(key=lambda row: (row.ended_at or facts.as_of, row.id), reverse=True)
    return opened + ended


def _row(
    facts: Facts,
    standing: Standing,
    *,
    was_open: bool,
    added: bool,
    reopened: bool = False,
    was_late: bool = False,
    at: datetime | None = None,
) -> Row:
    late = standing.days_late(facts.today)
    closed = standing.incident_closed_at
    since = (closed or standing.created_at).astimezone(facts.zone).date()
    return Row(
        id=standing.id,
        number=standing.number,
        text=standing.text,
        state=standing.state,
        mark=standing.mark,
        state_word=standing.state_word,
        word=standing.word,
        reason=standing.reason,
        owner=standing.owner,
        owner_known=standing.owner_known,
        due=standing.due,
        due_rule=standing.due_rule,
        days_late=late,
        age=max((facts.today - since).days, 0),
        priority=standing.priority,
        in_text=standing.in_text,
        tracker=standing.tracker,
        issue_label=standing.issue_label,
        issue_url=standing.issue_url,
        seen_at=standing.verified_at,
        stale=standing.stale(facts.as_of),
        unreachable_since=standing.unreachable_since,
        ended_at=(standing.ended_at or at or standing.created_at) if standing.ended else None,
        incident_id=standing.incident_id,
        incident_ref=standing.incident_ref,
        incident_title=standing.incident_title,
        incident_url=standing.incident_url,
        incident_closed_at=closed,
        postmortem_id=standing.postmortem_id,
        decision=_decision(standing, late),
        is_open=not standing.ended,
        added=added,
        ended=standing.ended,
        reopened=reopened,
        carried=was_open and not standing.ended,
        newly_overdue=late > 0 and not was_late,
        visibility=standing.visibility,
        issue_visibility=standing.issue_visibility,
        proposed=standing.proposed,
        parked=standing.parked,
    )


def _decision(standing: Standing, late: int) -> str:
    if standing.ended:
        return ""
    if late:
        return "overdue"
    if standing.owner is None:
        return "no_owner"
    if standing.proposed:
        return "proposed"
    return standing.state if standing.state in ("waiting", "unreachable") else ""


def _order(row: Row) -> tuple[int, int, date, int]:
    reason = REASONS.index(row.decision) if row.decision else len(REASONS)
    return reason, -row.days_late, row.due or date.max, row.id


def _fresh(row: Row) -> bool:
    return row.issue_label is not None and not row.stale and row.state != "unreachable"
