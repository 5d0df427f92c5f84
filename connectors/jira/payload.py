"""What a delivery of Jira means. Pure.

https://developer.atlassian.com/cloud/jira/platform/webhooks/ · Data Center sends the same with user names.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from connectors.answers import validated
from connectors.base import BadPayload, Said, Signal
from connectors.jira import wire
from connectors.jira.concern import foreign, skipped
from connectors.jira.marks import is_ours
from connectors.jira.settings import SourceSettings
from connectors.jira.ticket import is_closed, ticket

_DELIVERY = TypeAdapter(wire.Delivery)


#: what our own filing does to an incident ticket besides its comment
_LINKS = {"link", "issuelinks", "remoteissuelink", "remoteworkitemlink"}


def read(source: str, settings: SourceSettings, body: bytes, own: Collection[str] = ()) -> Signal:
    """Raises BadPayload with a sentence. `own`: the ids of the accounts that are and were ours."""
    delivery = _parsed(body)
    event, issue = delivery.webhookEvent or "", delivery.issue
    if issue is None:
        return Signal(Said.NOTHING, f"{event or 'a delivery'} names no issue, so there is nothing to look at.")
    at = _moment(delivery.timestamp) or issue.fields.updated
    said, why = _meaning(settings, delivery, event, issue, own)
    concerns = said in (Said.CLOSED, Said.EDITED, Said.REOPENED)
    return Signal(
        said,
        f"{issue.key or issue.id} {why}.",
        ref=issue.key,
        key=issue.id,
        at=at,
        ticket=ticket(source, settings, issue, closed_at=_closing(delivery, at), from_payload=True)
        if concerns
        else None,
        issue_id=issue.id,
    )


def _closing(delivery: wire.Delivery, at: datetime | None) -> datetime | None:
    """When the ticket was closed, if this very delivery tells of a new status. It may have been closed before, as the
    category of the old one is not told; the ticket's history knows."""
    items = delivery.changelog.items if delivery.changelog else ()
    return at if any(change.name == "status" for change in items) else None


def _parsed(body: bytes) -> wire.Delivery:
    try:
        return validated(_DELIVERY, body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadPayload(
            f"The delivery cannot be read as one of Jira: {where}: {first['msg']}.",
            "If it comes from Automation, choose “Issue data” as the body of the web request.",
        ) from None


def _moment(timestamp: object) -> datetime | None:
    """Milliseconds since 1970."""
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float) or not 0 < timestamp < 10**14:
        return None
    return datetime.fromtimestamp(timestamp / 1000, UTC)


def _meaning(
    settings: SourceSettings, delivery: wire.Delivery, event: str, issue: wire.Issue, own: Collection[str]
) -> tuple[Said, str]:
    """What is said, and the rest of a sentence that begins with the issue."""
    if event.startswith("comment_"):
        return _commented(settings, delivery, event, issue, own)
    if event == "jira:issue_deleted":
        return Said.ISSUE, "was deleted"
    closed = is_closed(issue.fields)
    if not event:  # Automation: a person chose when it is sent
        if delivery.comment is not None and _by_us(delivery.comment, own):
            return Said.NOTHING, "was sent by Automation for our own comment, which says nothing new"
        if not closed:
            return Said.ISSUE, "was sent by Automation and is not closed"
        return _concerning(settings, issue, Said.CLOSED, "was sent by Automation and is closed")
    if event != "jira:issue_updated":
        return Said.ISSUE, f"was told of by {event}"
    changes = {change.name: change for change in (delivery.changelog.items if delivery.changelog else ())}
    status, resolution = changes.get("status"), changes.get("resolution")
    if (status and closed) or (resolution and resolution.now):
        return _concerning(settings, issue, Said.CLOSED, "was closed")
    if not closed and resolution and resolution.was and not resolution.now:
        return _concerning(settings, issue, Said.REOPENED, "was opened again")
    if not closed and status is not None:
        # Which category the status was of is not told, and its name may be in any language. It matters only for
        # tickets that were closed before; for all others this is no news.
        return _concerning(settings, issue, Said.REOPENED, f"went from “{status.was}” to “{status.now}” and is open")
    if closed and delivery.comment is not None and not changes:
        return _commented(settings, delivery, event, issue, own)
    if changes and changes.keys() <= _LINKS and delivery.user is not None and delivery.user.id in own:
        return Said.NOTHING, "was linked by ourselves, which says nothing new"
    if closed:
        return _concerning(settings, issue, Said.EDITED, "was changed after it was closed")
    return Said.ISSUE, "was changed and is open"


def _by_us(comment: wire.Comment, own: Collection[str]) -> bool:
    """Our mark in what our account wrote. Both, as people quote us, and may share the account. Before our accounts are
    known, the mark alone: it only wakes, and what it says is not believed."""
    return is_ours(comment.body) and (not own or comment.author is None or comment.author.id in own)


def _commented(
    settings: SourceSettings, delivery: wire.Delivery, event: str, issue: wire.Issue, own: Collection[str]
) -> tuple[Said, str]:
    comment = delivery.comment
    if comment is not None and _by_us(comment, own):
        return Said.NOTHING, "has our own comment, which says nothing new"
    if comment is not None and not comment.for_everyone(False):  # it only wakes: what it says is not read here
        return Said.NOTHING, "has a comment that not everybody may read, so it is not read"
    if not is_closed(issue.fields):
        return Said.ISSUE, "has a comment and is open"
    return _concerning(settings, issue, Said.EDITED, "has a comment after it was closed")


def _concerning(settings: SourceSettings, issue: wire.Issue, said: Said, why: str) -> tuple[Said, str]:
    """The same if this is an incident by the settings; else an issue that may be an action item of ours."""
    if reason := foreign(settings, issue):
        return Said.ISSUE, f"{why}; {reason}"
    if said is not Said.REOPENED and (resolution := skipped(settings, issue)):
        return Said.NOTHING, f"{why} as “{resolution}”, which gets no postmortem"
    return said, why
