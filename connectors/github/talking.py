"""Comments on the issues of action items in GitHub: ours, found by their marker, and what people write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.base import Comment, Published, Sure, Tracked
from connectors.github.client import Client
from connectors.github.settings import TrackerSettings


def comment(client: Client, tracked: Tracked, marker: str, body: str, sure: Sure | None) -> Published:
    raise NotImplementedError


def commented(client: Client, accounts: tuple[str, ...], tracked: Tracked, marker: str) -> Published | None:
    raise NotImplementedError


def comments(
    client: Client, settings: TrackerSettings, accounts: tuple[str, ...], tracked: Tracked, since: datetime | None
) -> Sequence[Comment]:
    raise NotImplementedError
