"""GitHub's GraphQL answers: only the fields that listing.py asks for.

https://docs.github.com/en/graphql/reference/objects#issue
"""

from __future__ import annotations

from pydantic import Field

from connectors.github.wire import Label, Moment, Text, User, Wire


class Names(Wire):
    nodes: tuple[Label, ...] = ()


class Logins(Wire):
    nodes: tuple[User, ...] = ()


class NodeRepo(Wire):
    database_id: int = Field(0, alias="databaseId")
    label: Text = Field("", alias="nameWithOwner")


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
    repository: NodeRepo


class GraphError(Wire):
    type: Text = ""
    path: tuple[str | int, ...] | None = None
    message: Text = ""


class Nodes(Wire):
    nodes: tuple[Node | None, ...] | None = None


class GraphAnswer(Wire):
    data: Nodes | None = None
    errors: tuple[GraphError, ...] = ()
