"""Jira as a tracker: one issue per action item, found again by its marker, followed by its id."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter

from connectors.base import (
    Comment,
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
from connectors.jira import check, filing, state, talking, updating, wire
from connectors.jira.audience import Audience
from connectors.jira.client import USUAL, Client, parse
from connectors.jira.closed import day_begun, quoted
from connectors.jira.following import MARGIN, Following
from connectors.jira.marked import marked
from connectors.jira.marks import is_ours, markdown, marks_in, one_line
from connectors.jira.settings import TrackerSettings, by_name_or_id, valid_project

SHALLOW, DEEP = 2, 50  # pages of 100
_PROPERTY_READS = 20  # of issues in one look that Data Center listed without a mark in the text
_PROPERTY = TypeAdapter(dict[str, object])
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_COMMENTS = TypeAdapter(wire.Comments)
_KEY = re.compile(r"^[A-Z][A-Z0-9_]{1,254}-[0-9]{1,12}$")


class Tracker:
    """Action items as Jira issues. One instance serves many threads."""

    kind = "jira"

    def __init__(self, name: str, settings: TrackerSettings, network: Network = USUAL) -> None:
        self.name = name
        self.settings = settings
        self.server = settings.server
        self.places: Sequence[str] = settings.places
        #: none unless the settings say so: Jira allows 100 creations a second and says when it has enough
        #: (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/)
        self.paces = settings.paces
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)
        self._following = Following(self._client, settings)
        self._audience = Audience(self._client)

    # --- filing -------------------------------------------------------------------------------------------------------

    def account(self, *, fresh: bool = False) -> str:
        """Whose issues `create` makes: the account id, on Data Center the user name."""
        return self._client.account(fresh=fresh).id

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. No call."""
        return self.settings.signs()

    def look(
        self, markers: Sequence[str], place: str, incident: Ticket, since: datetime, *, deep: bool = False
    ) -> Mapping[str, Filed]:
        """Our own issues since then that carry one of the markers, in the property or the last line. One query.

        By creator and time alone: an issue that a person moved to another project, or took the label from, is found
        too. Jira's index lags by seconds to minutes, so a miss proves little; `deep` reads every page.
        """
        wanted, found = set(markers), dict[str, wire.Issue]()
        pages = DEEP if deep else SHALLOW
        former = [quoted(one) for one in self.accounts if one != self._client.us]
        us = f"creator in ({', '.join(['currentUser()', *former])})" if former else "creator = currentUser()"
        try:
            self._scan(us, since, pages, wanted, found)
        except Refused as error:
            if not former or error.status != 400:
                raise
            # Jira refuses a query that names an account which it no longer has; what that one made still says so
            self._scan("creator = currentUser()", since, pages, wanted, found)
            if valid_project(project := place or self.places[0]):
                self._scan(f'project = "{project}"', since, pages, wanted, found, set(self.accounts))
        return {marker: state.filed(issue, self._client.browse(issue.key)) for marker, issue in found.items()}

    def _scan(
        self,
        which: str,
        since: datetime,
        pages: int,
        wanted: set[str],
        found: dict[str, wire.Issue],
        creators: Container[str] | None = None,
    ) -> None:
        """Adds issues of a query that carry one of the markers, and that one of `creators` made, if these are named;
        where two carry one marker, the older one is the right one."""
        jql = f'{which} AND created >= "{day_begun(since)}" ORDER BY created DESC'
        fields = ",".join((*state.FIELDS, "description", "creator"))
        reads = 0
        for issue in self._client.search(jql, fields, properties="afterword.item", most=pages):
            if issue.fields.created is not None and issue.fields.created.date() < (since - MARGIN).date():
                break
            if creators is not None and (issue.fields.creator is None or issue.fields.creator.id not in creators):
                continue
            marks = marks_in(issue.fields.description, issue.properties, "item")
            if not marks and not self.settings.cloud and reads < _PROPERTY_READS:
                reads += 1
                marks = self._mark_kept_beside(issue)
            for marker in marks & wanted:
                known = found.get(marker)
                if known is None or _age(issue) < _age(known):
                    found[marker] = issue

    def _mark_kept_beside(self, issue: wire.Issue) -> set[str]:
        """Data Center's search tells no properties, so that of an issue of ours without the last line is asked for."""
        try:
            answer = self._client.get(f"issue/{issue.id}/properties/afterword.item")
        except Missing:
            return set()
        return marks_in(None, [parse(_PROPERTY, answer, "GET property")], "item")

    def preview(self, draft: Draft) -> str:
        """What `create` and then `link` would send: fields and links, one a line, then the text with its marker."""
        links = [f"remote link: {self._link_title(draft)}, {draft.document_url}"]
        if self._same_site(draft):
            links.append(f"issue link: {self.settings.link_type}, {draft.incident.ref}")
        return filing.preview(self.settings, draft, links)

    def create(self, draft: Draft, sure: Sure | None = None) -> Filed:
        """One POST, with marker and fields at once. Raises NotSent, Limited, Refused or OutcomeUnknown.

        Only a definite refusal of optional fields alone is followed by one POST without them.
        """
        return filing.create(self._client, self.settings, draft, sure)

    def links(self, filed: Filed, draft: Draft) -> int:
        """2 where the incident is an issue of the same Jira, else 1. No I/O."""
        return 2 if self._same_site(draft) else 1

    def link(self, filed: Filed, draft: Draft) -> None:
        """A remote link to the document (made or replaced by its globalId), and, where the incident is an issue of the
        same Jira, an issue link (made once). Both are harmless to repeat. Raises ConnectorError."""
        document = {
            "globalId": f"afterword:item:{draft.marker}",
            "application": {"type": "afterword", "name": "Afterword"},
            "relationship": "postmortem",
            "object": {"url": draft.document_url, "title": self._link_title(draft)},
        }
        self._client.write("POST", f"issue/{filed.id}/remotelink", document)
        if self._same_site(draft):
            sides = {"inwardIssue": {"id": draft.incident.native["id"]}, "outwardIssue": {"id": filed.id}}
            self._client.write("POST", "issueLink", {"type": by_name_or_id(self.settings.link_type), **sides})

    def _same_site(self, draft: Draft) -> bool:
        """Whether the incident is an issue that can be linked with one of ours."""
        native = draft.incident.native
        return bool(self.settings.link_type and native.get("site") == self.settings.url and native.get("id"))

    def _link_title(self, draft: Draft) -> str:
        """Without the incident's own words where the issue has more readers than the ticket."""
        seen = draft.incident.visibility
        wider = seen is not Visibility.PUBLIC and self.visibility(draft.place) is Visibility.PUBLIC
        if wider or seen in (Visibility.RESTRICTED, Visibility.PRIVATE):
            return f"Postmortem of {draft.incident.ref}"[:255]
        return f"Postmortem: {draft.document_title}"[:255]

    def visibility(self, place: str) -> Visibility:
        """PUBLIC if the project is open to people without an account, else INTERNAL: those who have one. Asked again
        after an hour, with one call. Raises ConnectorError."""
        return self._audience.of(place)

    def assignable(self, place: str, person_id: str) -> bool:
        """Always True: who is in the people map is tried, and left out of the issue if Jira then refuses them."""
        return bool(person_id)

    # --- following ----------------------------------------------------------------------------------------------------

    def resolve(self, reference: str, incident: Ticket) -> IssueState | None:
        """The issue that "PAY-12" or an address of this Jira names. None: not this Jira's, or not there."""
        key = self._key(reference.strip(), incident)
        if key is None:
            return None
        try:
            return self._following.state(self._following.one(key))
        except Missing:
            return None

    def _key(self, reference: str, incident: Ticket) -> str | None:
        if _KEY.match(reference):  # on a ticket of another Jira it is a key of that one
            return reference if incident.native.get("site", self.settings.url) == self.settings.url else None
        try:
            parts, home = urlsplit(reference), urlsplit(self.settings.url)
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != home.netloc.lower():
            return None
        selected = parse_qs(parts.query).get("selectedIssue", [""])[0]
        last = parts.path.removeprefix(f"{home.path}/browse/").rstrip("/")
        return next((key for key in (last, selected) if _KEY.match(key)), None)

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        """What changed: one call for up to 100 issues, else one for each project and 100 changed. Problems are told."""
        return self._following.changes(since, tracked)

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        """Each by id, 100 a call. Problems are told, not raised."""
        return self._following.states(tracked)

    def marked(self, since: datetime) -> Iterator[Marked]:
        """Those that our account made since the day before then. Raises ConnectorError."""
        return marked(self._client, since)

    def reason(self, tracked: Tracked) -> str:
        """The last comment of a person that everyone may read, in one line of at most 200 characters, or "".

        One call, and another where it is not known yet whether the issue lies in a service desk.
        """
        native = tracked.native
        if "project_type" not in native:
            native = state.native(self._following.one(tracked.id))
        path = f"issue/{tracked.id}/comment"
        asked = {"orderBy": "-created", "maxResults": 50, "expand": "properties"}
        page = parse(_COMMENTS, self._client.get(path, asked), f"GET {path}")
        for comment in sorted(page.comments, key=lambda one: one.created or _LONG_AGO, reverse=True):
            author = comment.author
            by_person = author is not None and author.accountType != "app" and not is_ours(comment.body)
            if by_person and comment.for_everyone(native.get("project_type") == "service_desk"):
                return one_line(markdown(comment.body))
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
        """From the settings, as Jira tells it to nobody."""
        return self.settings.token_end

    def check(
        self, places: Sequence[str], fields: Mapping[str, Mapping[str, object]] | None = None
    ) -> Sequence[Finding]:
        """Tries the connection and each place, read-only; never raises ConnectorError. `fields`: place → what its
        routes fill besides the tracker's own fields."""
        return check.tracker(self.settings, self._client, places or self.places, fields or {})


def _age(issue: wire.Issue) -> tuple[int, str]:
    return len(issue.id), issue.id  # ids are numbers that grow
