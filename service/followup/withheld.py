"""A report for those who may not read all of it: the figures stay, the words go. Pure.

What is stored and shown on pages keeps restricted incidents to their tickets; what is sent to a public audience keeps
every incident that is not public, and what trackers said where not everybody can read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connectors.base import Visibility
from service.followup import groups
from service.followup.snapshot import IncidentRow, Row, Snapshot
from service.followup.tallies import Incomplete, Repeat
from service.postmortem.audience import NOT_SHOWN, may_flow, reference

#: in place of why an item waits
DECIDES = "A person decides, on its page."


def hides(ticket: Visibility, issue: Visibility | None, has_issue: bool) -> tuple[bool, bool]:
    """(all that its ticket says, its owner's name): what the internal audience does not see of an action item."""
    audience = Visibility.INTERNAL
    if not may_flow(ticket, audience):
        return True, True
    return False, has_issue and not may_flow(issue or Visibility.PRIVATE, audience)


def row(item: Row, audience: Visibility = Visibility.INTERNAL) -> Row:
    """The action item as that audience may see it."""
    if not may_flow(item.visibility, audience):
        return replace(
            item,
            text=reference(item.number, item.incident_ref),
            incident_title=item.incident_ref,
            word="",
            reason=DECIDES if item.state == "waiting" else "",
            due_rule="",  # it may name the severity
            owner=NOT_SHOWN if item.owner else None,
            owner_known=True,
            severity=None,
            services=(),
            teams=(),
            conflict="",
        )
    if may_flow(item.issue_visibility or Visibility.PRIVATE, audience):
        return item
    kept = item.reason if item.state == "waiting" else ""  # why an item waits is said by us
    if item.issue_label is None:
        return replace(item, reason=kept)
    return replace(
        item,
        word="",
        reason=kept,
        owner=NOT_SHOWN if item.owner else None,
        owner_known=True,
        teams=(),
        conflict="",  # it may say what the issue says
    )


def incident(one: IncidentRow, audience: Visibility = Visibility.INTERNAL) -> IncidentRow:
    """The incident as that audience may see it."""
    return one if may_flow(one.visibility, audience) else replace(one, title=one.ref, severity=None)


def repeat(one: Repeat, texts: Mapping[int, str], audience: Visibility = Visibility.INTERNAL) -> Repeat:
    """That an incident is like an earlier one, as that audience may see it: not in what, where one of both is withheld.
    `texts`: item → its words as they may be shown."""
    if may_flow(one.visibility, audience):
        return one
    text = texts.get(one.item_id, NOT_SHOWN)
    return replace(one, title=one.ref, by="", earlier_title=one.earlier_ref, item_text=text)


def incomplete(one: Incomplete, audience: Visibility = Visibility.INTERNAL) -> Incomplete:
    """A postmortem that lacks sections, as that audience may see it."""
    return one if may_flow(one.visibility, audience) else replace(one, title=one.ref)


def narrowed(snapshot: Snapshot, audience: Visibility) -> Snapshot:
    """A report as it was made, for that audience."""
    if audience is not Visibility.PUBLIC:
        return snapshot
    rows = tuple(row(one, audience) for one in snapshot.rows)
    incidents = tuple(incident(one, audience) for one in snapshot.incidents)
    connections = tuple(replace(part, message="") for part in snapshot.connections)
    texts = _texts(rows)
    shown = replace(_with(snapshot, rows, incidents), connections=connections)
    return replace(
        shown,
        repeats=tuple(repeat(one, texts, audience) for one in shown.repeats),
        incomplete=tuple(incomplete(one, audience) for one in shown.incomplete),
    )


def as_now(snapshot: Snapshot, tickets: Mapping[int, Visibility], issues: Mapping[int, Visibility]) -> Snapshot:
    """A report as it may be stored and shown now: a ticket or an issue that fewer people can read since it was made
    is theirs alone. `tickets`: incident → who can read it, `issues`: action item → who can read its issue; what is not
    in them is as it was."""
    rows = tuple(
        replace(
            one,
            visibility=one.visibility.narrower(tickets.get(one.incident_id, one.visibility)),
            issue_visibility=one.issue_visibility
            and one.issue_visibility.narrower(issues.get(one.id, one.issue_visibility)),
        )
        for one in snapshot.rows
    )
    incidents = tuple(
        replace(one, visibility=one.visibility.narrower(tickets.get(one.id, one.visibility)))
        for one in snapshot.incidents
    )
    of_item = {one.id: one.visibility for one in rows}
    repeats = tuple(
        replace(
            one,
            visibility=one.visibility.narrower(tickets.get(one.incident_id, one.visibility)).narrower(
                of_item.get(one.item_id, one.visibility)
            ),
        )
        for one in snapshot.repeats
    )
    gaps = tuple(
        replace(one, visibility=one.visibility.narrower(tickets.get(one.incident_id, one.visibility)))
        for one in snapshot.incomplete
    )
    now = (rows, incidents, repeats, gaps)
    if now == (snapshot.rows, snapshot.incidents, snapshot.repeats, snapshot.incomplete):
        return snapshot
    shown = _with(snapshot, tuple(map(row, rows)), tuple(map(incident, incidents)))
    texts = _texts(shown.rows)
    return replace(
        shown,
        repeats=tuple(repeat(one, texts) for one in repeats),
        incomplete=tuple(incomplete(one) for one in gaps),
    )


def for_everybody(snapshot: Snapshot) -> bool:
    """Whether everybody can read the tickets of all that it names: even the number of another one is not theirs."""
    rows = {one.id for one in snapshot.rows}
    named = {one.visibility for one in snapshot.rows} | {one.visibility for one in snapshot.incidents}
    named |= {one.visibility for one in snapshot.repeats} | {one.visibility for one in snapshot.incomplete}
    return named <= {Visibility.PUBLIC} and all(move.item_id in rows for move in snapshot.moved)


def _with(snapshot: Snapshot, rows: tuple[Row, ...], incidents: tuple[IncidentRow, ...]) -> Snapshot:
    """Its other parts follow its rows."""
    texts = _texts(rows)
    counts = groups.figures_of(rows, snapshot)
    return replace(
        snapshot,
        rows=rows,
        owners=groups.owners_of(rows, snapshot),
        # a report that was made before there were such tables has none
        teams=counts.teams([team.name for team in snapshot.teams if team.name]) if snapshot.teams else (),
        severities=counts.severities() if snapshot.severities else (),
        incidents=incidents,
        moved=tuple(replace(move, text=texts.get(move.item_id, NOT_SHOWN)) for move in snapshot.moved),
    )


def _texts(rows: Iterable[Row]) -> dict[int, str]:
    return {one.id: one.text for one in rows}
