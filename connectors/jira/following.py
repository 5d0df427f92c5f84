"""How the issues are now: read by id, 100 a call; and which of them changed, found by a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from connectors.base import ConnectorError, IssueState, Limited, Missing, Problem, Sighting, Tracked
from connectors.jira import state, wire
from connectors.jira.client import MOST, Client, parse
from connectors.jira.closed import day_begun
from connectors.jira.settings import TrackerSettings, valid_project

_BULK = TypeAdapter(wire.Bulk)
_OLD = TypeAdapter(wire.FoundOld)
_ISSUE = TypeAdapter(wire.Issue)
#: a window is widened by this: clocks differ, and the index lags
MARGIN = timedelta(minutes=10)
#: pages of one query; where more changed, all are read by id, so that n issues never take more than n/100 + 2 calls
MOST_PAGES = 2
_SINGLE_READS = 20  # issues that Data Center did not list, asked for one by one in one go


@dataclass(slots=True)
class _Seen:
    states: list[IssueState] = field(default_factory=list)
    verified: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def sighting(self, cursor: datetime | None) -> Sighting:
        newest = max((one.updated_at for one in self.states), default=None)
        cursors = [one for one in (cursor, newest) if one is not None]
        return Sighting(
            tuple(self.states),
            frozenset(self.verified),
            frozenset(self.missing),
            tuple(self.problems),
            max(cursors, default=None),
        )


class Following:
    """Reads states for a tracker. Problems are told, not raised."""

    def __init__(self, client: Client, settings: TrackerSettings) -> None:
        self._client = client
        self._settings = settings

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """Up to 100 issues are simply read, in one call; of more, those that a query by project says have changed."""
        if since is None or len(tracked) <= MOST:
            return self._read(tracked).sighting(since)
        by_project: dict[str, list[Tracked]] = {}
        for one in tracked:
            by_project.setdefault(one.native.get("project") or one.label.rpartition("-")[0], []).append(one)
        changed: list[Tracked] = []
        problems: list[Problem] = []
        for project, here in sorted(by_project.items()):
            try:
                changed += self._changed(project, since, here)
            except ConnectorError as error:
                problems.append(_problem(project, error, here))
        seen = self._read(changed)
        seen.problems += problems
        return seen.sighting(since)

    def _changed(self, project: str, since: datetime, here: Sequence[Tracked]) -> Sequence[Tracked]:
        """Those of one project that changed since then; all of them once asking costs more than reading them."""
        if not valid_project(project):
            return here
        jql = f'project = "{project}" AND updated >= "{day_begun(since)}" ORDER BY updated DESC'
        found: set[str] = set()
        pages = min(-(-len(here) // MOST), MOST_PAGES)
        for count, issue in enumerate(self._client.search(jql, "updated", most=pages), start=1):
            if issue.fields.updated is not None and issue.fields.updated < since - MARGIN:
                break
            found.add(issue.id)
            if count == pages * MOST:
                return here
        return [one for one in here if one.id in found]

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each by id."""
        return self._read(tracked).sighting(None)

    def _read(self, tracked: Sequence[Tracked]) -> _Seen:
        seen = _Seen()
        for start in range(0, len(tracked), MOST):
            part = tracked[start : start + MOST]
            try:
                found = self._fetch([one.id for one in part])
                for one in part:
                    if one.id in found:
                        seen.states.append(self.state(found[one.id]))
                    elif self._settings.cloud or self._gone(one, seen):
                        seen.missing.add(one.id)
                seen.verified |= found.keys()
            except ConnectorError as error:
                seen.problems.append(_problem(self._settings.url, error, part))
        return seen

    def _fetch(self, ids: Sequence[str]) -> Mapping[str, wire.Issue]:
        """Those of these issues that are there. Neither form follows a moved key, so ids are asked for.

        https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-bulkfetch-post
        """
        if self._settings.cloud:
            body = {"issueIdsOrKeys": list(ids), "fields": list(state.FIELDS), "expand": ["changelog"]}
            found = parse(_BULK, self._client.ask("issue/bulkfetch", body), "POST issue/bulkfetch").issues
        else:
            numbers = [one for one in ids if one.isdigit()]
            jql = {"jql": f"id in ({', '.join(numbers)})", "fields": list(state.FIELDS), "maxResults": MOST}
            jql["expand"] = ["changelog"]
            asked = self._client.ask("search", {**jql, "validateQuery": False}) if numbers else None
            found = parse(_OLD, asked, "POST search").issues if asked else ()
        return {issue.id: issue for issue in found}

    def _gone(self, one: Tracked, seen: _Seen) -> bool:
        """Whether an issue that Data Center did not list is really gone; at most a few are asked for in one go."""
        if len(seen.missing) >= _SINGLE_READS:
            return False
        try:
            issue = self.one(one.id)
        except Missing:
            return True
        seen.states.append(self.state(issue))
        seen.verified.add(one.id)
        return False

    def one(self, id_or_key: str) -> wire.Issue:
        """One issue by id or key, also by one that it had before it was moved. Raises ConnectorError."""
        path = f"issue/{id_or_key}"
        return parse(
            _ISSUE, self._client.get(path, {"fields": ",".join(state.FIELDS), "expand": "changelog"}), f"GET {path}"
        )

    def state(self, issue: wire.Issue) -> IssueState:
        """Its state in our words. Raises Unavailable."""
        known = self._settings
        return state.of_issue(issue, self._client.browse(issue.key), known.wont_do_resolutions, known.priorities)


def _problem(scope: str, error: ConnectorError, tracked: Sequence[Tracked]) -> Problem:
    after = error.retry_after if isinstance(error, Limited) else None
    return Problem(scope, error.status, error.message, tuple(one.id for one in tracked), after)
