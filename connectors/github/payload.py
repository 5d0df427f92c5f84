"""What a webhook of GitHub means. Pure: bytes in, a Signal out, BadPayload for all that cannot be read.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from urllib.parse import parse_qs

from pydantic import ValidationError

from connectors.base import BadPayload, Said, Signal, Ticket
from connectors.github import wire
from connectors.github.notices import EVENTS, notice
from connectors.github.settings import SourceSettings
from connectors.github.ticket import ticket

#: what changes a ticket that was closed: its text, its severity, who may read it
EDITS = ("edited", "labeled", "unlabeled", "typed", "untyped")
WONT_DO = ("not_planned", "duplicate")


def read(
    name: str, settings: SourceSettings, headers: Mapping[str, str], body: bytes, own: Collection[int] = ()
) -> Signal:
    """Reads one delivery. `headers` keys are lower-case; `own`: the ids of the accounts that are and were ours."""
    event = headers.get("x-github-event", "")
    if not event:
        raise BadPayload(
            "There is no X-GitHub-Event header, so this is no delivery of GitHub.",
            "Check that only GitHub's webhook points here.",
        )
    if event in EVENTS:
        return Signal(Said.NOTHING, notice(event, _text(headers, body)))
    if event not in ("issues", "issue_comment"):
        return Signal(Said.NOTHING, f"Events of the kind “{event[:60]}” do not concern us.")
    return _signal(name, settings, event, _parse(headers, body), own)


def _text(headers: Mapping[str, str], body: bytes) -> bytes | str:
    if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return body
    try:
        return parse_qs(body.decode(), max_num_fields=10)["payload"][0]
    except (ValueError, KeyError):
        raise BadPayload(
            "The form holds no field “payload”.", "Set the content type of the webhook to application/json."
        ) from None


def _parse(headers: Mapping[str, str], body: bytes) -> wire.Delivery:
    try:
        return wire.Delivery.model_validate_json(_text(headers, body), context=wire.DELIVERY)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadPayload(f"The delivery cannot be read: {where}: {first['msg']}.") from None


def _signal(name: str, settings: SourceSettings, event: str, said: wire.Delivery, own: Collection[int]) -> Signal:
    issue, action = said.issue, said.action
    ref = f"{said.repository.label}#{issue.number}"

    def signal(kind: Said, why: str) -> Signal:
        whole = kind in (Said.CLOSED, Said.REOPENED, Said.EDITED)
        return Signal(
            said=kind,
            why=why,
            ref=ref,
            key=issue.node_id or ref,
            at=said.comment.updated_at if said.comment else (issue.closed_at or issue.updated_at),
            ticket=ticket(name, settings, issue, said.repository, from_payload=True) if whole else None,
            issue_id=issue.node_id,
        )

    if not said.repository.label:
        raise BadPayload("The delivery does not say which repository it is about.")
    if issue.pull_request is not None:
        return signal(Said.NOTHING, f"{ref} is a pull request.")
    concern = no_incident(settings, said.repository.label, issue)
    if event == "issue_comment":
        if concern:
            return signal(Said.NOTHING, f"A comment was {action}; {concern}")
        if said.comment and _is_ours(said.comment.body, said.comment.user, own):
            return signal(Said.NOTHING, f"A comment of our own on {ref}.")
        if issue.state != "closed":
            return signal(Said.NOTHING, f"A comment was {action} on {ref}, which is still open.")
        return signal(Said.EDITED, f"A comment was {action} on {ref}, which is closed.")
    if action == "opened" and _is_ours(issue.body, issue.user, own):
        return replace(signal(Said.NOTHING, f"{ref} is an issue that we filed ourselves."), issue_id="")
    if concern:
        return signal(Said.ISSUE, f"{ref} was {action}; {concern}")
    became = issue.state == "closed" and action in ("labeled", "typed") and _became_incident(settings, said)
    if action == "closed" or became:
        if why := no_postmortem(settings, issue):
            return signal(Said.NOTHING, f"{ref} {why}")
        return signal(Said.CLOSED, f"{ref} was {action}, and is closed." if became else f"{ref} was closed.")
    if action == "reopened":
        return signal(Said.REOPENED, f"{ref} was opened again.")
    if action == "transferred" and issue.state == "closed" and (moved := _moved(name, settings, said)) is not None:
        return replace(signal(Said.EDITED, f"{ref} was transferred, and is {moved.ref} now."), ticket=moved)
    if action in EDITS and issue.state == "closed":
        return signal(Said.EDITED, f"{ref} was {action}, and is closed.")
    return signal(Said.ISSUE, f"{ref} was {action}.")


def _moved(name: str, settings: SourceSettings, said: wire.Delivery) -> Ticket | None:
    """The ticket as it is known from now on: a transfer gives it another id."""
    there = said.changes
    if there is None or there.new_issue is None or there.new_repository is None:
        return None
    return ticket(name, settings, there.new_issue, there.new_repository, from_payload=True)


def _is_ours(text: str | None, author: wire.User | None, own: Collection[int]) -> bool:
    """Our marker in what our account wrote. Both, as people quote us, and may share the account. Before our accounts
    are known, the marker alone: it only wakes, and what it says is not believed."""
    return "<!-- afterword:" in (text or "") and (not own or author is None or author.id in own)


def _became_incident(settings: SourceSettings, said: wire.Delivery) -> bool:
    """Whether the label or type that was just put makes it an incident, which it was not before."""
    if said.action == "typed":
        before = said.issue.model_copy(update={"type": None})
    else:
        put = (said.label.name or "").casefold() if said.label else ""
        left = tuple(one for one in said.issue.labels if (one.name or "").casefold() != put)
        before = said.issue.model_copy(update={"labels": left})
    return bool(no_incident(settings, said.repository.label, before))


def no_incident(settings: SourceSettings, repository: str, issue: wire.Issue) -> str:
    """Why an issue is no incident for these settings, or ""."""
    if not matches(settings.repositories, repository):
        return f"{repository} is not among the repositories of this source."
    wanted = {label.casefold() for label in settings.labels}
    types = {kind.casefold() for kind in settings.issue_types}
    if not wanted and not types:
        return ""
    if wanted & {label.casefold() for label in issue.label_names}:
        return ""
    if issue.type is not None and issue.type.name.casefold() in types:
        return ""
    named = [f"the label {label}" for label in settings.labels] + [f"the type {kind}" for kind in settings.issue_types]
    return f"it does not have {' or '.join(named)}."


def no_postmortem(settings: SourceSettings, issue: wire.Issue) -> str:
    """Why the closing of an incident gets no postmortem, or ""."""
    if issue.state_reason not in WONT_DO or settings.include_not_planned:
        return ""
    return f"was closed as {issue.state_reason.replace('_', ' ')}; such closings get no postmortem."


def matches(patterns: Sequence[str], repository: str) -> bool:
    """Whether a repository is meant by patterns such as "acme/*" and "!acme/secret"; no pattern means every one."""
    name = repository.casefold()
    wanted = [pattern.casefold() for pattern in patterns if not pattern.startswith("!")]
    barred = [pattern[1:].casefold() for pattern in patterns if pattern.startswith("!")]
    if any(fnmatchcase(name, pattern) for pattern in barred):
        return False
    return not wanted or any(fnmatchcase(name, pattern) for pattern in wanted)
