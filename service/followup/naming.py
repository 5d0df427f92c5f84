"""A report without the people who were forgotten. Pure."""

from __future__ import annotations

from dataclasses import replace

from service.followup import groups
from service.followup.snapshot import Snapshot
from service.postmortem.forgetting import Forgotten, is_placeholder


def without(snapshot: Snapshot, forgotten: Forgotten, *, revised: str | None = None) -> Snapshot:
    """The same figures; `revised` is the sentence that says why it is not as it was made."""
    owners = [forgotten.field(row.owner) for row in snapshot.rows]
    rows = tuple(
        replace(
            row,
            text=forgotten.text(row.text),
            reason=forgotten.text(row.reason),
            owner=owner,
            owner_known=row.owner_known or is_placeholder(owner),  # somebody, whose name is not ours to ask for
            incident_title=forgotten.text(row.incident_title),
        )
        for row, owner in zip(snapshot.rows, owners, strict=True)
    )
    return replace(
        snapshot,
        revised=snapshot.revised if revised is None else revised,
        rows=rows,
        owners=groups.owners_of(rows, snapshot) if rows != snapshot.rows else snapshot.owners,
        incidents=tuple(replace(one, title=forgotten.text(one.title)) for one in snapshot.incidents),
        moved=tuple(replace(move, text=forgotten.text(move.text)) for move in snapshot.moved),
        connections=tuple(replace(part, message=forgotten.text(part.message)) for part in snapshot.connections),
    )
