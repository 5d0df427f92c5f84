"""A Jira issue as an incident ticket: its facts, its comments, its history. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime

from connectors.base import Comment, EventKind, Person, Ticket, TicketEvent, Visibility
from connectors.jira import wire
from connectors.jira.concern import restricted
from connectors.jira.marks import markdown, marks_in
from connectors.jira.settings import SourceSettings

#: the fields that a ticket is made of
FIELDS = (
    "summary,description,status,resolution,resolutiondate,statuscategorychangedate,priority,labels,components,issuetype,"
    "project,assignee,reporter,creator,created,updated,duedate,security"
)
_SEVERITY = re.compile(r"^sev(?:erity)?[ :/_-]{0,3}s?([0-9])$", re.IGNORECASE)


def is_closed(fields: wire.Fields) -> bool:
    """In the category "done"; where no category is told (an old server), resolved."""
    category = fields.status.statusCategory.key if fields.status and fields.status.statusCategory else None
    return category == "done" if category else bool(fields.resolution and fields.resolution.name)


def closing_told(fields: wire.Fields) -> datetime | None:
    """When it was closed, if a field says so. The time of the last change would move with every comment."""
    return fields.resolutiondate or fields.statuscategorychangedate


def ticket(
    source: str,
    settings: SourceSettings,
    issue: wire.Issue,
    *,
    closed_at: datetime | None = None,
    is_open: bool = False,
    from_payload: bool = False,
) -> Ticket | None:
    """The ticket without comments and events; None where the issue does not say when it was made.

    `closed_at`: for where it does not say when it was closed. `is_open`: everybody can read its project.
    """
    fields = issue.fields
    if fields.created is None or not issue.key:
        return None
    closed = is_closed(fields)
    people = names(issue, ())
    resolution = fields.resolution.name if fields.resolution else None
    status = fields.status.name if fields.status else None
    project = fields.project or wire.Project()
    return Ticket(
        source=source,
        key=issue.id,
        ref=issue.key,
        url=f"{settings.url}/browse/{issue.key}",
        title=fields.summary or issue.key,
        text=markdown(fields.description, people),
        visibility=_visibility(settings, fields, is_open, from_payload),
        opened_at=fields.created,
        closed_at=(closing_told(fields) or closed_at) if closed else None,
        closed=closed,
        closed_as=(resolution or status or "") if closed else "",
        labels=fields.labels or (),
        severity=severity(fields, settings.severity_field),
        services=tuple(one.name for one in fields.components or () if one.name),
        reporter=_person(fields.reporter),
        assignees=(fields.assignee.person(),) if fields.assignee and fields.assignee.id else (),
        native={
            "site": settings.url,
            "id": issue.id,
            "key": issue.key,
            "project": project.key or issue.key.rpartition("-")[0],
            "project_type": project.projectTypeKey or "",
        },
        from_payload=from_payload,
    )


def _visibility(settings: SourceSettings, fields: wire.Fields, is_open: bool, from_payload: bool) -> Visibility:
    if restricted(settings, fields, from_payload=from_payload):
        return Visibility.RESTRICTED
    return Visibility.PUBLIC if is_open else Visibility.INTERNAL


def severity(fields: wire.Fields, field: str | None) -> str | None:
    """From the field of the settings, else a label (sev2, severity-2), else the priority."""
    stated = (fields.model_extra or {}).get(field) if field else None
    if isinstance(stated, dict):
        stated = stated.get("value") or stated.get("name")
    if isinstance(stated, str) and stated.strip():
        return stated.strip()[:100]
    for label in fields.labels or ():
        if match := _SEVERITY.match(label.strip()):
            return f"SEV{match[1]}"
    return fields.priority.name if fields.priority else None


def names(issue: wire.Issue, comments: Iterable[wire.Comment]) -> dict[str, str]:
    """Id → name of the people who appear on the ticket, for mentions in its text."""
    fields = issue.fields
    users = [fields.reporter, fields.assignee, fields.creator, *(comment.author for comment in comments)]
    return {user.id: user.displayName for user in users if user and user.id and user.displayName}


def comments(
    settings: SourceSettings, issue: wire.Issue, found: Sequence[wire.Comment], own: Container[str]
) -> Iterator[Comment]:
    """Those that everyone who sees the ticket may read. Restricted ones and internal ones of a service desk are left
    out, but for our own, which is there to be found. `own`: the ids of the accounts that are and were ours."""
    people, desk = names(issue, found), is_desk(issue)
    for one in found:
        author = one.author.person() if one.author and one.author.id else Person("", "unknown")
        by_us = bool(author.id) and author.id in own
        ours = marks_in(one.body, one.properties, "comment") if by_us else set()
        if not (one.for_everyone(desk) or (ours and not one.visibility)) or one.created is None:
            continue
        yield Comment(
            id=one.id,
            author=author,
            at=one.created,
            text=markdown(one.body, people),
            url=f"{settings.url}/browse/{issue.key}?focusedCommentId={one.id}",
            trusted=_trusted(settings, issue, one.author) and not by_us,
            own=by_us,
            marker=min(ours, default=None),
        )


def is_desk(issue: wire.Issue) -> bool:
    """Whether it lies in a service desk, where customers read what is not internal."""
    return issue.fields.project is not None and issue.fields.project.projectTypeKey == "service_desk"


def _trusted(settings: SourceSettings, issue: wire.Issue, author: wire.User | None) -> bool:
    if author is None or not author.id:
        return False
    if settings.trusted == "everyone":
        return True
    if settings.trusted != "internal":
        return author.id in settings.trusted
    if author.accountType:
        return author.accountType == "atlassian"
    # Data Center does not say who is a customer; in a service desk only the assignee is known to be none
    assignee = issue.fields.assignee
    return not is_desk(issue) or (assignee is not None and assignee.id == author.id)


def events(
    issue: wire.Issue, histories: Sequence[wire.History], url: str, closed_at: datetime | None = None
) -> tuple[TicketEvent, ...]:
    """What the changelog says, oldest first. `closed_at`: when it was closed, if that is known."""
    fields = issue.fields
    found: list[TicketEvent] = []
    if fields.created is not None:
        found.append(TicketEvent(fields.created, EventKind.OPENED, by=_person(fields.reporter), url=url))
    for history in histories:
        if history.created is None:
            continue
        by = _person(history.author)
        for change in history.items:
            for kind, subject, was in _changes(change):
                found.append(TicketEvent(history.created, kind, subject, was, by, url))
    found.sort(key=lambda event: event.at)
    if is_closed(fields) and not any(event.kind is EventKind.CLOSED for event in found):
        # a workflow without resolutions: a change of status closed it, if nothing else is known the last
        moves = [event for event in found if event.kind is EventKind.STATUS]
        last = next((event for event in moves if event.at == closed_at), moves[-1] if moves else None)
        if last is not None:
            found.append(TicketEvent(last.at, EventKind.CLOSED, last.subject, "", last.by, url))
            found.sort(key=lambda event: event.at)
    return tuple(found)


def _changes(change: wire.Change) -> Iterator[tuple[EventKind, str, str]]:
    was, now = change.was or "", change.now or ""
    match change.name:
        case "status":
            yield EventKind.STATUS, now, was
        case "resolution":
            yield (EventKind.CLOSED, now, "") if now else (EventKind.REOPENED, "", was)
        case "assignee":
            if was:
                yield EventKind.UNASSIGNED, was, ""
            if now:
                yield EventKind.ASSIGNED, now, ""
        case "priority":
            yield EventKind.PRIORITY, now, was
        case "summary":
            yield EventKind.RENAMED, now, was
        case "labels":
            before, after = was.split(), now.split()
            yield from ((EventKind.LABELED, label, "") for label in after if label not in before)
            yield from ((EventKind.UNLABELED, label, "") for label in before if label not in after)
        case "link" | "issuelinks":
            if change.now_id:
                yield EventKind.LINKED, change.now_id, ""


def _person(user: wire.User | None) -> Person | None:
    return user.person() if user and user.id else None
