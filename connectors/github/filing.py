"""Making one issue: what is sent, what may be left out after a definite refusal, what the answer must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from connectors.answers import Answer
from connectors.base import Draft, Filed, Missing, NotSent, OutcomeUnknown, Refused, Sure, Ticket, Unavailable
from connectors.github import state, wire
from connectors.github.client import Client
from connectors.github.reading import parse
from connectors.github.settings import TrackerSettings, valid_repository
from connectors.github.text import TITLE, one_line, with_marker
from connectors.transport import unless

#: how a note begins that says why an issue does not hang below its incident
PARENT = "parent:"
#: what the settings may add to the POST; https://docs.github.com/en/rest/issues/issues#create-an-issue
EXTRA = ("type", "milestone", "issue_field_values")
_ISSUE = TypeAdapter(wire.Issue)


def create(client: Client, settings: TrackerSettings, draft: Draft, sure: Sure | None = None) -> Filed:
    """Raises NotSent, Limited, Refused or OutcomeUnknown."""
    place = draft.place or settings.repositories[0]
    if not valid_repository(place):
        raise Refused(f"“{place[:100]}” is no repository.", "Write owner/name.", fields={"place": "is no owner/name"})
    home = _home(client, place)
    sent = content(settings, draft, sub_issues=client.heard.sub_issues)
    notes: list[str] = []
    path = f"/repos/{home.label or place}/issues"
    with unless(sure):
        answer = _post(client, place, path, sent, notes)
    if answer.status != 201:
        raise OutcomeUnknown(f"GitHub answered {answer.status}, not 201, to POST {path}.", status=answer.status)
    issue = parse(_ISSUE, answer, f"POST {path}", write=True)
    if not issue.node_id or not issue.id:
        raise OutcomeUnknown(f"GitHub's answer to POST {path} names no issue.", status=answer.status)
    linked = "parent_issue_id" in sent and issue.parent_issue_url is not None
    return filed(issue, home.id, linked=linked, notes=tuple(notes), place=home.label)


def filed(
    issue: wire.Issue, repository_id: int, *, linked: bool, notes: tuple[str, ...] = (), place: str = ""
) -> Filed:
    """An issue that exists, as the ledger keeps it."""
    return Filed(
        id=issue.node_id,
        label=f"{issue.place if issue.repository_url else place}#{issue.number}",
        url=issue.html_url,
        native=state.native(repository_id, issue.number, issue.id, issue.node_id),
        linked=linked,
        notes=notes,
    )


def parent_of(incident: Ticket, settings: TrackerSettings, place: str) -> int | None:
    """The incident's issue id, if it is an issue of the same GitHub, sub-issues are wanted, and may be made.

    The token of an App is good for one owner, so that it cannot hang an issue below another owner's.
    """
    native = incident.native
    owners = {name.partition("/")[0].casefold() for name in (incident.ref, place or settings.repositories[0])}
    if settings.app_id is not None and len(owners) > 1:
        return None
    here = native.get("api_url") == settings.api_url and native.get("repository_id") and native.get("number")
    number = native.get("issue_id", "")
    return int(number) if settings.sub_issues and here and number.isdigit() else None


def _home(client: Client, place: str) -> wire.Repo:
    """The repository as it is called now. Asked before anything is sent, so its failure is never an open outcome."""
    try:
        return client.repository(place)
    except Unavailable as error:
        raise NotSent(error.message, error.mend, status=error.status) from error


def preview(settings: TrackerSettings, draft: Draft, *, sub_issues: bool) -> str:
    """The issue as it would be sent, for people: what it carries line by line, then its body."""
    sent = content(settings, draft, sub_issues=sub_issues)
    lines = [f"Issue in {draft.place or settings.repositories[0]}", f"Title: {sent['title']}"]
    if sent["labels"]:
        lines.append(f"Labels: {', '.join(sent['labels'])}")
    if "assignees" in sent:
        lines.append(f"Assignee: {', '.join(sent['assignees'])}")
    if "parent_issue_id" in sent:
        lines.append(f"Sub-issue of: {draft.incident.ref}")
    lines += [f"{name}: {sent[name]}" for name in EXTRA if name in sent]
    return "\n".join([*lines, "", sent["body"]])


def content(settings: TrackerSettings, draft: Draft, *, sub_issues: bool) -> dict[str, Any]:
    """What is sent. `sub_issues`: the server knows them."""
    sent: dict[str, Any] = {name: draft.fields[name] for name in EXTRA if name in draft.fields}
    sent["title"] = one_line(draft.title, TITLE)
    sent["body"] = with_marker("item", draft.marker, draft.body)
    sent["labels"] = list(dict.fromkeys((*settings.labels, *draft.labels)))
    if draft.assignee:
        sent["assignees"] = [draft.assignee]
    if sub_issues and (parent := parent_of(draft.incident, settings, draft.place)) is not None:
        sent["parent_issue_id"] = parent
    return sent


def _post(client: Client, place: str, path: str, sent: dict[str, Any], notes: list[str]) -> Answer:
    """The POST. A refusal is definite: nothing was made, so what was refused is left out and it is sent once more."""
    while True:
        try:
            return client.write("POST", path, sent)
        except OutcomeUnknown as error:
            if error.status is not None and 300 <= error.status < 400:
                client.forget(place)  # it was renamed: the next POST goes to its present name
            raise
        except Refused as error:
            left_out = _left_out(sent, error)
            if not left_out:
                raise
            for name, note in left_out.items():
                del sent[name]
                notes.append(note)


def _left_out(sent: Mapping[str, Any], error: Refused) -> dict[str, str]:
    """Field → note, of the fields that a refusal is about and an issue can do without. Empty: the refusal stands."""
    fields = {f"{name} {said}".lower(): said for name, said in error.fields.items()} if error.status == 422 else {}
    found: dict[str, str] = {}
    if "parent_issue_id" in sent:
        said = next((said for text, said in fields.items() if "parent" in text or "sub-issue" in text), None)
        if said is None and isinstance(error, Missing) and error.status == 404:
            said = "GitHub answered 404 with it"
        if said is not None:
            found["parent_issue_id"] = f"{PARENT} the issue could not become a sub-issue of the incident ({said})."
    if "assignees" in sent and any("assignee" in text for text in fields):
        found["assignees"] = f"assignees: {', '.join(sent['assignees'])} cannot be assigned here."
    return found
