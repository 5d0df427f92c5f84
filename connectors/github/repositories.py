"""Which repositories a source means: those named in full, and those that patterns such as "acme/*" find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from connectors.base import Missing, Refused
from connectors.github import wire
from connectors.github.app import App
from connectors.github.client import HOUR, Client
from connectors.github.payload import matches
from connectors.github.reading import parse

MOST_PAGES = 30
_REPOS = TypeAdapter(list[wire.Repo])
_INSTALLED = TypeAdapter(wire.Installed)


def is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def meant(client: Client, patterns: Sequence[str]) -> list[wire.Repo]:
    """Each repository once. One call for each that is named in full, one or more for each owner in a pattern.

    Raises ConnectorError; Refused where a pattern does not say whose repositories it means and nobody can list them.
    """
    found: dict[int, wire.Repo] = {}
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    for name in (one for one in wanted if not is_pattern(one)):
        if matches(patterns, name):
            repo = client.repository(name, within=HOUR)
            found[repo.id] = repo
    open_ones = [one for one in wanted if is_pattern(one)] if wanted else ["*/*"]
    for owner in dict.fromkeys(one.partition("/")[0].casefold() for one in open_ones):
        for repo in listed(client, owner):
            if matches(patterns, repo.label) and repo.id not in found:
                found[repo.id] = client.remember(repo)
    return list(found.values())


def listed(client: Client, owner: str, most: int = MOST_PAGES) -> Iterator[wire.Repo]:
    """The repositories of an owner that we may see; with an App also of every owner where it is installed."""
    if isinstance(client.credentials, App):
        yield from _installed(client, client.credentials, owner, most)
        return
    if is_pattern(owner):
        raise Refused(
            "The repositories of this source do not say whose they are, so they cannot be listed.",
            'Name the organisation: repositories = ["acme/*"].',
        )
    path = f"/orgs/{owner}/repos"
    try:
        pages = list(client.pages(path, most=most))
    except Missing:  # a person, not an organisation: all that this token may see, as there is no better question
        path = "/user/repos"
        pages = list(client.pages(path, most=most))
    for page in pages:
        yield from (repo for repo in parse(_REPOS, page, f"GET {path}") if _of(repo, owner))


def _installed(client: Client, app: App, owner: str, most: int) -> Iterator[wire.Repo]:
    path = "/installation/repositories"
    for whose in app.owners():
        if is_pattern(owner) or whose.casefold() == owner:
            for page in client.pages(path, most=MOST_PAGES, owner=whose):
                yield from parse(_INSTALLED, page, f"GET {path}").repositories


def _of(repo: wire.Repo, owner: str) -> bool:
    return repo.label.partition("/")[0].casefold() == owner
