"""What the stand-in Jira knows: people, projects, issues, comments, histories, links. State only; no HTTP."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    account_id: str
    name: str
    email: str
    time_zone: str = "Etc/UTC"
    email_visible: bool = True
    active: bool = True
    kind: str = "atlassian"  # or customer, app; Data Center does not tell


@dataclass(frozen=True, slots=True)
class Status:
    """`category`: new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass(slots=True)
class Text:
    """A rich text in both forms that Jira speaks: wiki markup (REST v2) and ADF (REST v3)."""

    wiki: str
    adf: dict[str, Any]


@dataclass(slots=True)
class Comment:
    """`visibility`: `{"type": "role", "value": "Administrators"}` or None; `public`: Jira Service Management only."""

    id: str
    author: str
    body: Text
    created: datetime
    updated: datetime
    update_author: str
    visibility: dict[str, str] | None = None
    public: bool | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    id: str
    author: str
    created: datetime
    items: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class RemoteLink:
    id: int
    global_id: str | None
    content: dict[str, Any]


@dataclass(slots=True)
class Project:
    """`required`: field id → its name, on top of summary. `off_screen`: field ids that create and edit refuse.

    `assignable`: account ids, or None for everybody. `fields`: custom field id → name.
    """

    id: str
    key: str
    name: str
    types: tuple[str, ...] = ("Task", "Bug", "Story", "Incident")
    required: dict[str, str] = field(default_factory=dict)
    off_screen: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    assignable: set[str] | None = None
    service_desk: bool = False
    private: bool = True
    open: bool = False  # to people without an account
    last_number: int = 0


@dataclass(slots=True, eq=False)
class Issue:
    id: str
    key: str
    project: Project
    type: str
    summary: str
    status: Status
    creator: str
    reporter: str
    created: datetime
    updated: datetime
    description: Text | None = None
    resolution: str | None = None
    resolved_at: datetime | None = None
    category_at: datetime | None = None  # when the category of its status changed last
    priority: str = "Medium"
    labels: list[str] = field(default_factory=list)
    assignee: str | None = None
    duedate: str | None = None
    parent: "Issue | None" = None
    security: str | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    remote_links: list[RemoteLink] = field(default_factory=list)
    old_keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """`source` blocks `target`: the source shows the target as its outward issue."""

    id: str
    type: str
    source: Issue
    target: Issue


STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "In Review", "indeterminate"),
    Status("10002", "Done", "done"),
)
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
RESOLUTIONS = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002", "Cannot Reproduce": "10003"}
PRIORITIES = {"Highest": "1", "High": "2", "Medium": "3", "Low": "4", "Lowest": "5"}
TYPES = {"Task": "10001", "Bug": "10002", "Story": "10003", "Incident": "10004", "Sub-task": "10005"}
LINK_TYPES = {
    "Relates": ("10003", "relates to", "relates to"),
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Problem/Incident": ("10004", "is caused by", "causes"),
    "Duplicate": ("10002", "is duplicated by", "duplicates"),
}


class World:
    """All projects and issues, and the numbers that Jira hands out."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.by_id: dict[str, Issue] = {}
        self.links: list[Link] = []
        self.statuses: list[Status] = list(STATUSES)
        #: how the site calls things that Jira calls otherwise in English: "Task" → "タスク"
        self.words: dict[str, str] = {}
        self._numbers = itertools.count(10_001)

    def next_id(self) -> str:
        return str(next(self._numbers))

    def issues(self) -> Iterator[Issue]:
        yield from self.by_id.values()

    def issue(self, id_or_key: str) -> Issue | None:
        """By id, key, or a key that it had before it moved."""
        if id_or_key in self.by_id:
            return self.by_id[id_or_key]
        wanted = id_or_key.upper()
        return next((one for one in self.issues() if wanted == one.key or wanted in one.old_keys), None)

    def project(self, id_or_key: str) -> Project | None:
        wanted = str(id_or_key).upper()
        return next((one for one in self.projects.values() if wanted in (one.key, one.id)), None)

    def word(self, name: str) -> str:
        return self.words.get(name, name)

    def status(self, name: str) -> Status:
        return next(one for one in self.statuses if name.lower() in (one.name.lower(), one.id))

    def links_of(self, issue: Issue) -> list[Link]:
        return [link for link in self.links if issue in (link.source, link.target)]


def change_item(
    name: str, old: str | None, old_name: str | None, new: str | None, new_name: str | None
) -> dict[str, Any]:
    """One item of the changelog: ids and names, before and after."""
    return {
        "field": name,
        "fieldtype": "jira",
        "fieldId": name.lower(),
        "from": old,
        "fromString": old_name,
        "to": new,
        "toString": new_name,
    }
