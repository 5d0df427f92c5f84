"""Action items as a report's figures see them: lean columns, no text, in one pass; the same meaning as standings.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import State, Visibility
from service.followup import withheld
from service.followup.lean import Lean
from service.postmortem.standing import ENDED, FRESH, place_of
from service.store.standings import batches, known_of, owner_of, seen_places, state_of
from service.store.tables import events, incidents, items, writes

_OPEN = [state.value for state in State if state.value not in ENDED]
_DONE = State.DONE.value
_ENDED = sorted(ENDED)


def leans(
    connection: Connection,
    *,
    now: datetime,
    done_since: datetime,
    touched: Iterable[int],
    names: Mapping[str, str],
    sorted_by_incident: bool,
) -> list[Lean]:
    """The items that are open, those that were done since then, and `touched`, each once.

    `names`: People.names. `sorted_by_incident`: with services and labels of their incidents, which a report of a part
    asks for.
    """
    make = _Maker(connection, names)
    selected = _columns(connection, now, sorted_by_incident)
    found = [make(row) for row in connection.execute(selected.where(items.c.state.in_(_OPEN)))]
    known = {item.id for item in found}
    done = selected.where(items.c.state == _DONE, items.c.ended_at >= done_since)
    found += [make(row) for row in connection.execute(done)]
    known.update(item.id for item in found)
    for batch in batches(set(touched) - known):
        found += [make(row) for row in connection.execute(selected.where(items.c.id.in_(batch)))]
    return found


def _columns(connection: Connection, now: datetime, sorted_by_incident: bool) -> sa.Select[Any]:
    promise = (
        sa.select(sa.func.min(events.c.happened_at))
        .where(events.c.item_id == items.c.id, events.c.kind == "promised")
        .correlate(items)
        .scalar_subquery()
    )
    # ticked in the text before it was ever filed: nobody noted when it was promised
    noted = items.c.state.in_(_ENDED) & ~(items.c.done_in_text & items.c.issue_id.is_(None))
    fresh = sa.and_(items.c.issue_label.is_not(None), items.c.stale_since.is_(None), items.c.verified_at >= now - FRESH)
    query = sa.select(
        items.c.id,
        items.c.incident_id,
        items.c.state,
        items.c.issue_id.is_not(None).label("has_issue"),
        sa.case((items.c.issue_id.is_(None), items.c.unclear), else_=None).label("unclear"),
        writes.c.state.label("write_state"),
        items.c.unreachable_since.is_not(None).label("unreachable"),
        items.c.assignee,
        items.c.assignee_name,
        items.c.owner_text,
        items.c.owner_known,
        items.c.due,
        sa.func.coalesce(fresh, sa.false()).label("fresh"),
        items.c.ended_at,
        sa.case((noted, promise), else_=None).label("promised_at"),
        incidents.c.visibility,
        incidents.c.severity,
        items.c.tracker,
        items.c.issue_label,
        *((incidents.c.services, incidents.c.labels) if sorted_by_incident else (sa.null(), sa.null())),
    )
    key = sa.literal("issue:") + items.c.key
    return query.join(incidents, incidents.c.id == items.c.incident_id).outerjoin(
        writes, sa.and_(items.c.issue_id.is_(None), writes.c.key == key)
    )


class _Maker:
    """Of rows, in the order of `_columns`. What many items share is worked out once."""

    def __init__(self, connection: Connection, names: Mapping[str, str]) -> None:
        self.names = names
        self.seen = seen_places(connection)
        self.owners: dict[tuple[str | None, str | None, str | None, bool], tuple[str | None, bool]] = {}
        self.hidden: dict[tuple[str, str | None, str | None], tuple[bool, bool]] = {}

    def __call__(self, row: Any) -> Lean:
        (
            number, incident, state, has_issue, unclear, write_state, unreachable, assignee, called, said, in_map, due,
            fresh, ended_at, promised_at, visibility, severity, tracker, label, services, labels,
        ) = row  # fmt: skip
        who = (assignee, called, said, in_map)
        if who not in self.owners:
            owner = owner_of(assignee, called, said, self.names)
            self.owners[who] = (owner, known_of(owner, assignee, in_map))
        owner, known = self.owners[who]
        where = (visibility, tracker, place_of(label) if label else None)
        if where not in self.hidden:
            place = self.seen.get((tracker or "", (where[2] or "").lower()))
            self.hidden[where] = withheld.hides(Visibility(visibility), place, label is not None)
        kept, unnamed = self.hidden[where]
        if not has_issue or unreachable:
            state = state_of(state, has_issue, bool(unclear), write_state, unreachable)
        return Lean(
            number,
            incident,
            state,
            write_state == "proposed" and state == "waiting" and not unclear,
            owner,
            known,
            due,
            fresh,
            ended_at,
            promised_at,
            kept,
            unnamed,
            severity,
            services or (),
            labels or (),
        )


def held(connection: Connection, since: datetime) -> dict[int, date | None]:
    """Ended item whose due date was moved after its end → the date that held when it ended.

    Moved after it: by the tracker's clock, and learned later than the end. What was learned together is taken as it is:
    nobody can tell which came first. Of those that ended since then.
    """
    ends = sa.alias(events)
    learned = sa.exists().where(
        ends.c.item_id == events.c.item_id,
        ends.c.kind == "state",
        ends.c.now == items.c.state,
        ends.c.learned_at < events.c.learned_at,
    )
    query = (
        sa.select(events.c.item_id, events.c.was)
        .join(items, items.c.id == events.c.item_id)
        .where(
            items.c.state.in_(_ENDED),
            items.c.ended_at >= since,
            events.c.kind == "due",
            events.c.happened_at > items.c.ended_at,
            learned,
        )
        .order_by(events.c.seq.desc())  # the first of them is what stays
    )
    rows = connection.execute(query)
    return {row.item_id: date.fromisoformat(row.was) if row.was else None for row in rows}


def per_incident(connection: Connection, incident_ids: Iterable[int]) -> dict[int, int]:
    """Incident → how many items it has."""
    found: dict[int, int] = {}
    for batch in batches(incident_ids):
        query = sa.select(items.c.incident_id, sa.func.count()).where(items.c.incident_id.in_(batch))
        found.update((row[0], row[1]) for row in connection.execute(query.group_by(items.c.incident_id)))
    return found
