"""The one comment on an incident ticket: found, posted once, edited in place. GitHub notifies nobody of an edit."""

from __future__ import annotations

from pydantic import TypeAdapter

from connectors.base import Missing, Network, OutcomeUnknown, Paces, Published, Sure, Ticket, paces
from connectors.github import ours, wire
from connectors.github.client import USUAL, Client
from connectors.github.reading import parse
from connectors.github.settings import SourceSettings
from connectors.github.text import with_marker
from connectors.github.ticket import comment
from connectors.transport import unless

_COMMENTS = TypeAdapter(list[wire.Comment])
_COMMENT = TypeAdapter(wire.Comment)


class Publisher:
    """Writes on the tickets of a GitHub source."""

    #: those of a tracker unless its settings say otherwise
    paces: Paces = paces(1, 60, 400)

    def __init__(self, name: str, settings: SourceSettings, network: Network = USUAL) -> None:
        self.name = name
        self.server = settings.api_url
        self.settings = settings
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)

    def account(self, *, fresh: bool = False) -> str:
        """Whose comments `post` writes, as "<id>/<login>"."""
        return ours.handle(self._client.account(fresh=fresh))

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. No call."""
        return self.settings.signs()

    def find(self, ticket: Ticket, marker: str) -> Published | None:
        """Our comment with this marker, the oldest if there are several; one call for each 100 comments."""
        own = {self._client.account().id, *ours.logins(self.accounts)}
        path = f"{self._home(ticket)}/issues/{_number(ticket)}/comments"
        for page in self._client.pages(path):
            for item in parse(_COMMENTS, page, path):
                if comment(item, own).marker == marker:
                    return Published(str(item.id), item.html_url)
        return None

    def preview(self, ticket: Ticket, marker: str, body: str) -> str:
        """The text as it is sent, its hidden marker first."""
        return with_marker("comment", marker, body)

    def post(self, ticket: Ticket, marker: str, body: str, sure: Sure | None = None) -> Published:
        """Exactly one POST. Raises NotSent, Limited, Refused or OutcomeUnknown."""
        path = f"{self._home(ticket)}/issues/{_number(ticket)}/comments"
        with unless(sure):
            answer = self._client.write("POST", path, {"body": self.preview(ticket, marker, body)})
        if answer.status != 201:
            raise OutcomeUnknown(f"GitHub answered {answer.status}, not 201, to POST {path}.", status=answer.status)
        made = parse(_COMMENT, answer, f"POST {path}", write=True)
        return Published(str(made.id), made.html_url)

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str, sure: Sure | None = None) -> bool:
        """Replaces the text, which is harmless to repeat. False: a person deleted the comment, and it stays deleted."""
        path = f"{self._home(ticket)}/issues/comments/{comment_id}"
        try:
            with unless(sure):
                answer = self._client.write("PATCH", path, {"body": self.preview(ticket, marker, body)})
        except Missing:
            return False
        parse(_COMMENT, answer, f"PATCH {path}", write=True)  # a proxy's page is no proof that it was done
        return True

    def _home(self, ticket: Ticket) -> str:
        return self._client.home(ticket.native.get("repository_id"), ticket.ref)


def _number(ticket: Ticket) -> str:
    return ticket.native.get("number") or ticket.ref.rpartition("#")[2]
