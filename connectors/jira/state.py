"""A Jira issue as the state of an action item. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors.base import Filed, IssueState, Person, State, Unavailable
from connectors.jira import wire
from connectors.jira.settings import named_in
from connectors.jira.ticket import is_closed

FIELDS = (
    *("summary", "status", "resolution", "resolutiondate", "assignee", "duedate", "priority"),
    *("created", "updated", "project"),
)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def of_issue(
    issue: wire.Issue, url: str, wont_do: Sequence[str], priorities: Mapping[str, str] | None = None
) -> IssueState:
    """`url` is where people see it, `priorities` our levels by Jira's names.

    Raises Unavailable if the answer lacks what a state needs."""
    fields = issue.fields
    updated = fields.updated or fields.created
    if updated is None or fields.status is None:
        raise Unavailable(f"Jira's answer on {issue.key or issue.id} lacks its status or time.")
    state, word = _state(fields, wont_do)
    return IssueState(
        id=issue.id,
        label=issue.key,
        url=url,
        state=state,
        word=word,
        title=fields.summary or issue.key,
        updated_at=updated,
        ended_at=(fields.resolutiondate or fields.statuscategorychangedate or updated) if state.ended else None,
        assignee=fields.assignee.person() if fields.assignee and fields.assignee.id else None,
        due=fields.duedate,
        native=native(issue),
        priority=_priority(fields, priorities or {}),
        changed_by=_changed_by(issue),
    )


def _priority(fields: wire.Fields, priorities: Mapping[str, str]) -> str | None:
    """P1 where the settings call a priority of Jira so, else Jira's own word."""
    said = fields.priority
    if said is None or not said.name:
        return None
    return next((level for level, name in priorities.items() if named_in(said, (name,))), said.name)


def _changed_by(issue: wire.Issue) -> Person | None:
    """Who gave it the status or resolution of now, if the answer holds its changelog."""
    if issue.changelog is None:
        return None
    turns = [one for one in issue.changelog.histories if {item.name for item in one.items} & {"status", "resolution"}]
    last = max(turns, key=lambda one: one.created or _LONG_AGO, default=None)
    return last.author.person() if last and last.author and last.author.id else None


def _state(fields: wire.Fields, wont_do: Sequence[str]) -> tuple[State, str]:
    status = (fields.status.name if fields.status else None) or ""
    resolution = fields.resolution
    if is_closed(fields):
        if resolution is not None and named_in(resolution, wont_do):
            return State.WONT_DO, resolution.name or status
        return State.DONE, status
    category = fields.status.statusCategory.key if fields.status and fields.status.statusCategory else None
    return (State.IN_PROGRESS if category == "indeterminate" else State.OPEN), status


def native(issue: wire.Issue) -> dict[str, str]:
    """What is kept with the item: the key and project as they are now."""
    project = issue.fields.project or wire.Project()
    kept = {"key": issue.key, "project": project.key or issue.key.rpartition("-")[0]}
    return {**kept, "project_type": project.projectTypeKey} if project.projectTypeKey else kept


def filed(issue: wire.Issue, url: str) -> Filed:
    """An issue of ours that was found."""
    return Filed(id=issue.id, label=issue.key, url=url, native=native(issue))
