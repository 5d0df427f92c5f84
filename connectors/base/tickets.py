"""Incident tickets, and what a delivery says of them. Frozen; text is Markdown, every time aware and in UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Visibility(StrEnum):
    """Who can read a ticket or a repository, the widest first. Text never flows to a wider audience than it came from.

    RESTRICTED is a ticket's own: a security level, or a label or field that the settings name. Its text stays with it.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"
    RESTRICTED = "restricted"

    def narrower(self, other: Visibility) -> Visibility:
        """The one that fewer people can read."""
        widest_first = list(Visibility)
        return max(self, other, key=widest_first.index)


class Secret:
    """A secret that never shows itself: not in repr, not in logs, not in a settings dump.

    `origin` says where it comes from ("the variable OPS_SECRET"), so that an error can name it.
    """

    __slots__ = ("_read", "origin")

    def __init__(self, read: Callable[[], str], origin: str) -> None:
        self._read = read
        self.origin = origin

    def reveal(self) -> str:
        return self._read()

    def __repr__(self) -> str:
        return f"Secret({self.origin})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is the tool's stable handle: a GitHub login, a Jira accountId (Cloud) or user name (Data Center)."""

    id: str
    name: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment that everyone who sees the ticket may read; restricted ones never get this far.

    `trusted`: the author has a role on the ticket (GitHub OWNER, MEMBER, COLLABORATOR; Jira roles from settings).
    `own`: written by the account that we use ourselves, or used before, so it never counts as a person's word.
    `marker`: the marker found in such a comment, else None.
    """

    id: str
    author: Person
    at: datetime
    text: str
    url: str
    trusted: bool = False
    marker: str | None = None
    own: bool = False


class EventKind(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"
    STATUS = "status"  # subject: the new status; was: the old one
    LABELED = "labeled"
    UNLABELED = "unlabeled"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    RENAMED = "renamed"  # subject: the new title; was: the old one
    PRIORITY = "priority"
    LINKED = "linked"  # subject: the other ticket or pull request, e.g. acme/checkout#311
    PULL_REQUEST = "pull_request"  # a linked pull request; subject: "acme/checkout#311 title"
    MERGED = "merged"  # a linked pull request was merged
    COMMIT = "commit"  # a commit that names the ticket; subject: short hash


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that the tool recorded about a ticket. The words for it are chosen by the document."""

    at: datetime
    kind: EventKind
    subject: str = ""
    was: str = ""
    by: Person | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An incident ticket as its source tells it.

    `ref` is what people say (acme/ops#42, OPS-12); `key` is stable through renames, moves and transfers.
    `native` holds the connector's own handles (ids for links); nobody else reads it.
    `from_payload`: the API could not be asked, so this was built from the webhook alone.
    """

    source: str
    key: str
    ref: str
    url: str
    title: str
    text: str
    visibility: Visibility
    opened_at: datetime
    closed_at: datetime | None = None
    closed: bool = True
    closed_as: str = ""  # completed, not_planned, duplicate; Jira: the resolution's name
    labels: tuple[str, ...] = ()
    severity: str | None = None  # as the tool or a label says it: SEV2, P1, Critical
    services: tuple[str, ...] = ()
    reporter: Person | None = None
    assignees: tuple[Person, ...] = ()
    comments: tuple[Comment, ...] = ()
    events: tuple[TicketEvent, ...] = ()
    native: Mapping[str, str] = field(default_factory=dict)
    from_payload: bool = False
    #: why the settings of its source want no postmortem of it, as a sentence without its beginning; "": they do
    unwanted: str = ""


class Said(StrEnum):
    """What a delivery means to us."""

    CLOSED = "closed"  # an incident ticket that concerns us was closed: read it and write its postmortem
    REOPENED = "reopened"  # it was opened again
    EDITED = "edited"  # a ticket of ours, already closed, changed its text or comments
    ISSUE = "issue"  # some issue changed: if it is one that we track, look at it soon
    NOTHING = "nothing"  # a ping, an event of no concern


@dataclass(frozen=True, slots=True)
class Signal:
    """One delivery, read. `why` is a sentence for `deliveries`, such as why it is ignored.

    One delivery may mean two things (a closed incident ticket may itself be an action item's issue): `issue_id` is
    the tracker id of the issue that it speaks of (GitHub node id, Jira issue id), whatever `said` is.
    """

    said: Said
    why: str
    ref: str = ""
    key: str = ""
    at: datetime | None = None
    ticket: Ticket | None = None  # from the payload alone: the fall-back when the source cannot be asked
    issue_id: str = ""
