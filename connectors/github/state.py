"""From GitHub's JSON to the state of an issue. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.base import IssueState, State
from connectors.github import wire, wire_graphql
from connectors.github.text import due

WONT_DO = ("not_planned", "duplicate")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def of_issue(issue: wire.Issue, repository_id: int, in_progress: Sequence[str], *, known_as: str = "") -> IssueState:
    """A REST answer. `known_as`: the id that the ledger has, where a transfer gave the issue a new one."""
    merged = issue.pull_request is not None and issue.pull_request.merged_at is not None
    reason = issue.state_reason or ""
    if issue.pull_request is not None and issue.state == "closed":
        reason = "merged" if merged else "not_planned"
    state, word = _state(issue.state, reason, issue.label_names, in_progress)
    assignees = issue.assignees or ()
    return IssueState(
        id=known_as or issue.node_id,
        label=f"{issue.place}#{issue.number}",
        url=issue.html_url,
        state=state,
        word=word,
        title=issue.title,
        updated_at=issue.updated_at or _BEGINNING,
        ended_at=issue.closed_at if state.ended else None,
        assignee=assignees[0].person() if assignees else None,
        due=due(issue.body),
        native=native(repository_id, issue.number, issue.id, issue.node_id),
        changed_by=issue.closed_by.person() if issue.closed_by and state.ended else None,
        comments=issue.comments,
    )


def of_node(node: wire_graphql.Node, in_progress: Sequence[str], *, known_as: str = "") -> IssueState:
    """A GraphQL node: OPEN, CLOSED or, of a pull request, MERGED."""
    word = node.state.lower()
    reason = (node.state_reason or "").lower()
    labels = [label.name for label in node.labels.nodes if label.name] if node.labels else []
    if node.kind == "PullRequest" and word == "closed":
        reason = "not_planned"
    elif word == "merged":
        word, reason = "closed", "merged"
    state, word = _state(word, reason, labels, in_progress)
    assignees = node.assignees.nodes if node.assignees else ()
    return IssueState(
        id=known_as or node.id,
        label=f"{node.repository.label}#{node.number}",
        url=node.url,
        state=state,
        word=word,
        title=node.title,
        updated_at=node.updated_at,
        ended_at=node.closed_at if state.ended else None,
        assignee=assignees[0].person() if assignees else None,
        due=due(node.body),
        native=native(node.repository.database_id, node.number, node.database_id, node.id),
        changed_by=node.last_actor,
        comments=node.comments.total if node.comments else None,
    )


def native(repository_id: int, number: int, issue_id: int, node_id: str) -> dict[str, str]:
    """The handles that are stored with an item and given back."""
    return {
        "repository_id": str(repository_id),
        "number": str(number),
        "issue_id": str(issue_id),
        "node_id": node_id,
    }


def stamp(at: datetime) -> str:
    """A moment as GitHub's parameters want it. PyGithub would send local wall time with a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(state: str, reason: str, labels: Sequence[str], in_progress: Sequence[str]) -> tuple[State, str]:
    """Our state, and GitHub's own word for it."""
    if state == "closed":
        return (State.WONT_DO if reason in WONT_DO else State.DONE), (reason or state).replace("_", " ")
    begun = {_plain(label) for label in in_progress}
    for label in labels:
        if _plain(label) in begun:
            return State.IN_PROGRESS, label
    return State.OPEN, reason or state


def _plain(label: str) -> str:
    """ "In-Progress", "in_progress" and "in progress" are the same label."""
    return label.casefold().replace("-", " ").replace("_", " ").strip()
