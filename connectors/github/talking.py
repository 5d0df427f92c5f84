"""Comments on the issues of action items in GitHub: ours, found by their marker, and what people write.

https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import Comment, Denied, OutcomeUnknown, Published, Sure, Tracked
from connectors.github import ours, wire
from connectors.github.client import Client
from connectors.github.reading import parse
from connectors.github.settings import TrackerSettings
from connectors.github.state import stamp
from connectors.github.text import with_marker
from connectors.github.ticket import comment as as_comment
from connectors.transport import unless

_COMMENTS = TypeAdapter(list[wire.Comment])
_COMMENT = TypeAdapter(wire.Comment)
_OURS = "<!-- afterword:"


def comment(client: Client, tracked: Tracked, marker: str, body: str, sure: Sure | None) -> Published:
    """Exactly one POST. Raises NotSent, Limited, Refused or OutcomeUnknown."""
    path = _path(client, tracked)
    with unless(sure):
        answer = client.write("POST", path, {"body": with_marker("nudge", marker, body)})
    if answer.status != 201:
        raise OutcomeUnknown(f"GitHub answered {answer.status}, not 201, to POST {path}.", status=answer.status)
    made = parse(_COMMENT, answer, f"POST {path}", write=True)
    return Published(str(made.id), made.html_url)


def commented(client: Client, accounts: tuple[str, ...], tracked: Tracked, marker: str) -> Published | None:
    """Ours with this marker, the oldest if there are several; one call for each 100 comments."""
    own = {client.account().id, *ours.logins(accounts)}
    for item in _all(client, tracked, None):
        if as_comment(item, own).own and f"<!-- afterword:nudge key={marker} -->" in (item.body or ""):
            return Published(str(item.id), item.html_url)
    return None


def comments(
    client: Client, settings: TrackerSettings, accounts: tuple[str, ...], tracked: Tracked, since: datetime | None
) -> Sequence[Comment]:
    """Those written or edited since then, each with the time when it got its present words; one call for each 100.

    A text that begins as ours do is nobody's word, also where the token may not ask who we are.
    """
    own = set(ours.logins(accounts))
    with suppress(Denied):
        own.add(client.account().id)
    found = []
    for item in _all(client, tracked, since):
        said = replace(as_comment(item, own), at=item.updated_at or item.created_at)
        theirs = not said.own and not said.author.bot and not said.text.lstrip().startswith(_OURS)
        if theirs and (since is None or said.at >= since.replace(microsecond=0)):
            found.append(said)
    return sorted(found, key=lambda one: one.at)


def _all(client: Client, tracked: Tracked, since: datetime | None) -> Iterator[wire.Comment]:
    path = _path(client, tracked)
    for page in client.pages(path, {"since": stamp(since)} if since else {}):
        yield from parse(_COMMENTS, page, f"GET {path}")


def _path(client: Client, tracked: Tracked) -> str:
    """By the ids of the repository, which a rename does not change."""
    number = tracked.native.get("number") or tracked.label.rpartition("#")[2]
    return f"{client.home(tracked.native.get('repository_id'), tracked.label)}/issues/{number}/comments"
