"""GitHub as a source: webhooks verified and read, tickets fetched in full."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import BadSignature, Denied, Finding, Missing, Network, Refused, Signal, Ticket
from connectors.github import check, history, ours, payload, wire
from connectors.github.client import HOUR, USUAL, Client
from connectors.github.reading import parse
from connectors.github.settings import SourceSettings
from connectors.github.ticket import comment, events, ticket
from connectors.github.urgent import urgent
from connectors.signing import body_id, check_hmac

REF = re.compile(r"^([A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100})#([0-9]{1,12})$")
ISSUE = TypeAdapter(wire.Issue)
COMMENTS = TypeAdapter(list[wire.Comment])
_TIMELINE = TypeAdapter(list[wire.MaybeEvent])
_REPO = TypeAdapter(wire.Repo)
_GUID = re.compile(r"^[0-9A-Za-z-]{1,100}$")


class Source:
    """Incidents from GitHub issues."""

    max_bytes = 25 * 1024 * 1024  # GitHub sends no larger delivery
    accepted = 202

    def __init__(self, name: str, settings: SourceSettings, network: Network = USUAL) -> None:
        self.name = name
        self.settings = settings
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)
        self._urgent = urgent(settings)

    def account(self) -> str:
        """Who reads, and comments as its publisher, as "<id>/<login>"."""
        return ours.handle(self._client.account())

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature unless one of the live secrets signed these bytes."""
        secrets = [secret for secret in (self.settings.secret, self.settings.secret_old) if secret is not None]
        if secrets:
            check_hmac(body, headers.get("x-hub-signature-256"), secrets)
        elif not self.settings.unsigned:
            raise BadSignature(
                f"The source {self.name} has no secret, so no delivery can be believed. Nothing was stored.",
                "Set secret_env for this source, or say unsigned = true.",
            )

    def delivery_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """GitHub's GUID, the same when it delivers again; else the SHA-256 of the body."""
        stated = headers.get("x-github-delivery", "")
        return stated if _GUID.match(stated) else body_id(body)

    def first(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether it may tell of an incident that was closed, or of a closed one."""
        return self._urgent(headers, body)

    def read(self, headers: Mapping[str, str], body: bytes) -> Signal:
        """What the delivery means. Raises BadPayload."""
        return payload.read(self.name, self.settings, headers, body, ours.logins(self.accounts).keys())

    def fetch(self, ref: str, *, hint: Ticket | None = None) -> Ticket:
        """Issue, repository, comments and timeline: four calls for a ticket of up to 100 comments.

        A `hint` with the repository's id finds the ticket after a rename as well. Raises ConnectorError.
        """
        named = REF.match(ref)
        if named is None:
            raise Refused(f"“{ref[:100]}” is no issue of GitHub.", "Write owner/name#number, such as acme/ops#42.")
        base = f"/repos/{named[1]}"
        if hint is not None and hint.ref == ref and hint.native.get("repository_id"):
            base = self._client.home(hint.native["repository_id"], ref)
        client = self._client
        issue = parse(ISSUE, client.get(f"{base}/issues/{named[2]}"), ref)
        # moved meanwhile: what the issue says of itself goes before how it was asked for
        if issue.repository_url:
            base = f"/repos/{issue.place}"
            repo = client.repository(issue.place, within=HOUR)
        else:
            repo = client.remember(parse(_REPO, client.get(base), base))
        plain = ticket(self.name, self.settings, issue, repo)
        if plain is None or issue.pull_request is not None:
            raise Missing(f"{ref} is no issue of GitHub.", "A pull request is no incident ticket.")
        path = f"{base}/issues/{issue.number}"
        own = self._own_ids()
        comments = [
            comment(item, own)
            for page in client.pages(f"{path}/comments")
            for item in parse(COMMENTS, page, f"{path}/comments")
        ]
        lines = [
            item
            for page in client.pages(f"{path}/timeline")
            for item in parse(_TIMELINE, page, f"{path}/timeline")
            if item is not None
        ]
        # within that hour the repository may have been closed to others, and its webhook said so
        readers = plain.visibility.narrower(hint.visibility) if hint and hint.from_payload else plain.visibility
        unwanted = payload.no_incident(self.settings, issue.place, issue) or payload.no_postmortem(self.settings, issue)
        return replace(
            plain, visibility=readers, comments=tuple(comments), events=events(plain, lines), unwanted=unwanted
        )

    def closed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incident tickets closed at or after this time, the oldest closing first. Raises ConnectorError."""
        return history.closed_since(self.name, self.settings, self._client, since)

    def changed_since(self, since: datetime) -> Iterator[Ticket]:
        """Incident tickets changed at or after this time, open or closed. Raises ConnectorError."""
        return history.changed_since(self.name, self.settings, self._client, since)

    def token_ends(self) -> datetime | None:
        """When the token ends, as the last answer said; None: it has no end, nothing was asked yet, or it is an App."""
        return self._client.token_ends()

    def check(self) -> Sequence[Finding]:
        """Tries the connection and every repository that is named in full; read-only."""
        return check.source(self.name, self.settings, self._client)

    def _own_ids(self) -> Collection[int]:
        """Of the accounts that are and were ours; without that of now where the token has none."""
        former = ours.logins(self.accounts).keys()
        try:
            return {self._client.account().id, *former}
        except Denied:
            return former
