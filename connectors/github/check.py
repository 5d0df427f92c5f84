"""What `check` says of GitHub: the token, each repository, its rights, its labels, its webhook. Read-only."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from connectors.base import ConnectorError, Denied, Finding, Missing
from connectors.github import wire
from connectors.github.client import Client
from connectors.github.reading import parse
from connectors.github.settings import SourceSettings, TrackerSettings

OK, NOTE, MEND = "ok", "note", "MEND"
TOKENS = "https://github.com/settings/personal-access-tokens"
_HOOKS = TypeAdapter(list[wire.Hook])
_LABELS = TypeAdapter(list[wire.Label])


def tracker(settings: TrackerSettings, client: Client, places: Sequence[str]) -> list[Finding]:
    """The account, then one finding for each repository, and one for each label that GitHub will have to make."""
    trouble = _account(client)
    if trouble:
        return trouble
    found: list[Finding] = []
    for place in dict.fromkeys(places):
        subject = f"GitHub {place}"
        repo = _repo(client, place, found)
        if repo is None:
            continue
        rights = repo.permissions
        if not repo.has_issues:
            found.append(_mend(subject, "issues are switched off", "Switch issues on in its settings, under Features."))
        elif repo.archived:
            found.append(_mend(subject, "it is archived", "File in another repository, or unarchive this one."))
        elif rights is not None and not (rights.push or rights.triage):
            found.append(
                _mend(
                    subject,
                    "read, but not write",
                    client.credentials.mends.right,
                    means="Issues can be opened, but their labels and assignees are dropped.",
                )
            )
        else:
            renamed = f", now called {repo.label}" if repo.label and repo.label.lower() != place.lower() else ""
            links = ", sub-issues" if settings.sub_issues else ""
            found.append(Finding(subject, OK, f"read, write{links}{renamed}"))
            found += _labels(client, settings, place)
    return found


def source(name: str, settings: SourceSettings, client: Client) -> list[Finding]:
    """The account, the secret, then every repository that is named in full, with its webhook."""
    found: list[Finding] = []
    if settings.secret is None and not settings.unsigned:
        found.append(_mend("GitHub", "no secret", "Set secret_env for this source, or say unsigned = true."))
    trouble = _account(client)
    if trouble:
        return found + trouble
    for pattern in settings.repositories:
        if pattern.startswith("!"):
            continue
        if any(sign in pattern for sign in "*?["):
            found.append(Finding(f"GitHub {pattern}", OK, "a pattern; what is delivered is compared with it"))
            continue
        repo = _repo(client, pattern, found)
        if repo is not None:
            found.append(_webhook(name, client, pattern))
    return found or [Finding("GitHub", OK, f"signed in as {client.account().login}")]


def _account(client: Client) -> list[Finding]:
    """Nothing if the token is good, else what to mend."""
    try:
        client.account()
    except Denied as error:
        return [
            _mend(
                "GitHub",
                f"{error.status or ''} the token is refused".strip(),
                f"{client.credentials.mends.credential} {TOKENS}",
                saw=error.message,
                means="Nothing can be read or filed with this token.",
            )
        ]
    except ConnectorError as error:
        return [_mend("GitHub", "no answer", error.mend or "Try again later.", saw=error.message)]
    return []


def _repo(client: Client, place: str, found: list[Finding]) -> wire.Repo | None:
    subject = f"GitHub {place}"
    try:
        return client.repository(place, within=0)
    except (Missing, Denied) as error:
        found.append(
            _mend(
                subject,
                str(error.status or "refused"),
                f"{client.credentials.mends.right} {TOKENS}",
                saw=error.message,
                means="We are signed in, but cannot see this repository, or it does not exist.",
            )
        )
    except ConnectorError as error:
        found.append(_mend(subject, "no answer", error.mend or "Try again later.", saw=error.message))
    return None


def _labels(client: Client, settings: TrackerSettings, place: str) -> list[Finding]:
    """GitHub makes a label that it does not know, in grey; worth a note, as a typing error looks the same."""
    try:
        have = {
            (label.name or "").casefold()
            for page in client.pages(f"/repos/{place}/labels", most=5)
            for label in parse(_LABELS, page, f"GET /repos/{place}/labels")
        }
    except ConnectorError:
        return []
    lacking = [label for label in settings.labels if label.casefold() not in have]
    if not lacking:
        return []
    names = ", ".join(f"“{label}”" for label in lacking)
    return [Finding(f"GitHub {place}", NOTE, f"has no label {names} yet; it is made with the first issue")]


def _webhook(name: str, client: Client, place: str) -> Finding:
    """Whether a webhook for issues is there; only an administrator's token may see it."""
    subject, path = f"GitHub {place}", f"/repos/{place}/hooks"
    try:
        hooks = [hook for page in client.pages(path, most=2) for hook in parse(_HOOKS, page, f"GET {path}")]
    except ConnectorError:
        return Finding(subject, OK, "read; its webhooks are not shown to this token")
    ours = [hook for hook in hooks if hook.config.url.rstrip("/").endswith(f"/webhooks/{name}")]
    if not ours:
        return Finding(
            subject,
            NOTE,
            f"read; no webhook of the repository ends in /webhooks/{name} (the organisation may have one)",
        )
    hook = ours[0]
    lacking = {"issues", "issue_comment"} - set(hook.events)
    if not hook.active:
        return _mend(subject, "webhook is switched off", "Switch it on in the repository's settings, under Webhooks.")
    if lacking and "*" not in hook.events:
        return _mend(
            subject, f"webhook lacks {', '.join(sorted(lacking))}", "Select Issues and Issue comments for the webhook."
        )
    return Finding(subject, OK, f"webhook active, {'secret set' if hook.config.secret else 'no secret'}")


def _mend(subject: str, text: str, mend: str, *, saw: str = "", means: str = "") -> Finding:
    return Finding(subject, MEND, text, saw=saw, means=means, mend=mend)
