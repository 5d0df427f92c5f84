"""Changes fields of an issue in GitHub because a person changed them in the ticket."""

from __future__ import annotations

from connectors.base import Edit, Sure, Tracked
from connectors.github.client import Client
from connectors.github.settings import TrackerSettings


def update(
    client: Client, settings: TrackerSettings, tracked: Tracked, edit: Edit, sure: Sure | None
) -> tuple[str, ...]:
    raise NotImplementedError
