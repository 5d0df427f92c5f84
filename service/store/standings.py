"""How action items stand, read in one query for documents, comments, pages and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.base import Visibility
from service import wording
from service.postmortem.forgetting import is_placeholder
from service.postmortem.people import plain
from service.postmortem.standing import Standing, place_of
from service.store import places
from service.store.tables import incidents, items, postmortems, writes

_QUERY = (
    sa.select(
        items,
        incidents.c.ref.label("incident_ref"),
        incidents.c.title.label("incident_title"),
        incidents.c.url.label("incident_url"),
        incidents.c.severity.label("incident_severity"),
        incidents.c.closed_at.label("incident_closed_at"),
        incidents.c.visibility.label("incident_visibility"),
        incidents.c.services.label("incident_services"),
        incidents.c.labels.label("incident_labels"),
        postmortems.c.id.label("postmortem_id"),
        writes.c.state.label("write_state"),
        writes.c.reason.label("write_reason"),
    )
    .join(incidents, incidents.c.id == items.c.incident_id)
    .outerjoin(postmortems, postmortems.c.incident_id == items.c.incident_id)
    .outerjoin(writes, writes.c.key == sa.literal("issue:") + items.c.key)
)


def state_of(state: str, has_issue: bool, unclear: bool, write_state: str | None, unreachable: bool) -> str:
    """Waiting is ours: the filing's outcome is unknown, or it is not clear which item this is."""
    if not has_issue and state == "open":
        if unclear or write_state in ("unknown", "waiting", "proposed"):
            return "waiting"
        if write_state in ("planned", "failed", "parked"):
            return "open"
    return "unreachable" if unreachable else state


def _reason(row: Row[Any]) -> str:
    if row.issue_id is None and row.state == "open":
        if row.unclear:
            return wording.UNCLEAR
        if row.write_state in ("unknown", "waiting", "proposed", "planned", "failed", "parked"):
            return row.write_reason or ""
    return row.ended_reason or ""


def owner_of(assignee: str | None, called: str | None, said: str | None, names: Mapping[str, str]) -> str | None:
    """Who is assigned in the tracker; else who the ticket names, unless a person took the assignment back (""). As the
    people map calls them, else as it is written: a login has its @."""
    if assignee and _forgotten(assignee, names):
        return None
    if assignee:
        return names.get(plain(assignee)) or _called(assignee, called)
    return None if assignee == "" else _said(said, names)


def known_of(owner: str | None, assignee: str | None, in_map: bool) -> bool:
    """False: a name in the text that is not in the people map."""
    return owner is None or bool(assignee) or in_map


def _said(said: str | None, names: Mapping[str, str]) -> str | None:
    """Who the ticket names."""
    if not said or _forgotten(said, names):
        return None
    return names.get(plain(said)) or said


def _forgotten(name: str, names: Mapping[str, str]) -> bool:
    """What stands in place of a person is nobody, unless the people map knows somebody of that name."""
    return is_placeholder(name) and plain(name) not in names


def _called(handle: str, name: str | None) -> str:
    """A name as it is; a login behind its @."""
    if name and name != handle:
        return name
    return handle if handle.startswith("@") else f"@{handle}"


def _standing(row: Row[Any], names: Mapping[str, str], seen: Mapping[tuple[str, str], Visibility]) -> Standing:
    state = state_of(
        row.state, row.issue_id is not None, bool(row.unclear), row.write_state, row.unreachable_since is not None
    )
    owner = owner_of(row.assignee, row.assignee_name, row.owner_text, names)
    asked = row.write_state if row.issue_id is None else ""
    return Standing(
        id=row.id,
        key=row.key,
        number=row.number,
        text=row.text,
        state=state,
        word=row.word,
        reason=_reason(row),
        owner=owner,
        owner_id=(row.assignee or None) if owner else None,
        owner_known=known_of(owner, row.assignee, row.owner_known),
        due=row.due,
        due_rule=row.due_rule,
        priority=row.priority,
        why=row.why,
        done_when=row.done_when,
        refs=tuple(row.refs),
        in_text=row.in_text,
        tracker=row.tracker,
        issue_label=row.issue_label,
        issue_url=row.issue_url,
        adopted=row.adopted,
        verified_at=row.verified_at,
        unreachable_since=row.unreachable_since,
        stale_since=row.stale_since,
        ended_at=row.ended_at,
        created_at=row.created_at,
        incident_id=row.incident_id,
        incident_ref=row.incident_ref,
        incident_title=row.incident_title,
        incident_url=row.incident_url,
        incident_severity=row.incident_severity,
        incident_closed_at=row.incident_closed_at,
        postmortem_id=row.postmortem_id,
        notes=tuple(row.notes),
        proposed=state == "waiting" and asked == "proposed" and not row.unclear,
        parked=state == "open" and asked == "parked",
        visibility=Visibility(row.incident_visibility),
        issue_visibility=seen.get((row.tracker or "", place_of(row.issue_label).lower())),
        owner_said=_said(row.owner_text, names),
        incident_services=tuple(row.incident_services),
        incident_labels=tuple(row.incident_labels),
        snoozed_until=row.snoozed_until,
        conflict=" ".join((row.conflicts or {}).values()),
    )


def standings(
    connection: Connection,
    incident_id: int | None = None,
    item_id: int | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> list[Standing]:
    """Every item (of one incident, or one item), in the order of the document. `names`: People.names, how
    the people map calls that person."""
    query = _QUERY.order_by(items.c.incident_id, items.c.number)
    if incident_id is not None:
        query = query.where(items.c.incident_id == incident_id)
    if item_id is not None:
        query = query.where(items.c.id == item_id)
    seen = seen_places(connection)
    return [_standing(row, names or {}, seen) for row in connection.execute(query)]


def some(connection: Connection, item_ids: Iterable[int], *, names: Mapping[str, str]) -> list[Standing]:
    """These items, in the order of their ids."""
    seen = seen_places(connection)
    return [
        _standing(row, names, seen)
        for batch in batches(item_ids)
        for row in connection.execute(_QUERY.where(items.c.id.in_(batch)).order_by(items.c.id))
    ]


def seen_places(connection: Connection) -> dict[tuple[str, str], Visibility]:
    """(tracker, place) → who can read its issues."""
    return {(one.tracker, one.place.lower()): one.visibility for one in places.everything(connection)}


def batches(item_ids: Iterable[int], size: int = 500) -> Iterator[list[int]]:
    """As many as one statement takes; SQLite takes 999 parameters at the least."""
    ordered = sorted(item_ids)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
