"""Hands for the engines: a handler that remembers, and times from now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

PATIENCE = 10.0


def nothing() -> None:
    return


class Seen:
    """A handler that remembers when each job began."""

    def __init__(self) -> None:
        self.at: list[tuple[str, datetime]] = []

    def __call__(self, task: str, key: str) -> None:
        self.at.append((key, datetime.now(UTC)))

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.at]


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
