"""The week's arithmetic: from how items stand and what we learned to one snapshot. Pure: no I/O, no clock.

The figures are counted of lean items (lean.py, figures.py), whatever there is; rows are made of those that are open or
ended since the report before, with their words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from service.followup import ages, groups, repeats, withheld
from service.followup.facts import Facts
from service.followup.figures import Figures, figures
from service.followup.lean import Counted, Lean, Since, chosen, counted, leans_of
from service.followup.snapshot import REASONS, Row, Snapshot
from service.followup.tallies import OnTime, Spread, Took, TrendWeek
from service.followup.trend import begins, trend
from service.postmortem.standing import Standing

_SOON = timedelta(days=14)


def compute(facts: Facts) -> Snapshot:
    """The snapshot of one week, without a word of restricted incidents."""
    before = facts.before
    since = Since.of(before, facts.events)
    items = chosen(facts, leans_of(facts) if facts.leans is None else facts.leans)
    counts = counted(facts, items, since)
    rows = _rows(facts, items, counts, since)
    opened = [row for row in rows if row.is_open]
    soon = facts.week.last_day + _SOON
    found = figures(counts, facts.today, soon)
    total = found.total
    new = groups.new_incidents(facts)
    incidents = groups.incidents(rows, facts)
    on_time, to_done = finished(facts, items, since)
    open_before = total.carried + sum(one.ended and not one.added for one in counts)
    return Snapshot(
        week=str(facts.week),
        first_day=facts.week.first_day,
        last_day=facts.week.last_day,
        as_of=facts.as_of,
        zone=facts.zone.key,
        preview=facts.preview,
        first_seq=facts.first_seq if facts.first_seq is not None else before.last_seq if before else 0,
        last_seq=facts.last_seq,
        previous_week=before.week if before else None,
        open_before=open_before,
        added=total.added,
        reopened=total.reopened,
        ended=total.ended,
        done=total.done,
        wont_do=total.wont_do,
        open=total.open,
        carried=total.carried,
        overdue=total.overdue,
        newly_overdue=total.newly_overdue,
        oldest_late=total.oldest_late,
        unowned=found.unowned,
        waiting=total.states["waiting"] - total.proposed,
        unreachable=total.states["unreachable"],
        decide=total.decide,
        seen=sum(one.seen for one in counts),
        soon=soon,
        next_due=total.next_due,
        rows=tuple(rows),
        owners=found.owners(facts.people),
        incidents=tuple(withheld.incident(one) for one in incidents),
        moved=groups.moved(rows, facts.events),
        connections=groups.connections(opened, facts.troubles),
        proposed=total.proposed,
        name=facts.part.name,
        about=facts.part.about,
        late=facts.late,
        done_late=total.done_late,
        elsewhere=max(before.open - open_before, 0) if before else 0,
        unmapped=found.unmapped,
        escalated=total.escalated,
        teams=found.teams(facts.people),
        severities=found.severities(),
        buckets=found.buckets,
        trend=trend(_this_week(facts, found), facts.trend),
        on_time=on_time,
        to_done=to_done,
        repeats=repeats.repeats(rows, frozenset(one.id for one in incidents if one.id in new), facts),
        incomplete=repeats.incomplete(incidents, facts),
    )


def finished(facts: Facts, items: Iterable[Lean], since: Since) -> tuple[OnTime, Spread]:
    """Of the items that are done, and that ended in the twelve weeks up to now by their own date."""
    first = begins(facts.week, facts.zone)
    done = Counter(facts.took)
    for number, _, due, ended_at, promised_at, like in items:
        at = ended_at or since.ends.get(number)
        if like.state != "done" or at is None or at < first:
            continue
        if facts.took is None or ended_at is None or number in facts.held:  # else the database counted it
            due = facts.held.get(number, due)
            late = None if due is None else ages.ended_late(due, at, facts.zone)
            done[Took(late, ages.days_between(promised_at, ended_at, facts.zone))] += 1
    return ages.on_time(done), ages.spread(done)


def _this_week(facts: Facts, found: Figures) -> TrendWeek:
    total = found.total
    return TrendWeek(str(facts.week), total.open, total.overdue, total.added, total.done, total.done_late)


def _rows(facts: Facts, items: Iterable[Lean], counts: Iterable[Counted], since: Since) -> list[Row]:
    """The open ones as they need a decision, then those that ended, the latest first; as they may be shown."""
    standings = {standing.id: standing for standing in facts.standings}
    promised = {item.id: item.promised_at for item in items}
    rows = [_row(facts, standings[one.id], one, promised[one.id], since) for one in counts]
    opened = sorted((row for row in rows if row.is_open), key=_order)
    ended = sorted((row for row in rows if row.ended), key=lambda row: (row.ended_at or facts.as_of, row.id))
    return [withheld.row(row) for row in (*opened, *reversed(ended))]


def _row(facts: Facts, standing: Standing, one: Counted, promised_at: datetime | None, since: Since) -> Row:
    closed = standing.incident_closed_at
    told = (closed or standing.created_at).astimezone(facts.zone).date()
    ended_at = standing.ended_at or since.ends.get(standing.id)
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
        days_late=one.days_late,
        age=max((facts.today - told).days, 0),
        priority=standing.priority,
        in_text=standing.in_text,
        tracker=standing.tracker,
        issue_label=standing.issue_label,
        issue_url=standing.issue_url,
        seen_at=standing.verified_at,
        stale=standing.stale(facts.as_of),
        unreachable_since=standing.unreachable_since,
        ended_at=(ended_at or standing.created_at) if one.ended else None,
        incident_id=standing.incident_id,
        incident_ref=standing.incident_ref,
        incident_title=standing.incident_title,
        incident_url=standing.incident_url,
        incident_closed_at=closed,
        postmortem_id=standing.postmortem_id,
        decision=one.decision,
        is_open=one.is_open,
        added=one.added,
        ended=one.ended,
        reopened=one.reopened,
        carried=one.carried,
        newly_overdue=one.newly_overdue,
        visibility=standing.visibility,
        issue_visibility=standing.issue_visibility,
        proposed=standing.proposed,
        parked=standing.parked,
        severity=standing.incident_severity,
        services=standing.incident_services,
        teams=one.teams,
        late=one.late,
        days_open=ages.days_between(promised_at, standing.ended_at, facts.zone) if one.ended else None,
        snoozed_until=standing.snoozed_until,
        escalated=one.escalated,
        conflict=standing.conflict,
    )


def _order(row: Row) -> tuple[int, int, date, int]:
    reason = REASONS.index(row.decision) if row.decision else len(REASONS)
    return reason, -row.days_late, row.due or date.max, row.id
