"""Comments on the issues of action items in Jira: ours, found by their marker, and what people write.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import Comment, Denied, NotSent, OutcomeUnknown, Person, Published, Sure, Tracked, Unavailable
from connectors.jira import wire
from connectors.jira.client import Client, parse
from connectors.jira.marks import is_ours, markdown, marks_in, property_of, with_mark
from connectors.jira.settings import TrackerSettings
from connectors.jira.ticket import is_desk
from connectors.transport import unless


class _Comment(wire.Comment):
    updated: wire.Time = None


class _Page(wire.Comments):
    comments: tuple[_Comment, ...] = ()


_COMMENTS = TypeAdapter(_Page)
_MADE = TypeAdapter(wire.MadeComment)
_ISSUE = TypeAdapter(wire.Issue)


def comment(client: Client, tracked: Tracked, marker: str, body: str, sure: Sure | None) -> Published:
    """Exactly one POST; in a service desk it is internal. Raises NotSent, Limited, Refused or OutcomeUnknown.

    Where it is not known yet whether the issue lies in a service desk, that is asked first.
    """
    path = f"{_home(tracked)}/comment"
    properties = property_of("nudge", marker)
    try:
        if _in_desk(client, tracked):
            properties.append({"key": "sd.public.comment", "value": {"internal": True}})
    except Unavailable as error:
        raise NotSent(error.message, error.mend, status=error.status) from error
    text = with_mark("nudge", marker, body, client.version)
    with unless(sure):
        answer = client.write("POST", path, {"body": text, "properties": properties})
    if answer.status != 201:
        raise OutcomeUnknown(f"Jira answered {answer.status}, not 201, to POST {path}.", status=answer.status)
    return _published(client, tracked, parse(_MADE, answer, f"POST {path}", write=True).id)


def commented(client: Client, accounts: tuple[str, ...], tracked: Tracked, marker: str) -> Published | None:
    """Ours with this marker, the oldest if there are several; one call for each 100 comments."""
    own = {client.account().id, *accounts} - {""}
    for one in _all(client, tracked):
        by_us = one.author is not None and one.author.id in own
        if by_us and marker in marks_in(one.body, one.properties, "nudge"):
            return _published(client, tracked, one.id)
    return None


def comments(
    client: Client, settings: TrackerSettings, accounts: tuple[str, ...], tracked: Tracked, since: datetime | None
) -> Sequence[Comment]:
    """Those written or edited since then that everybody who sees the issue may read, each with the time when it got its
    present words. Jira lists all of them, one call for each 100.

    A text that ends as ours do is nobody's word, also where the token may not ask who we are. `trusted`: all but
    customers; Data Center does not say who is one, so that in a service desk nobody is.
    """
    own = {*accounts}
    with suppress(Denied):
        own.add(client.account().id)
    desk = _in_desk(client, tracked)
    listed = list(_all(client, tracked))
    people = {user.id: user.displayName for one in listed if (user := one.author) and user.id and user.displayName}
    found = []
    for one in listed:
        author = one.author.person() if one.author and one.author.id else Person("", "unknown")
        at = one.updated or one.created
        if at is None or (since is not None and at < since) or not one.for_everyone(desk):
            continue
        if author.bot or (author.id and author.id in own) or is_ours(one.body):
            continue
        found.append(
            Comment(
                id=one.id,
                author=author,
                at=at,
                text=markdown(one.body, people),
                url=_published(client, tracked, one.id).url,
                trusted=_trusted(one.author, desk),
            )
        )
    return sorted(found, key=lambda one: one.at)


def _trusted(author: wire.User | None, desk: bool) -> bool:
    if author is None or not author.id:
        return False
    return author.accountType == "atlassian" if author.accountType else not desk


def _all(client: Client, tracked: Tracked) -> Iterator[_Comment]:
    for page in client.pages(f"{_home(tracked)}/comment", {"expand": "properties"}, _COMMENTS):
        yield from page.comments


def _in_desk(client: Client, tracked: Tracked) -> bool:
    kind = tracked.native.get("project_type")
    if kind:
        return kind == "service_desk"
    path = _home(tracked)
    return is_desk(parse(_ISSUE, client.get(path, {"fields": "project"}), f"GET {path}"))


def _home(tracked: Tracked) -> str:
    """The issue by its id, which a move does not change."""
    return f"issue/{tracked.id}"


def _published(client: Client, tracked: Tracked, comment_id: str) -> Published:
    key = tracked.native.get("key") or tracked.label
    return Published(comment_id, f"{client.browse(key)}?focusedCommentId={comment_id}")
