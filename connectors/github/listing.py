"""What changed, and how things are, in as few calls as the question allows.

A listing says what changed in one repository since a moment; a read by id says how 100 issues of any repository are,
and is the only one that notices a deleted or transferred issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from connectors.base import (
    ConnectorError,
    Denied,
    IssueState,
    Limited,
    Missing,
    NotSent,
    Problem,
    Sighting,
    Tracked,
    Unavailable,
)
from connectors.github import state, wire, wire_graphql
from connectors.github.client import Client
from connectors.github.connection import PER_PAGE
from connectors.github.reading import parse

OVERLAP = timedelta(minutes=10)
#: pages of one listing; where more changed, all are read by id, so that n items never take more than n/100 + 2 calls
MOST_PAGES = 2
MOST_LOOKED_FOR = 20
_ISSUE = TypeAdapter(wire.Issue)
_ISSUES = TypeAdapter(list[wire.Issue])
_GRAPH = TypeAdapter(wire_graphql.GraphAnswer)

_FIELDS = (
    "id databaseId number title url state updatedAt closedAt body"
    " labels(first: 30) { nodes { name } } assignees(first: 1) { nodes { login } }"
    " repository { databaseId nameWithOwner } comments(first: 1) { totalCount }"
    " timelineItems(last: 1, itemTypes: [CLOSED_EVENT, REOPENED_EVENT])"
    " { nodes { ... on ClosedEvent { actor { login } } ... on ReopenedEvent { actor { login } } } }"
)
#: how the reason of a closing is asked for; the next where a server does not know it
REASONS = ("stateReason(enableDuplicate: true)", "stateReason", "")


@dataclass(slots=True)
class _Seen:
    """What is gathered over several calls."""

    states: list[IssueState] = field(default_factory=list)
    verified: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    latest: datetime | None = None
    looked_for: int = 0

    def trouble(self, scope: str, error: ConnectorError, tracked: Sequence[Tracked]) -> None:
        status = 429 if isinstance(error, Limited) else error.status  # GitHub's limits also come as 403
        after = error.retry_after if isinstance(error, Limited) else None
        self.problems.append(Problem(scope, status, error.message, tuple(item.id for item in tracked), after))

    def saw(self, at: datetime | None) -> None:
        if at is not None and (self.latest is None or at > self.latest):
            self.latest = at

    def sighting(self, cursor: datetime | None) -> Sighting:
        return Sighting(
            tuple(self.states), frozenset(self.verified), frozenset(self.missing), tuple(self.problems), cursor
        )


class Listing:
    """Asks for the states of tracked issues; problems are told, never raised."""

    def __init__(self, client: Client, in_progress: Sequence[str]) -> None:
        self._client = client
        self._in_progress = in_progress
        self._reason = REASONS[0]

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """One listing for each repository, or all by id, whichever is fewer calls; on a tie by id, as that verifies.

        The cursor is the latest change seen. It stays where it was if any part did not answer.
        """
        seen = _Seen(latest=since)
        homes: dict[str, list[Tracked]] = {}
        for item in tracked:
            homes.setdefault(item.native.get("repository_id", ""), []).append(item)
        by_id = -(-len(tracked) // PER_PAGE)
        if since is None or "" in homes or by_id <= len(homes):
            self._by_id(tracked, seen)
        else:
            self._by_listing(since, homes, seen)
        for found in seen.states:
            seen.saw(found.updated_at)
        return seen.sighting(since if seen.problems else seen.latest)

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each by id, 100 a call."""
        seen = _Seen()
        self._by_id(tracked, seen)
        return seen.sighting(None)

    # --- by listing ---------------------------------------------------------------------------------------------------

    def _by_listing(self, since: datetime, homes: dict[str, list[Tracked]], seen: _Seen) -> None:
        left = list(homes.items())
        while left:
            repository, items = left.pop(0)
            by_node = {_node(item): item for item in items}
            try:
                home = self._client.home(repository, items[0].label)
                changed = self._changed(home, since - OVERLAP, seen)
                if changed is None:
                    self._by_id(items, seen)
                    continue
                for issue in changed:
                    if (item := by_node.get(issue.node_id)) is not None:
                        seen.states.append(state.of_issue(issue, int(repository), self._in_progress, known_as=item.id))
            except Missing:  # gone, or hidden: what became of each issue is only known by its id
                self._by_id(items, seen)
            except ConnectorError as error:
                seen.trouble(_scope(items), error, items)
                if _concerns_all(error):
                    rest = [item for _, more in left for item in more]
                    if rest:
                        seen.trouble("GitHub", error, rest)
                    return

    def _changed(self, home: str, since: datetime, seen: _Seen) -> list[wire.Issue] | None:
        """Issues changed since then, each as it was seen last, oldest change first; None: too many to list.

        Each page is asked by the last change of the page before, not by its number: an issue that changes in between
        would shift the numbers, and another would be missed.
        """
        path = f"{home}/issues"
        page = 1
        found: dict[str, wire.Issue] = {}
        for _ in range(MOST_PAGES):
            params: dict[str, str | int] = {
                "state": "all",
                "sort": "updated",
                "direction": "asc",
                "since": state.stamp(since),
                "per_page": PER_PAGE,
                "page": page,
            }
            issues = parse(_ISSUES, self._client.get(path, params), f"GET {path}")
            for issue in issues:
                found.pop(issue.node_id, None)
                found[issue.node_id] = issue
            if len(issues) < PER_PAGE:
                for issue in found.values():
                    seen.saw(issue.updated_at)
                return list(found.values())
            first, last = issues[0].updated_at, issues[-1].updated_at
            further = last - timedelta(seconds=1) if last is not None else since
            goes_on = further > since and first is not None and first < further
            since, page = (further, 1) if goes_on else (since, page + 1)
        return None

    # --- by id --------------------------------------------------------------------------------------------------------

    def _by_id(self, tracked: Sequence[Tracked], seen: _Seen) -> None:
        """100 a call; the token of an App sees what one owner has, so that each owner is asked for apart."""
        owners: dict[str, list[Tracked]] = {}
        for item in tracked:
            owners.setdefault(_owner(item) if self._client.credentials.app else "", []).append(item)
        left = [
            (owner, items[start : start + PER_PAGE])
            for owner, items in owners.items()
            for start in range(0, len(items), PER_PAGE)
        ]
        while left:
            owner, some = left.pop(0)
            try:
                self._nodes(some, self._graph(some, owner), seen)
            except ConnectorError as error:
                if _concerns_all(error):
                    seen.trouble("GitHub", error, [*some, *(item for _, more in left for item in more)])
                    return
                seen.trouble(_scope(some), error, some)

    def _graph(self, some: Sequence[Tracked], owner: str) -> wire_graphql.GraphAnswer:
        """An older Enterprise Server has no word for a duplicate, or none for any reason: it is asked for less."""
        ids = [_node(item) for item in some]
        while True:
            reason = self._reason
            answer = parse(_GRAPH, self._client.graphql(query(reason), {"ids": ids}, owner=owner), "POST /graphql")
            said = " ".join(error.message for error in answer.errors)
            if not reason or answer.data is not None or "stateReason" not in said:
                return answer
            self._reason = REASONS[REASONS.index(reason) + 1]

    def _nodes(self, tracked: Sequence[Tracked], answer: wire_graphql.GraphAnswer, seen: _Seen) -> None:
        """A partial answer holds null where an id was refused, and an error with its place."""
        nodes = answer.data.nodes if answer.data else None
        if nodes is None or len(nodes) != len(tracked):
            said = answer.errors[0] if answer.errors else wire_graphql.GraphError(message="no nodes")
            if said.type == "RATE_LIMITED" or "rate limit" in said.message.lower():
                raise Limited(f"GitHub answered {said.type} to POST /graphql: {said.message[:200]}", status=429)
            raise Unavailable(f"GitHub answered no issues to POST /graphql: {said.message[:200]}", status=200)
        errors = {error.path[1]: error for error in answer.errors if error.path and len(error.path) == 2}
        for place, (item, node) in enumerate(zip(tracked, nodes, strict=True)):
            if node is not None:
                seen.states.append(state.of_node(node, self._in_progress, known_as=item.id))
                seen.verified.add(item.id)
                continue
            refused = errors.get(place)
            if refused is not None and refused.type not in ("NOT_FOUND", ""):
                seen.problems.append(
                    Problem(_scope([item]), 403, f"GitHub answered {refused.type}: {refused.message[:200]}", (item.id,))
                )
                continue
            self._look_for(item, seen)

    def _look_for(self, item: Tracked, seen: _Seen) -> None:
        """An id that is not there: a transferred issue has a new one, and its old number leads to it.

        Of more than MOST_LOOKED_FOR at once, what became of the last is not told this time: not that they are gone.
        """
        repository, number = item.native.get("repository_id"), item.native.get("number")
        if not repository or not number:
            seen.missing.add(item.id)
            return
        seen.looked_for += 1
        if seen.looked_for > MOST_LOOKED_FOR:
            return
        path = f"{self._client.home(repository, item.label)}/issues/{number}"
        try:
            issue = parse(_ISSUE, self._client.get(path), f"GET {path}")
            home = self._client.repository(issue.place)
        except Missing:
            seen.missing.add(item.id)
            return
        except ConnectorError as error:
            seen.trouble(_scope([item]), error, [item])
            return
        seen.states.append(state.of_issue(issue, home.id, self._in_progress, known_as=item.id))
        seen.verified.add(item.id)


def query(reason: str) -> str:
    return (
        "query States($ids: [ID!]!) { nodes(ids: $ids) { __typename"
        f" ... on Issue {{ {_FIELDS} {reason} }} ... on PullRequest {{ {_FIELDS} }} }} }}"
    )


def _owner(item: Tracked) -> str:
    return item.label.partition("/")[0]


def _node(item: Tracked) -> str:
    """The id to ask by: after a transfer not the one that the ledger began with."""
    return item.native.get("node_id") or item.id


def _scope(items: Sequence[Tracked]) -> str:
    """The repositories of these issues, for people."""
    return ", ".join(sorted({item.label.partition("#")[0] for item in items}))


def _concerns_all(error: ConnectorError) -> bool:
    """Whether asking on is useless: no connection, a limit, a token that is refused."""
    return isinstance(error, (NotSent, Limited)) or (isinstance(error, Denied) and error.status == 401)
