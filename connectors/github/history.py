"""Incidents that were closed before: listed by label and type, a few calls for each repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from connectors.base import Ticket
from connectors.github import wire
from connectors.github.client import Client
from connectors.github.payload import no_incident, no_postmortem
from connectors.github.reading import parse
from connectors.github.repositories import meant
from connectors.github.settings import SourceSettings
from connectors.github.state import stamp
from connectors.github.ticket import ticket

MOST_PAGES = 300
_ISSUES = TypeAdapter(list[wire.Issue])


def closed_since(name: str, settings: SourceSettings, client: Client, since: datetime) -> Iterator[Ticket]:
    """Tickets closed at or after `since`, the oldest closing first, without comments and events.

    GitHub lists by the last change, and a closing is one: nothing that was closed since can be missing.
    """
    found: dict[str, Ticket] = {}
    for repo in meant(client, settings.repositories):
        if not repo.has_issues:
            continue
        for issue in _listed(settings, client, repo, since, "closed"):
            if issue.pull_request is not None or issue.closed_at is None or issue.closed_at < since:
                continue
            if no_incident(settings, repo.label, issue) or no_postmortem(settings, issue):
                continue
            if (one := ticket(name, settings, issue, repo)) is not None:
                found[one.key] = one
    yield from sorted(found.values(), key=lambda one: one.closed_at or since)


def changed_since(name: str, settings: SourceSettings, client: Client, since: datetime) -> Iterator[Ticket]:
    """Tickets changed at or after `since`, open or closed, without comments and events."""
    seen: set[str] = set()
    for repo in meant(client, settings.repositories):
        if not repo.has_issues:
            continue
        for issue in _listed(settings, client, repo, since, "all"):
            if issue.pull_request is not None or no_incident(settings, repo.label, issue):
                continue
            one = ticket(name, settings, issue, repo)
            if one is not None and one.key not in seen:
                seen.add(one.key)
                yield replace(one, unwanted=no_postmortem(settings, issue)) if one.closed else one


def _listed(
    settings: SourceSettings, client: Client, repo: wire.Repo, since: datetime, state: str
) -> Iterator[wire.Issue]:
    """One listing for each label and type; GitHub takes several labels for "all of these", which is not meant.

    In the order of creation, which no change moves while the pages are read.
    """
    path = f"{client.home(str(repo.id), repo.label)}/issues"
    plain = {"state": state, "since": stamp(since), "sort": "created", "direction": "asc"}
    chosen = [{"labels": label} for label in settings.labels] + [{"type": kind} for kind in settings.issue_types]
    if not chosen or any("," in label for label in settings.labels):
        chosen = [{}]
    for more in chosen:
        for page in client.pages(path, {**plain, **more}, most=MOST_PAGES):
            yield from parse(_ISSUES, page, f"GET {path}")
