"""Action items as a report's figures see them: lean columns, no text, in one pass; the same meaning as standings.py."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.base import State, Visibility
from service.followup import withheld
from service.followup.lean import Lean, Like
from service.postmortem.standing import ENDED, FRESH, place_of
from service.store.standings import batches, known_of, owner_of, seen_places, state_of
from service.store.tables import events, incidents, items, writes

_OPEN = [state.value for state in State if state.value not in ENDED]
_DONE = State.DONE.value
_ENDED = sorted(ENDED)
_EVENT = (
    sa.select(sa.func.min(events.c.happened_at))
    .where(events.c.item_id == items.c.id, events.c.kind == "promised")
    .correlate(items)
    .scalar_subquery()
)
#: None: ticked in the text before it was ever filed, so nobody noted when. Older versions noted it in the event alone.
PROMISED_AT = sa.case(
    (
        items.c.state.in_(_ENDED) & ~(items.c.done_in_text & items.c.issue_id.is_(None)),
        sa.func.coalesce(items.c.promised_at, _EVENT),
    )
)


def leans(
    connection: Connection,
    *,
    now: datetime,
    done_since: datetime | None,
    touched: Iterable[int],
    names: Mapping[str, str],
    sorted_by_incident: bool,
) -> list[Lean]:
    """The items that are open, those that were done since then, and `touched`, each once.

    `done_since` None: no other that is done. `names`: People.names. `sorted_by_incident`: with services and labels of
    their incidents, which a report of a part asks for.
    """
    make = _Maker(connection, names)
    common = _columns(now, sorted_by_incident)
    found = [make(row) for row in connection.execute(common.where(items.c.state.in_(_OPEN)))]
    known = {item.id for item in found}
    ended = common.add_columns(items.c.ended_at, PROMISED_AT)
    if done_since is not None:
        done = ended.where(items.c.state == _DONE, items.c.ended_at >= done_since)
        found += [make.ended(row) for row in connection.execute(done)]
        known.update(item.id for item in found)
    for batch in batches(set(touched) - known):
        found += [make.ended(row) for row in connection.execute(ended.where(items.c.id.in_(batch)))]
    return found


def _columns(now: datetime, sorted_by_incident: bool) -> sa.Select[Any]:
    """What each item has of its own, its issue's label, and what many have in common."""
    fresh = sa.and_(items.c.issue_label.is_not(None), items.c.stale_since.is_(None), items.c.verified_at >= now - FRESH)
    asked = sa.case((items.c.issue_id.is_(None), _text(items.c.unclear) != "[]"), else_=sa.false())
    query = sa.select(
        items.c.id,
        items.c.incident_id,
        items.c.due,
        items.c.issue_label,
        items.c.state,
        items.c.issue_id.is_not(None),
        asked,
        writes.c.state,
        items.c.unreachable_since.is_not(None),
        items.c.assignee,
        items.c.assignee_name,
        items.c.owner_text,
        items.c.owner_known,
        items.c.tracker,
        sa.func.coalesce(fresh, sa.false()),
        incidents.c.visibility,
        incidents.c.severity,
        *((_text(incidents.c.services), _text(incidents.c.labels)) if sorted_by_incident else ()),
    )
    key = sa.literal("issue:") + items.c.key
    return query.join(incidents, incidents.c.id == items.c.incident_id).outerjoin(
        writes, sa.and_(items.c.issue_id.is_(None), writes.c.key == key)
    )


class _Maker:
    """Of rows, in the order of `_columns`; when they ended and were promised stands behind them."""

    def __init__(self, connection: Connection, names: Mapping[str, str]) -> None:
        self.names = names
        self.seen = seen_places(connection)
        self.alike: dict[tuple[str | None, tuple[Any, ...]], Like] = {}

    def __call__(self, row: Any, ended_at: datetime | None = None, promised_at: datetime | None = None) -> Lean:
        number, incident, due, label = row[:4]
        common = (place_of(label) if label else None, row[4:])
        like = self.alike.get(common)
        if like is None:
            like = self.alike[common] = self._like(common[0], *common[1])
        return Lean(number, incident, due, ended_at, promised_at, like)

    def ended(self, row: Any) -> Lean:
        return self(row[:-2], row[-2], row[-1])

    def _like(
        self, place: str | None, state: str, has_issue: bool, unclear: bool, write_state: str | None, unreachable: bool,
        assignee: str | None, called: str | None, said: str | None, in_map: bool, tracker: str | None, fresh: bool,
        visibility: str, severity: str | None, services: str = "[]", labels: str = "[]",
    ) -> Like:  # fmt: skip
        state = state_of(state, has_issue, unclear, write_state, unreachable)
        owner = owner_of(assignee, called, said, self.names)
        seen = self.seen.get((tracker or "", (place or "").lower()))
        kept, unnamed = withheld.hides(Visibility(visibility), seen, place is not None)
        return Like(
            state=state,
            proposed=write_state == "proposed" and state == "waiting" and not unclear,
            owner=owner,
            owner_known=known_of(owner, assignee, in_map),
            fresh=bool(fresh),
            kept=kept,
            unnamed=unnamed,
            incident_severity=severity,
            incident_services=tuple(json.loads(services)),
            incident_labels=tuple(json.loads(labels)),
        )


def _text(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """A JSON column as it is written: what can be compared, and read once for all that are alike."""
    return sa.cast(column, sa.Text)


def held(connection: Connection, since: datetime) -> dict[int, date | None]:
    """Ended item whose due date was moved after its end → the date that held when it ended.

    Moved after it: by the tracker's clock, and learned later than the end. What was learned together is taken as it is:
    nobody can tell which came first. Of those that ended since then.
    """
    query = _moved(since, events.c.item_id, events.c.was).order_by(events.c.seq.desc())  # the first of them stays
    return {row.item_id: date.fromisoformat(row.was) if row.was else None for row in connection.execute(query)}


def held_ids(since: datetime) -> sa.Select[Any]:
    """The items of `held`."""
    return _moved(since, events.c.item_id)


def _moved(since: datetime, *columns: sa.Column[Any]) -> sa.Select[Any]:
    ends = sa.alias(events)
    learned = sa.exists().where(
        ends.c.item_id == events.c.item_id,
        ends.c.kind == "state",
        ends.c.now == items.c.state,
        ends.c.learned_at < events.c.learned_at,
    )
    return (
        sa.select(*columns)
        .join(items, items.c.id == events.c.item_id)
        .where(
            items.c.state.in_(_ENDED),
            items.c.ended_at >= since,
            events.c.kind == "due",
            events.c.happened_at > items.c.ended_at,
            learned,
        )
    )


def per_incident(connection: Connection, incident_ids: Iterable[int]) -> dict[int, int]:
    """Incident → how many items it has."""
    found: dict[int, int] = {}
    for batch in batches(incident_ids):
        query = sa.select(items.c.incident_id, sa.func.count()).where(items.c.incident_id.in_(batch))
        found.update((row[0], row[1]) for row in connection.execute(query.group_by(items.c.incident_id)))
    return found
