"""From GitHub's JSON to a Ticket. Pure.

`native` holds: api_url, repository_id, number, issue_id (for parent_issue_id) and node_id.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from connectors.base import Comment, EventKind, Ticket, TicketEvent, Visibility
from connectors.github import wire
from connectors.github.settings import SourceSettings
from connectors.github.severity import services, severity

TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")
MARKER = re.compile(r"<!-- afterword:[a-z]{1,20} key=([0-9A-Za-z]{1,100})[ >]")
#: GitHub's kinds whose subject stands in the event itself; the others need a word more
_SIMPLE = {
    "closed": EventKind.CLOSED,
    "reopened": EventKind.REOPENED,
    "labeled": EventKind.LABELED,
    "unlabeled": EventKind.UNLABELED,
    "assigned": EventKind.ASSIGNED,
    "unassigned": EventKind.UNASSIGNED,
    "renamed": EventKind.RENAMED,
    "referenced": EventKind.COMMIT,
}


def ticket(
    source: str, settings: SourceSettings, issue: wire.Issue, repo: wire.Repo, *, from_payload: bool = False
) -> Ticket | None:
    """The ticket without comments and events; None if the JSON lacks what a ticket needs."""
    if not repo.label or issue.created_at is None:
        return None
    labels = issue.label_names
    closed = issue.state == "closed"
    return Ticket(
        source=source,
        key=issue.node_id or f"{repo.label}#{issue.number}",
        ref=f"{repo.label}#{issue.number}",
        url=issue.html_url,
        title=issue.title,
        text=issue.body or "",
        visibility=Visibility.RESTRICTED if _restricted(settings, labels) else visibility(repo),
        opened_at=issue.created_at,
        closed_at=issue.closed_at if closed else None,
        closed=closed,
        closed_as=(issue.state_reason or "") if closed else "",
        labels=labels,
        severity=severity(labels, settings.severity_labels),
        services=services(labels),
        reporter=issue.user.person() if issue.user else None,
        assignees=tuple(user.person() for user in issue.assignees or ()),
        native={
            "api_url": settings.api_url,
            "repository_id": str(repo.id or ""),
            "number": str(issue.number),
            "issue_id": str(issue.id or ""),
            "node_id": issue.node_id,
        },
        from_payload=from_payload,
    )


def _restricted(settings: SourceSettings, labels: Sequence[str]) -> bool:
    """A label keeps the text of a ticket to itself, whoever may read the repository."""
    named = {label.casefold() for label in settings.restricted_labels}
    return any(label.casefold() in named for label in labels)


def visibility(repo: wire.Repo) -> Visibility:
    """Who may read it; what is not said counts as private."""
    if repo.visibility in ("public", "internal", "private"):
        return Visibility(repo.visibility)
    return Visibility.PUBLIC if repo.private is False else Visibility.PRIVATE


def comment(item: wire.Comment, own: Container[int]) -> Comment:
    """One comment. A marker counts only if an account of ours wrote it. `own`: their ids."""
    author = (item.user or wire.User(login="ghost")).person()
    text = item.body or ""
    ours = item.user is not None and item.user.id in own
    found = MARKER.search(text) if ours else None
    return Comment(
        id=str(item.id),
        author=author,
        at=item.created_at,
        text=text,
        url=item.html_url,
        trusted=item.author_association in TRUSTED and not ours,
        own=ours,
        marker=found[1] if found else None,
    )


def events(plain: Ticket, items: Iterable[wire.TimelineEvent]) -> tuple[TicketEvent, ...]:
    """What the timeline says, oldest first, from the opening on."""
    found = [TicketEvent(at=plain.opened_at, kind=EventKind.OPENED, by=plain.reporter, url=plain.url)]
    for item in items:
        found += _events(plain, item)
    return tuple(sorted(found, key=lambda event: event.at))


def _events(plain: Ticket, item: wire.TimelineEvent) -> Iterator[TicketEvent]:
    if item.created_at is None:
        return
    by = item.actor.person() if item.actor else None
    if item.event == "cross-referenced":
        yield from _cross_reference(plain, item)
    elif kind := _SIMPLE.get(item.event):
        subject, was = "", ""
        if item.event == "closed":
            subject = item.state_reason or ""
        elif item.label:
            subject = item.label.name or ""
        elif item.assignee:
            subject = item.assignee.login
        elif item.rename:
            subject, was = item.rename.to, item.rename.was
        elif item.event == "referenced":
            subject = (item.commit_id or "")[:7]
            if not subject:
                return
        yield TicketEvent(at=item.created_at, kind=kind, subject=subject, was=was, by=by)


def _cross_reference(plain: Ticket, item: wire.TimelineEvent) -> Iterator[TicketEvent]:
    """Another issue or pull request named this ticket. A private one is not told to those who read a wider ticket."""
    other = item.source.issue if item.source else None
    if other is None or item.created_at is None:
        return
    theirs = visibility(other.repository) if other.repository else plain.visibility
    audience = (Visibility.RESTRICTED, Visibility.PRIVATE, Visibility.INTERNAL, Visibility.PUBLIC)
    if audience.index(theirs) < audience.index(plain.visibility):
        return
    label = f"{other.repository.label if other.repository else other.place}#{other.number}"
    event = TicketEvent(
        at=item.created_at,
        kind=EventKind.LINKED,
        subject=label,
        by=item.actor.person() if item.actor else None,
        url=other.html_url,
    )
    if other.pull_request is None:
        yield event
        return
    subject = f"{label} {other.title}".strip()
    yield replace(event, kind=EventKind.PULL_REQUEST, subject=subject)
    if other.pull_request.merged_at is not None:
        yield replace(event, kind=EventKind.MERGED, subject=subject, at=other.pull_request.merged_at, by=None)
