"""The one comment on an incident ticket: found, posted once, edited in place. GitHub notifies nobody of an edit."""

from __future__ import annotations

from pydantic import TypeAdapter

from connectors.base import Missing, OutcomeUnknown, Published, Ticket
from connectors.github import wire
from connectors.github.client import Client, parse
from connectors.github.settings import SourceSettings
from connectors.github.text import with_marker
from connectors.github.ticket import comment

_COMMENTS = TypeAdapter(list[wire.Comment])
_COMMENT = TypeAdapter(wire.Comment)


class Publisher:
    """Writes on the tickets of a GitHub source."""

    def __init__(self, name: str, settings: SourceSettings) -> None:
        self.name = name
        self._client = Client(settings.api_url, settings.token, settings.timeout)

    def find(self, ticket: Ticket, marker: str) -> Published | None:
        """Our comment with this marker, the oldest if there are several; one call for each 100 comments."""
        own = self._client.account().id
        path = f"{_home(ticket)}/issues/{_number(ticket)}/comments"
        for page in self._client.pages(path):
            for item in parse(_COMMENTS, page, path):
                if comment(item, own).marker == marker:
                    return Published(str(item.id), item.html_url)
        return None

    def post(self, ticket: Ticket, marker: str, body: str) -> Published:
        """Exactly one POST. Raises NotSent, Limited, Refused or OutcomeUnknown."""
        path = f"{_home(ticket)}/issues/{_number(ticket)}/comments"
        answer = self._client.write("POST", path, {"body": with_marker("comment", marker, body)})
        if answer.status != 201:
            raise OutcomeUnknown(f"GitHub answered {answer.status}, not 201, to POST {path}.", status=answer.status)
        made = parse(_COMMENT, answer, f"POST {path}", write=True)
        return Published(str(made.id), made.html_url)

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str) -> bool:
        """Replaces the text, which is harmless to repeat. False: a person deleted the comment, and it stays deleted."""
        path = f"{_home(ticket)}/issues/comments/{comment_id}"
        try:
            answer = self._client.write("PATCH", path, {"body": with_marker("comment", marker, body)})
        except Missing:
            return False
        parse(_COMMENT, answer, f"PATCH {path}", write=True)  # a proxy's page is no proof that it was done
        return True


def _home(ticket: Ticket) -> str:
    """The repository by its id, which a rename does not change."""
    repository = ticket.native.get("repository_id")
    return f"/repositories/{repository}" if repository else f"/repos/{ticket.ref.partition('#')[0]}"


def _number(ticket: Ticket) -> str:
    return ticket.native.get("number") or ticket.ref.rpartition("#")[2]
