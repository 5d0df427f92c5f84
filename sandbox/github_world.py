"""What the stand-in GitHub knows: repositories, issues, comments, events. State only; no HTTP."""

import base64
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TRIAGE = ("triage", "write", "maintain", "admin")


@dataclass(slots=True)
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True)
class Comment:
    id: int
    author: str
    association: str
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Event:
    """A line of the timeline that is not a comment. `data`: label, assignee, rename, state_reason, source issue …"""

    id: int
    kind: str
    actor: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Issue:
    """An issue, or a pull request if `is_pull`."""

    id: int
    repo: "Repo"
    number: int
    title: str
    body: str | None
    author: str
    association: str
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    parent: "Issue | None" = None
    sub_issues: list["Issue"] = field(default_factory=list)
    type_name: str | None = None
    milestone: int | None = None
    is_pull: bool = False
    merged_at: datetime | None = None
    locked: bool = False

    @property
    def node_id(self) -> str:
        return node_id("PR" if self.is_pull else "I", self.repo.id, self.id)

    @property
    def ref(self) -> str:
        return f"{self.repo.full_name}#{self.number}"


@dataclass(slots=True, eq=False)
class Repo:
    """`members`: login → admin, maintain, write, triage or read. `associations`: login → MEMBER, OWNER …"""

    id: int
    owner: str
    name: str
    private: bool
    created_at: datetime
    members: dict[str, str] = field(default_factory=dict)
    associations: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    transferred: dict[int, Issue] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    milestones: dict[int, str] = field(default_factory=dict)
    has_issues: bool = True
    archived: bool = False
    internal: bool = False
    last_number: int = 0

    @property
    def visibility(self) -> str:
        return "internal" if self.internal else "private" if self.private else "public"

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def association(self, login: str) -> str:
        """How a login is associated, as GitHub would say it unless it was set."""
        if login in self.associations:
            return self.associations[login]
        if login == self.owner:
            return "OWNER"
        return "MEMBER" if login in self.members else "NONE"


def node_id(prefix: str, *parts: int) -> str:
    """A stable global id of GitHub's look: `I_kwDO…`."""
    packed = b"".join(struct.pack(">I", part & 0xFFFFFFFF) for part in parts)
    return f"{prefix}_kwDO" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _number_of(node: str) -> int:
    """The last part of a global id; -1: it is none."""
    packed = node.rpartition("_kwDO")[2]
    try:
        return int.from_bytes(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))[-4:])
    except ValueError:
        return -1


class World:
    """All repositories, and the numbers that GitHub hands out."""

    def __init__(self) -> None:
        self.repos: dict[int, Repo] = {}
        self.renamed: dict[str, Repo] = {}
        self.users: dict[str, int] = {}
        self.persons: set[str] = set()  # owners that are no organisations, in lower case
        self._ids = {
            "repo": itertools.count(718_200_001),
            "issue": itertools.count(2_631_400_001),
            "comment": itertools.count(2_100_500_001),
            "event": itertools.count(15_300_700_001),
            "label": itertools.count(7_100_900_001),
            "user": itertools.count(58_100_001),
        }

    def next_id(self, kind: str) -> int:
        return next(self._ids[kind])

    def user_id(self, login: str) -> int:
        if login not in self.users:
            self.users[login] = self.next_id("user")
        return self.users[login]

    def repo(self, full_name: str) -> Repo | None:
        wanted = full_name.lower()
        return next((repo for repo in self.repos.values() if repo.full_name.lower() == wanted), None)

    def issues(self) -> Iterator[Issue]:
        """Every issue and pull request of every repository."""
        for repo in self.repos.values():
            yield from repo.issues.values()

    def issue_by_id(self, issue_id: object) -> Issue | None:
        return next((issue for issue in self.issues() if issue.id == issue_id), None)

    def issue_by_node(self, node: str) -> Issue | None:
        found = self.issue_by_id(_number_of(node))
        return found if found is not None and found.node_id == node else None
