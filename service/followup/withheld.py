"""A report for those who may not read all of it: the figures stay, the words go. Pure.

What is stored and shown on pages keeps restricted incidents to their tickets; what is sent to a public audience keeps
every incident that is not public, and what trackers said where not everybody can read.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.base import Visibility
from service.followup import groups
from service.followup.snapshot import IncidentRow, Row, Snapshot
from service.postmortem.audience import NOT_SHOWN, may_flow, reference

#: in place of why an item waits
DECIDES = "A person decides, on its page."


def row(item: Row, audience: Visibility = Visibility.INTERNAL) -> Row:
    """The action item as that audience may see it."""
    if not may_flow(item.visibility, audience):
        return replace(
            item,
            text=reference(item.number, item.incident_ref),
            incident_title=item.incident_ref,
            word="",
            reason=DECIDES if item.state == "waiting" else "",
            owner=NOT_SHOWN if item.owner else None,
            owner_known=True,
        )
    if may_flow(item.issue_visibility or Visibility.PRIVATE, audience):
        return item
    kept = item.reason if item.state == "waiting" else ""  # why an item waits is said by us
    if item.issue_label is None:
        return replace(item, reason=kept)
    return replace(item, word="", reason=kept, owner=NOT_SHOWN if item.owner else None, owner_known=True)


def incident(one: IncidentRow, audience: Visibility = Visibility.INTERNAL) -> IncidentRow:
    """The incident as that audience may see it."""
    return one if may_flow(one.visibility, audience) else replace(one, title=one.ref, severity=None)


def narrowed(snapshot: Snapshot, audience: Visibility) -> Snapshot:
    """A report as it was made, for that audience."""
    if audience is not Visibility.PUBLIC:
        return snapshot
    rows = tuple(row(one, audience) for one in snapshot.rows)
    texts = {one.id: one.text for one in rows}
    return replace(
        snapshot,
        rows=rows,
        owners=groups.owners_of(rows, snapshot),
        incidents=tuple(incident(one, audience) for one in snapshot.incidents),
        moved=tuple(replace(move, text=texts.get(move.item_id, NOT_SHOWN)) for move in snapshot.moved),
        connections=tuple(replace(part, message="") for part in snapshot.connections),
    )
