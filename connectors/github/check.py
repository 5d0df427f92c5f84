"""What `check` says of GitHub: signing in, each repository, its rights, its labels, its webhook. Read-only.

About five calls for the connection and two for each repository that is named.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from connectors.base import ConnectorError, Denied, Finding, Missing
from connectors.github import check_hooks, wire
from connectors.github.app import App
from connectors.github.check_account import NOTE, OK, account, mend, no_answer, tokens_page
from connectors.github.client import Client
from connectors.github.payload import matches
from connectors.github.reading import parse
from connectors.github.repositories import is_pattern, listed
from connectors.github.settings import SourceSettings, TrackerSettings

MOST_PAGES = 2  # of repositories or labels that are looked through
_LABELS = TypeAdapter(list[wire.Label])


def tracker(settings: TrackerSettings, client: Client, places: Sequence[str]) -> list[Finding]:
    """The account, then one finding for each repository, and one for each label that GitHub will have to make."""
    found, good = account(client, [place.partition("/")[0] for place in places])
    if not good:
        return found
    for place in dict.fromkeys(places):
        repo = _repo(client, place, found)
        if repo is not None:
            found += _place(settings, client, place, repo)
    return found


def source(name: str, settings: SourceSettings, client: Client) -> list[Finding]:
    """The account, the secret, then every repository that is named in full, every pattern, and the webhooks."""
    secret: list[Finding] = []
    if settings.secret is None and not settings.unsigned:
        secret.append(mend("GitHub", "no secret", "Set secret_env for this source, or say unsigned = true."))
    wanted = [pattern for pattern in settings.repositories if not pattern.startswith("!")]
    owners = [owner for pattern in wanted if not is_pattern(owner := pattern.partition("/")[0])]
    found, good = account(client, owners)
    found = secret + found
    if not good:
        return found
    if client.credentials.app:
        found += _of_app(name, client)
    for pattern in wanted:
        if is_pattern(pattern):
            found.append(_pattern(settings, client, pattern))
        elif (repo := _repo(client, pattern, found)) is not None:
            label = repo.label or pattern
            well = Finding(f"GitHub {pattern}", OK, "read")
            found.append(well if client.credentials.app else check_hooks.of_repository(name, client, label))
    if not client.credentials.app:
        for owner in dict.fromkeys(pattern.partition("/")[0] for pattern in wanted if is_pattern(pattern)):
            found += [] if is_pattern(owner) else check_hooks.of_organisation(name, client, owner)
    return found or [Finding("GitHub", OK, f"signed in as {client.account().login}")]


def _of_app(name: str, client: Client) -> list[Finding]:
    try:
        return [check_hooks.of_app(name, client, client.app())]
    except ConnectorError as error:
        return [no_answer("GitHub", error)]


def _pattern(settings: SourceSettings, client: Client, pattern: str) -> Finding:
    """Whether any repository is meant by it, where they can be listed; there may be more than are looked through."""
    subject, plain = f"GitHub {pattern}", "a pattern; what is delivered is compared with it"
    owner = pattern.partition("/")[0].casefold()
    try:
        repos = list(listed(client, owner, MOST_PAGES))
    except ConnectorError:
        return Finding(subject, OK, plain)
    barred = [one for one in settings.repositories if one.startswith("!")]
    meant = [repo for repo in repos if matches([pattern, *barred], repo.label)]
    if not meant and len(repos) < 100 * MOST_PAGES:
        text = "matches no repository that is seen from here"
        return Finding(subject, NOTE, text, means="Nothing that is delivered will be an incident by it.")
    number = f"{len(meant)} repositor{'y' if len(meant) == 1 else 'ies'}"
    return Finding(subject, OK, f"{plain}; {number} {'match' if len(meant) != 1 else 'matches'} now")


def _place(settings: TrackerSettings, client: Client, place: str, repo: wire.Repo) -> list[Finding]:
    subject = f"GitHub {place}"
    if not repo.has_issues:
        return [mend(subject, "issues are switched off", "Switch issues on in its settings, under Features.")]
    if repo.archived:
        return [mend(subject, "it is archived", "File in another repository, or unarchive this one.")]
    if not _may_write(client, place, repo):
        what = client.credentials.mends.right
        if not client.credentials.app:
            what = f"{what} Its account needs the role Triage or Write there."
        means = "Issues can be opened, but their labels and assignees are dropped."
        return [mend(subject, "read, but not write", what, means=means)]
    renamed = f", now called {repo.label}" if repo.label and repo.label.lower() != place.lower() else ""
    links = ", sub-issues" if settings.sub_issues and client.heard.sub_issues else ""
    return [Finding(subject, OK, f"read, write{links}{renamed}"), *_labels(client, settings, place)]


def _may_write(client: Client, place: str, repo: wire.Repo) -> bool:
    """What a repository says of an App's rights is always no, so that the installation's count."""
    if isinstance(client.credentials, App):
        one = client.credentials.installed(place.partition("/")[0])
        return one is None or one.permissions.get("issues") == "write"  # none: it was told of already
    return repo.permissions is None or repo.permissions.push or repo.permissions.triage


def _repo(client: Client, place: str, found: list[Finding]) -> wire.Repo | None:
    subject = f"GitHub {place}"
    try:
        return client.repository(place, within=0)
    except (Missing, Denied) as error:
        more = "" if client.credentials.app else f" {tokens_page(client)}"
        found.append(
            mend(
                subject,
                str(error.status or "refused"),
                f"{client.credentials.mends.sight} {client.credentials.mends.right}{more}",
                saw=error.message,
                means="We are signed in, but cannot see this repository, or it does not exist.",
            )
        )
    except ConnectorError as error:
        found.append(no_answer(subject, error))
    return None


def _labels(client: Client, settings: TrackerSettings, place: str) -> list[Finding]:
    """GitHub makes a label that it does not know, in grey; worth a note, as a typing error looks the same."""
    try:
        have = {
            (label.name or "").casefold()
            for page in client.pages(f"/repos/{place}/labels", most=MOST_PAGES)
            for label in parse(_LABELS, page, f"GET /repos/{place}/labels")
        }
    except ConnectorError:
        return []
    lacking = [label for label in settings.labels if label.casefold() not in have]
    if not lacking or len(have) == 100 * MOST_PAGES:
        return []
    names = ", ".join(f"“{label}”" for label in lacking)
    return [Finding(f"GitHub {place}", NOTE, f"has no label {names} yet; it is made with the first issue")]
