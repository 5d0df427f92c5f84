"""The one comment on an incident ticket: found, posted once, edited in place without a mail."""

from __future__ import annotations

from pydantic import TypeAdapter

from connectors.base import Missing, Network, OutcomeUnknown, Paces, Published, Sure, Ticket
from connectors.jira import wire
from connectors.jira.client import USUAL, Client, parse
from connectors.jira.marks import as_read, marks_in, property_of, with_mark
from connectors.jira.settings import SourceSettings
from connectors.transport import unless

_COMMENTS = TypeAdapter(wire.Comments)
_MADE = TypeAdapter(wire.MadeComment)


class Publisher:
    """Writes on the tickets of a Jira source."""

    paces: Paces = ()

    def __init__(self, name: str, settings: SourceSettings, network: Network = USUAL) -> None:
        self.name = name
        self.server = settings.server
        self.settings = settings
        self.accounts: tuple[str, ...] = ()
        self._client = Client(settings, network)

    def account(self, *, fresh: bool = False) -> str:
        """Whose comments `post` writes: the account id, on Data Center the user name."""
        return self._client.account(fresh=fresh).id

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. No call."""
        return self.settings.signs()

    def find(self, ticket: Ticket, marker: str) -> Published | None:
        """Our comment with this marker, the oldest if there are several; one call for each 100 comments."""
        own = {self._client.account().id, *self.accounts} - {""}
        for page in self._client.pages(f"{_home(ticket)}/comment", {"expand": "properties"}, _COMMENTS):
            for one in page.comments:
                ours = one.author is not None and one.author.id in own
                if ours and marker in marks_in(one.body, one.properties, "comment"):
                    return self._published(ticket, one.id)
        return None

    def preview(self, ticket: Ticket, marker: str, body: str) -> str:
        """The comment as `post` would send it, marker included. No I/O."""
        return as_read(with_mark("comment", marker, body, self._client.version))

    def post(self, ticket: Ticket, marker: str, body: str, sure: Sure | None = None) -> Published:
        """Exactly one POST. Raises NotSent, Limited, Refused or OutcomeUnknown.

        In a service desk the comment is internal: the customer who opened the ticket does not see the postmortem.
        """
        path = f"{_home(ticket)}/comment"
        properties = property_of("comment", marker)
        if ticket.native.get("project_type") == "service_desk":
            properties.append({"key": "sd.public.comment", "value": {"internal": True}})
        text = with_mark("comment", marker, body, self._client.version)
        with unless(sure):
            answer = self._client.write("POST", path, {"body": text, "properties": properties})
        if answer.status != 201:
            raise OutcomeUnknown(f"Jira answered {answer.status}, not 201, to POST {path}.", status=answer.status)
        return self._published(ticket, parse(_MADE, answer, f"POST {path}", write=True).id)

    def edit(self, ticket: Ticket, comment_id: str, marker: str, body: str, sure: Sure | None = None) -> bool:
        """Replaces the text, which is harmless to repeat. False: a person deleted the comment, and it stays deleted.

        https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/ (notifyUsers: Cloud)
        """
        path = f"{_home(ticket)}/comment/{comment_id}"
        try:
            text = {"body": with_mark("comment", marker, body, self._client.version)}
            with unless(sure):
                answer = self._client.write("PUT", path, text, {"notifyUsers": "false"})
        except Missing:
            return False
        parse(_MADE, answer, f"PUT {path}", write=True)  # a proxy's page is no proof that it was done
        return True

    def _published(self, ticket: Ticket, comment_id: str) -> Published:
        return Published(comment_id, f"{self._client.browse(ticket.ref)}?focusedCommentId={comment_id}")


def _home(ticket: Ticket) -> str:
    """The issue by its id, which a move does not change."""
    return f"issue/{ticket.native.get('id') or ticket.key}"
