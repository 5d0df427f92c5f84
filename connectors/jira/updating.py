"""Changes fields of an issue in Jira because a person changed them in the ticket."""

from __future__ import annotations

from connectors.base import Edit, Sure, Tracked
from connectors.jira.client import Client
from connectors.jira.settings import TrackerSettings


def update(
    client: Client, settings: TrackerSettings, tracked: Tracked, edit: Edit, sure: Sure | None
) -> tuple[str, ...]:
    raise NotImplementedError
