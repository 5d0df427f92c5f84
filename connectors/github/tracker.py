"""GitHub as a tracker: one issue per action item, found again by its marker, followed by its ids."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from pydantic import TypeAdapter

from connectors.base import (
    Comment,
    Denied,
    Draft,
    Edit,
    Filed,
    Finding,
    IssueState,
    Missing,
    Network,
    Published,
    Refused,
    Sighting,
    Sure,
    Ticket,
    Tracked,
    Visibility,
)
from connectors.base.marked import Marked
from connectors.github import check, filing, ours, state, talking, updating, wire
from connectors.github.client import DAY, HOUR, USUAL, Client
from connectors.github.listing import Listing
from connectors.github.marked import marked
from connectors.github.reading import parse
from connectors.github.settings import TrackerSettings
from connectors.github.text import item_marker, one_line
from connectors.github.ticket import visibility

SHALLOW, DEEP = 1, 30  # pages of 100
_ISSUE = TypeAdapter(wire.Issue)
_ISSUES = TypeAdapter(list[wire.Issue])
_COMMENTS = TypeAdapter(list[wire.Comment])
_LAST = re.compile(r'<([^<>]{1,2000})>;[^,]{0,100}rel="last"')
_NAME = r"([A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100})"
_NUMBER = r"([0-9]{1,12})"
_SHORT = re.compile(rf"^(?:#|GH-){_NUMBER}$", re.IGNORECASE)
_FULL = re.compile(rf"^{_NAME}#{_NUMBER}$")
_PATH = re.compile(rf"^/{_NAME}/(?:issues|pull)/{_NUMBER}/?$")


class Tracker:
    """Action items as GitHub issues. One instance serves many threads."""

    kind = "github"

    def __init__(self, name: str, settings: TrackerSettings, network: Network = USUAL) -> None:
        self.name = name
        self.settings = settings
        self.server = settings.api_url
        self.places: Sequence[str] = settings.repositories
        self.paces = settings.paces
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)
        self._listing = Listing(self._client, settings.in_progress_labels)
        self._lock = threading.Lock()
        self._assignable: dict[tuple[str, str], tuple[float, bool]] = {}

    # --- filing -------------------------------------------------------------------------------------------------------

    def account(self, *, fresh: bool = False) -> str:
        """Whose issues `create` makes, as "<id>/<login>"."""
        return ours.handle(self._client.account(fresh=fresh))

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. No call."""
        return self.settings.signs()

    def look(
        self, markers: Sequence[str], place: str, incident: Ticket, since: datetime, *, deep: bool = False
    ) -> Mapping[str, Filed]:
        """Our own issues that carry one of the markers: the incident's sub-issues, else what we opened in `place`.

        One page of 100; `deep`: both ways and every page. The list, not the search, as the search lags by minutes. What
        an account of before opened is listed in any case, a call each: it may not have had the right to sub-issues.
        """
        wanted = set(markers)
        found: dict[str, wire.Issue] = {}
        us = self._client.account()
        former = {number: login for number, login in ours.logins(self.accounts).items() if number != us.id}
        own = {us.id, *former}
        below = self._client.heard.sub_issues and filing.parent_of(incident, self.settings, place) is not None
        if below:
            try:
                self._scan(self._below(incident), {}, wanted, own, found, deep)
            except Missing:  # the ticket is gone, or this server knows no sub-issues
                below = False
        creators = [*([us.login] if deep or not below else []), *former.values()]
        if creators:
            home = self._client.repository(place or self.places[0])
            path = f"{self._client.home(str(home.id), home.label)}/issues"
            plain = {"state": "all", "since": state.stamp(since), "sort": "created", "direction": "desc"}
            for login in creators:
                try:
                    self._scan(path, {"creator": login, **plain}, wanted, own, found, deep)
                except Refused as error:
                    if login == us.login or isinstance(error, Denied):
                        raise
                    self._scan(path, plain, wanted, own, found, deep)  # a login that GitHub knows no more
        return {
            marker: filing.filed(
                issue, self._client.repository(issue.place).id, linked=issue.parent_issue_url is not None
            )
            for marker, issue in found.items()
        }

    def _scan(
        self,
        path: str,
        params: Mapping[str, str],
        wanted: set[str],
        own: set[int],
        found: dict[str, wire.Issue],
        deep: bool,
    ) -> None:
        """Adds issues of these accounts; where two carry one marker, the older one is the right one."""
        for page in self._client.pages(path, params, most=DEEP if deep else SHALLOW):
            for issue in parse(_ISSUES, page, f"GET {path}"):
                marker = item_marker(issue.body)
                of_ours = issue.user is not None and issue.user.id in own
                if marker not in wanted or not of_ours or issue.pull_request is not None:
                    continue
                known = found.get(marker)
                if known is None or issue.id < known.id:
                    found[marker] = issue

    def preview(self, draft: Draft) -> str:
        """The issue as `create` would send it, word for word. No I/O."""
        return filing.preview(self.settings, draft, sub_issues=self._client.heard.sub_issues)

    def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
        """One POST, with marker, labels, assignee and parent at once. Raises NotSent, Limited, Refused, OutcomeUnknown.

        Only a definite refusal that concerns the parent or the assignee alone is followed by one POST without it.
        """
        return filing.create(self._client, self.settings, draft, sure)

    def links(self, filed: Filed, draft: Draft) -> int:
        """1 where its POST could not hang the issue below the incident ticket and `link` is to try, else 0. No I/O."""
        parent = filing.parent_of(draft.incident, self.settings, draft.place)
        if filed.linked or parent is None or any(note.startswith(filing.PARENT) for note in filed.notes):
            return 0
        return 1 if self._client.heard.sub_issues else 0

    def link(self, filed: Filed, draft: Draft) -> None:
        """Hangs an issue below the incident ticket if its POST did not; to repeat it is harmless, GitHub refuses it.

        Where GitHub refuses, the line in the body is the link.
        """
        if not self.links(filed, draft):
            return
        try:
            self._client.write("POST", self._below(draft.incident), {"sub_issue_id": int(filed.native["issue_id"])})
        except Refused:
            return

    def _below(self, incident: Ticket) -> str:
        home = self._client.home(incident.native["repository_id"], incident.ref)
        return f"{home}/issues/{incident.native['number']}/sub_issues"

    def visibility(self, place: str) -> Visibility:
        """The repository's own, as it was within the hour."""
        return visibility(self._client.repository(place or self.places[0], within=HOUR))

    def assignable(self, place: str, person_id: str) -> bool:
        """Whether GitHub takes this login as an assignee there. Kept for a day. Raises ConnectorError."""
        key, now = ((place or self.places[0]).lower(), person_id.lower()), time.monotonic()
        with self._lock:
            known = self._assignable.get(key)
        if known is not None and now - known[0] < DAY:
            return known[1]
        try:
            self._client.get(f"/repos/{key[0]}/assignees/{quote(person_id, safe='')}")
            answer = True
        except Missing:
            answer = False
        with self._lock:
            if len(self._assignable) > 10_000:
                self._assignable.clear()
            self._assignable[key] = (now, answer)
        return answer

    # --- following ----------------------------------------------------------------------------------------------------

    def resolve(self, reference: str, incident: Ticket) -> IssueState | None:
        """The issue or pull request that "#123", "acme/ops#4" or a URL names. None: not GitHub's, or not there."""
        named = self._named(reference.strip(), incident)
        if named is None:
            return None
        home, number = named
        path = f"{home}/issues/{number}"
        try:
            issue = parse(_ISSUE, self._client.get(path), f"GET {path}")
            repo = self._client.repository(issue.place)
        except Missing:
            return None
        return state.of_issue(issue, repo.id, self.settings.in_progress_labels)

    def _named(self, reference: str, incident: Ticket) -> tuple[str, str] | None:
        """The path of a repository and a number."""
        if match := _SHORT.match(reference):
            ours = incident.native.get("api_url") == self.settings.api_url and incident.native.get("repository_id")
            return (self._client.home(ours, incident.ref), match[1]) if ours else None
        if match := _FULL.match(reference):
            return f"/repos/{match[1]}", match[2]
        try:
            parts = urlsplit(reference)
        except ValueError:
            return None
        hosts = {urlsplit(self._client.web_url).netloc, f"redirect.{urlsplit(self._client.web_url).netloc}"}
        if parts.scheme in ("http", "https") and parts.netloc.lower() in hosts and (match := _PATH.match(parts.path)):
            return f"/repos/{match[1]}", match[2]
        return None

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """What changed: one call per repository, or per 100 issues. Problems are told, not raised."""
        return self._listing.changes(since, tracked)

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each by id, 100 a call. Problems are told, not raised."""
        return self._listing.states(tracked)

    def marked(self, since: datetime) -> Iterator[Marked]:
        """Ours in the repositories of the settings that changed since then. Raises ConnectorError."""
        own = {self._client.account().id, *ours.logins(self.accounts)}
        for place in self.places:
            yield from marked(self._client, place, next(iter(self.settings.labels), ""), own, since)

    def reason(self, tracked: Tracked) -> str:
        """The last comment of a person, in one line of at most 200 characters, or "". Two calls at most."""
        native = tracked.native
        if not native.get("repository_id") or not native.get("number"):
            return ""
        path = f"{self._client.home(native['repository_id'], tracked.label)}/issues/{native['number']}/comments"
        page = self._client.get(path, {"per_page": 100})
        if last := _LAST.search(page.headers.get("link", "")):
            page = self._client.follow(last[1])
        for comment in parse(_COMMENTS, page, f"GET {path}")[::-1]:
            text = comment.body or ""
            if comment.user is not None and not comment.user.person().bot and "<!-- afterword:" not in text:
                return one_line(text)
        return ""

    def update(self, tracked: Tracked, edit: Edit, sure: Sure | None = None) -> tuple[str, ...]:
        """Changes these fields alone, harmless to repeat; gives what could not be set. Raises ConnectorError."""
        return updating.update(self._client, self.settings, tracked, edit, sure)

    def comment(self, tracked: Tracked, marker: str, body: str, sure: Sure | None = None) -> Published:
        """One POST, never repeated here. Raises NotSent, Limited, Refused or OutcomeUnknown."""
        return talking.comment(self._client, tracked, marker, body, sure)

    def commented(self, tracked: Tracked, marker: str) -> Published | None:
        """The comment of an account of ours with this marker. Raises ConnectorError."""
        return talking.commented(self._client, self.accounts, tracked, marker)

    def comments(self, tracked: Tracked, since: datetime | None) -> Sequence[Comment]:
        """What people wrote on an issue since then, the oldest first. Raises ConnectorError."""
        return talking.comments(self._client, self.settings, self.accounts, tracked, since)

    def token_ends(self) -> datetime | None:
        """When the token ends, as the last answer said; None: it has no end, nothing was asked yet, or it is an App."""
        return self._client.token_ends()

    def check(self, places: Sequence[str]) -> Sequence[Finding]:
        """Tries the connection and each place, read-only; never raises ConnectorError."""
        return check.tracker(self.settings, self._client, places or self.places)
