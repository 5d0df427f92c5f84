"""GitHub's GraphQL answers: only the fields that listing.py asks for.

https://docs.github.com/en/graphql/reference/objects#issue
"""

from __future__ import annotations

from pydantic import Field

from connectors.base import Person
from connectors.github.wire import Label, Moment, Text, User, Wire


class Names(Wire):
    nodes: tuple[Label, ...] = ()


class Logins(Wire):
    nodes: tuple[User, ...] = ()


class NodeRepo(Wire):
    database_id: int = Field(0, alias="databaseId")
    label: Text = Field("", alias="nameWithOwner")


class Turn(Wire):
    """An issue was closed or opened again."""

    actor: User | None = None


class Count(Wire):
    total: int | None = Field(None, alias="totalCount")


class Turns(Wire):
    nodes: tuple[Turn | None, ...] = ()


class Node(Wire):
    """An issue or pull request, by its global id."""

    kind: Text = Field("", alias="__typename")
    id: Text
    database_id: int = Field(0, alias="databaseId")
    number: int
    title: Text = ""
    url: Text = ""
    state: Text
    state_reason: Text | None = Field(None, alias="stateReason")
    updated_at: Moment = Field(alias="updatedAt")
    closed_at: Moment | None = Field(None, alias="closedAt")
    body: Text | None = None
    labels: Names | None = None
    assignees: Logins | None = None
    turns: Turns | None = Field(None, alias="timelineItems")
    comments: Count | None = None
    repository: NodeRepo

    @property
    def last_actor(self) -> Person | None:
        """Who closed it or opened it again last."""
        turns = [one.actor for one in self.turns.nodes if one and one.actor] if self.turns else []
        return turns[-1].person() if turns else None


class GraphError(Wire):
    type: Text = ""
    path: tuple[str | int, ...] | None = None
    message: Text = ""


class Nodes(Wire):
    nodes: tuple[Node | None, ...] | None = None


class GraphAnswer(Wire):
    data: Nodes | None = None
    errors: tuple[GraphError, ...] = ()
