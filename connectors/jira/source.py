"""Jira as a source: webhooks verified and read, tickets fetched in full."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import (
    BadSignature,
    ConnectorError,
    Denied,
    Finding,
    Network,
    Refused,
    Secret,
    Signal,
    Ticket,
    Unavailable,
)
from connectors.jira import check, closed, concern, history, payload, wire
from connectors.jira.audience import Audience
from connectors.jira.client import USUAL, Client, parse
from connectors.jira.settings import SourceSettings, valid_project
from connectors.jira.ticket import FIELDS, comments, events, ticket
from connectors.jira.urgent import urgent
from connectors.signing import METHODS, body_id, check_hmac, same

KEY = re.compile(r"^[A-Za-z][A-Za-z0-9_]{1,254}-[0-9]{1,12}$|^[0-9]{1,18}$")
ISSUE = TypeAdapter(wire.Issue)
COMMENTS = TypeAdapter(wire.Comments)
_CHANGELOG = TypeAdapter(wire.Changelog)
_IDENTIFIER = re.compile(r"^[0-9A-Za-z-]{1,100}$")


class Source:
    """Incidents from Jira issues."""

    max_bytes = 25 * 1024 * 1024
    accepted = 202

    def __init__(self, name: str, settings: SourceSettings, network: Network = USUAL) -> None:
        self.name = name
        self.settings = settings
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)
        self._audience = Audience(self._client)
        self._urgent = urgent(settings)

    def account(self) -> str:
        """Who reads, and comments as its publisher: the account id, on Data Center the user name."""
        return self._client.account().id

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature unless one of the live secrets signed these bytes, or a header brings the token of
        Automation, which signs nothing."""
        said, token = self.settings, self.settings.header_token
        secrets = [secret for secret in (said.secret, said.secret_old) if secret is not None]
        brought = headers.get(said.header_name.lower())
        if token is not None and (brought is not None or not secrets):
            self._check_token(token, brought)
        elif secrets:
            check_hmac(body, headers.get("x-hub-signature"), secrets, header_name="X-Hub-Signature", methods=METHODS)
        elif not said.unsigned:
            raise BadSignature(
                f"The source {self.name} has no secret, so no delivery can be believed. Nothing was stored.",
                "Set secret_env for this source, or say unsigned = true.",
            )

    def _check_token(self, token: Secret, brought: str | None) -> None:
        name = self.settings.header_name
        if brought is None:
            raise BadSignature(
                f"The delivery has no {name} header. Nothing was stored.",
                f"Add it to the web request in Automation, with the value of {token.origin}.",
            )
        ours = token.reveal()
        if not ours or not same(ours, brought.removeprefix("Bearer ").strip()):
            raise BadSignature(
                f"The {name} header holds another token than {token.origin}. Nothing was stored.",
                "Copy it into the web request again.",
            )

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """Jira's identifier, the same when it delivers again; else the SHA-256 of the body."""
        stated = headers.get("x-atlassian-webhook-identifier", "")
        return stated if _IDENTIFIER.match(stated) else body_id(body)

    def first(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether it may tell of an incident that was closed, or of a closed one."""
        return self._urgent(body)

    def read(self, headers: Mapping[str, str], body: bytes) -> Signal:
        """What the delivery means. Raises BadPayload."""
        return payload.read(self.name, self.settings, body, self.accounts)

    def fetch(self, ref: str, *, hint: Ticket | None = None) -> Ticket:
        """Issue with its history, and its comments: two calls for a ticket of up to 100 comments and changes.

        A `hint` with the issue's id finds the ticket after a move as well. Raises ConnectorError.
        """
        if not KEY.match(ref):
            raise Refused(f"“{ref[:100]}” is no issue of Jira.", "Write its key, such as OPS-12.")
        where = hint.native.get("id") or ref if hint is not None and hint.ref == ref else ref
        client = self._client
        wanted = ",".join(filter(None, (FIELDS, self.settings.severity_field, self.settings.restricted_field)))
        path = f"issue/{where}"
        issue = parse(ISSUE, client.get(path, {"fields": wanted, "expand": "changelog"}), f"GET {path}")
        histories = self._histories(issue)
        closing = history.closing(issue, histories, lambda: history.categories(client))
        plain = ticket(self.name, self.settings, issue, closed_at=closing, is_open=self._is_open(issue))
        if plain is None:
            raise Unavailable(f"Jira's answer to GET {path} lacks the key or the time of creation.")
        own = self._own_ids()
        found = [
            one
            for page in client.pages(f"issue/{issue.id}/comment", {"expand": "properties"}, COMMENTS)
            for one in page.comments
        ]
        return replace(
            plain,
            comments=tuple(comments(self.settings, issue, found, own)),
            events=events(issue, histories, plain.url, plain.closed_at),
            unwanted=concern.unwanted(self.settings, issue),
        )

    def _histories(self, issue: wire.Issue) -> Sequence[wire.History]:
        """The whole history; on Cloud what comes with the issue is its newest part."""
        log = issue.changelog or wire.Changelog()
        if not self.settings.cloud or log.total <= len(log.histories):
            return log.histories
        pages = self._client.pages(f"issue/{issue.id}/changelog", {}, _CHANGELOG)
        return [one for page in pages for one in page.values]

    def _is_open(self, issue: wire.Issue) -> bool:
        """Whether everybody on the internet can read its project. Of Data Center nothing can be said from here: who
        needs no account there may still need to be in the building."""
        project = issue.fields.project.key if issue.fields.project else None
        if not self.settings.cloud or not project or not valid_project(project):
            return False
        try:
            return self._audience.is_open(project)
        except ConnectorError:
            return False  # the narrower of the two

    def closed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incidents by the settings that were closed at or after this time, oldest closing first; one call for each
        100. Raises ConnectorError."""
        return closed.closed_since(self.name, self.settings, self._client, since)

    def changed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incidents by the settings that were changed on that day or later, open or closed; one call for each 100.
        Raises ConnectorError."""
        return closed.changed_since(self.name, self.settings, self._client, since)

    def token_ends(self) -> datetime | None:
        """From the settings, as Jira tells it to nobody."""
        return self.settings.token_end

    def check(self) -> Sequence[Finding]:
        """Tries the connection and every project that is named; read-only."""
        return check.source(self.settings, self._client)

    def _own_ids(self) -> Collection[str]:
        """Of the accounts that are and were ours; without that of now where the token has none."""
        try:
            return {self._client.account().id, *self.accounts}
        except Denied:
            return self.accounts
