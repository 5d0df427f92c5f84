"""Issues that carry action items, and what a tracker says of them. Frozen; every time aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from connectors.base.tickets import Person, Ticket


class State(StrEnum):
    """The state of an issue. The tracker's own word is kept beside it."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WONT_DO = "wont_do"
    UNREACHABLE = "unreachable"

    @property
    def ended(self) -> bool:
        return self in (State.DONE, State.WONT_DO)


@dataclass(frozen=True, slots=True)
class Draft:
    """One issue to be created. `title` and `body` are Markdown and already harmless; the connector adds the marker.

    `marker` identifies the action item (hex). `place` is where it goes: acme/checkout, PAY.
    `assignee` is the tracker's own id from the people map. `fields` are the tracker's extra fields from the settings.
    """

    marker: str
    place: str
    title: str
    body: str
    labels: tuple[str, ...]
    assignee: str | None
    due: date | None
    priority: str | None
    incident: Ticket
    document_title: str
    document_url: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filed:
    """An issue that exists. `id` survives renames and moves (GitHub node id, Jira issue id); `label` is for people.

    `native` holds the connector's own handles (repository id, number, key), stored with the item and given back.
    `linked`: it already hangs below the incident ticket (GitHub sub-issue), so no other link is needed.
    `notes`: what could not be set and why, in the tracker's words ("assignees: x cannot be assigned here").
    """

    id: str
    label: str
    url: str
    native: Mapping[str, str] = field(default_factory=dict)
    linked: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """An issue that we follow, as the ledger knows it."""

    id: str
    label: str
    native: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IssueState:
    """What the tracker says of one issue. `word` is its own name for the state ("In Review", "completed")."""

    id: str
    label: str
    url: str
    state: State
    word: str
    title: str
    updated_at: datetime
    ended_at: datetime | None = None
    assignee: Person | None = None
    due: date | None = None
    native: Mapping[str, str] = field(default_factory=dict)
    priority: str | None = None  # the tracker's word for it, where it has one
    changed_by: Person | None = None  # who ended, reopened or last changed it, where the answer says so
    comments: int | None = None  # how many it has, where the answer says so


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed in an issue because a person changed it in the ticket. None: left as it is."""

    title: str | None = None
    due: date | None = None
    assignee: str | None = None  # the tracker's id
    priority: str | None = None

    @property
    def nothing(self) -> bool:
        return self.title is None and self.due is None and self.assignee is None and self.priority is None


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a tracker that did not answer. `ids`: the tracked issues that are stale because of it. `retry_after`:
    seconds, where it was a limit (429) that said so."""

    scope: str  # the repository, project or account
    status: int | None  # the HTTP status; None: no answer at all
    message: str
    ids: tuple[str, ...] = ()
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer to "what changed?" or "how are these?".

    `states`: issues seen. `verified`: ids that were read by id (a listing alone never verifies).
    `missing`: ids that answer 404 or 410. `cursor`: ask from here next time; never "now", always what was seen.
    """

    states: tuple[IssueState, ...] = ()
    verified: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    cursor: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`. `level` is ok, note or MEND; `mend` says what to do, in full sentences."""

    subject: str
    level: str
    text: str
    saw: str = ""
    means: str = ""
    mend: str = ""
