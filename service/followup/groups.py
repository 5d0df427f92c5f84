"""The report's tables beside the item list: by owner, by incident, dates that moved, and how fresh it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from service.followup.facts import Event, Facts, Trouble
from service.followup.snapshot import Connection, IncidentRow, Moved, OwnerRow, Row, Snapshot
from service.postmortem.standing import place_of


def owners(rows: Sequence[Row], people: Sequence[str], today: date, soon: date) -> tuple[OwnerRow, ...]:
    """In the order of the people map; then known names outside of it, no owner, and names that nobody mapped."""
    place = {name.removeprefix("@"): index for index, name in enumerate(people)}
    grouped: dict[tuple[str | None, bool], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.owner, row.owner_known or row.owner is None), []).append(row)

    def order(key: tuple[str | None, bool]) -> tuple[int, int, str]:
        name, known = key
        if name is None:
            return 1, 0, ""
        return (0, place.get(name.removeprefix("@"), len(place)), name) if known else (2, 0, name)

    return tuple(_owner(*key, grouped[key], today, soon) for key in sorted(grouped, key=order))


def owners_of(rows: Sequence[Row], snapshot: Snapshot) -> tuple[OwnerRow, ...]:
    """Of other rows of this report, in its own order."""
    today = snapshot.as_of.astimezone(ZoneInfo(snapshot.zone)).date()
    return owners(rows, [owner.name for owner in snapshot.owners if owner.name], today, snapshot.soon)


def _owner(name: str | None, known: bool, rows: Sequence[Row], today: date, soon: date) -> OwnerRow:
    return OwnerRow(
        name=name,
        known=known,
        open=sum(row.is_open for row in rows),
        overdue=sum(row.days_late > 0 for row in rows),
        oldest_late=max(row.days_late for row in rows),
        due_soon=sum(row.is_open and row.due is not None and today <= row.due <= soon for row in rows),
        ended=sum(row.ended for row in rows),
    )


def incidents(rows: Sequence[Row], facts: Facts) -> tuple[IncidentRow, ...]:
    """The new ones first, then those with something open or just ended; each group by when it closed."""
    known = {row.id for row in facts.previous.incidents} if facts.previous else set()
    since = facts.previous.as_of - timedelta(days=1) if facts.previous else None
    totals: dict[int, int] = {}
    for standing in facts.standings:
        totals[standing.incident_id] = totals.get(standing.incident_id, 0) + 1
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.incident_id, []).append(row)
    listed: list[IncidentRow] = []
    for incident in facts.incidents:
        # a day of overlap, minus what the report before lists: nothing falls between two reports
        new = incident.id not in known and (since is None or incident.created_at > since)
        own = grouped.get(incident.id, [])
        if new or own:
            listed.append(
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
                    new=new,
                    visibility=incident.visibility,
                )
            )
    return tuple(sorted(listed, key=lambda row: (not row.new, row.closed_at or facts.as_of, row.id)))


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
