"""The report's tables beside the item list: by owner, by incident, dates that moved, and how fresh it is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.followup.facts import Event, Facts, Trouble
from service.followup.figures import Figures, figures
from service.followup.snapshot import Connection, IncidentRow, Moved, OwnerRow, Row, Snapshot
from service.postmortem.standing import place_of

_OVERLAP = timedelta(days=1)


def figures_of(rows: Sequence[Row], snapshot: Snapshot) -> Figures:
    """Of other rows of this report."""
    return figures(rows, snapshot.as_of.astimezone(ZoneInfo(snapshot.zone)).date(), snapshot.soon)


def owners_of(rows: Sequence[Row], snapshot: Snapshot) -> tuple[OwnerRow, ...]:
    """Of other rows of this report, in its own order."""
    return figures_of(rows, snapshot).owners([owner.name for owner in snapshot.owners if owner.name])


def incidents(rows: Sequence[Row], facts: Facts) -> tuple[IncidentRow, ...]:
    """The new ones first, then those with something open or just ended; each group by when it closed."""
    new = new_incidents(facts)
    totals = facts.totals
    if totals is None:
        totals = Counter(standing.incident_id for standing in facts.standings)
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.incident_id, []).append(row)
    of_part = facts.part.incidents(grouped)
    listed = [
        IncidentRow(
            id=incident.id,
            ref=incident.ref,
            title=incident.title,
            url=incident.url,
            severity=incident.severity,
            closed_at=incident.closed_at,
            postmortem_id=incident.postmortem_id,
            items=totals.get(incident.id, 0),
            open=sum(row.is_open for row in own),
            overdue=sum(row.days_late > 0 for row in own),
            ended=sum(row.ended for row in own),
            new=incident.id in new,
            visibility=incident.visibility,
        )
        for incident in facts.incidents
        if (own := grouped.get(incident.id, [])) or (incident.id in new and of_part(incident.id, incident))
    ]
    return tuple(sorted(listed, key=lambda row: (not row.new, row.closed_at or facts.as_of, row.id)))


def new_since(facts: Facts) -> datetime | None:
    """Incidents that we learned of since then may be new; None: all. A day of overlap with the report before, so that
    nothing falls between two. The first report of a part begins with its week."""
    before = facts.before
    if before is not None:
        return before.as_of - _OVERLAP
    return None if facts.part.whole else facts.week.start(facts.zone)


def new_incidents(facts: Facts) -> frozenset[int]:
    """Those that no report of this name has listed, of the time since the one before."""
    before, since = facts.before, new_since(facts)
    known = before.incidents if before else frozenset()
    return frozenset(
        one.id for one in facts.incidents if one.id not in known and (since is None or one.created_at > since)
    )


def moved(rows: Sequence[Row], events: Iterable[Event]) -> tuple[Moved, ...]:
    texts = {row.id: row.text for row in rows}
    moves: dict[int, Moved] = {}
    for event in events:
        if event.kind == "due" and event.item_id in texts:
            first = moves.get(event.item_id)
            was = first.was if first else _day(event.was)
            moves[event.item_id] = Moved(event.item_id, texts[event.item_id], was, _day(event.now), event.happened_at)
    return tuple(move for move in moves.values() if move.was is not None and move.was != move.now)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def connections(opened: Sequence[Row], troubles: Sequence[Trouble]) -> tuple[Connection, ...]:
    """One line for what answers of each tracker, one for each part that does not, one for what has no issue yet."""
    troubled = {item: trouble for trouble in troubles for item in trouble.items}
    grouped: dict[tuple[str, Trouble | None], list[Row]] = {}
    for row in opened:
        if row.issue_label is None:
            grouped.setdefault(("", None), []).append(row)
        else:
            grouped.setdefault((row.tracker or "", troubled.get(row.id)), []).append(row)
    lines = [_connection(tracker, trouble, rows) for (tracker, trouble), rows in grouped.items()]
    return tuple(sorted(lines, key=lambda line: (line.tracker == "", line.tracker, line.since is not None, line.scope)))


def _connection(tracker: str, trouble: Trouble | None, rows: Sequence[Row]) -> Connection:
    reachable = [row for row in rows if row.state != "unreachable"]
    # what a person is asked about, or parked, is no trouble
    why = next((row.reason for row in rows if row.reason and not row.proposed and not row.parked), "")
    stamps = [row.seen_at for row in reachable]
    return Connection(
        tracker=tracker,
        scope=trouble.scope if trouble else ", ".join(sorted({place_of(row.issue_label) for row in rows} - {""})),
        open=len(rows),
        # one that was never read by id makes the whole line "never": nothing is shown fresher than it is
        seen_at=min((stamp for stamp in stamps if stamp), default=None) if tracker and None not in stamps else None,
        unreachable=len(rows) - len(reachable),
        status=trouble.status if trouble else None,
        message=trouble.message if trouble else "" if tracker else why,
        since=trouble.since if trouble else None,
    )
