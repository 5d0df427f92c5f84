"""Counts the calls to GitHub and Jira in memory, and brings them into the database now and then.

A call costs an addition. What a process has not brought in when it is killed is lost: some seconds of counts.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

import structlog

from connectors.base.network import Tally
from service.store import calls
from service.store.database import Database, StoreUnavailable

log = structlog.get_logger()

#: seconds between two times that a process brings in what it counted
EVERY = 10.0


class Calls:
    """What this process has counted and not brought in. May be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str]] = Counter()
        self._kept_at = -EVERY

    def of(self, connection: str) -> Tally:
        """What counts for the connection of this name in the settings."""

        def tally(outcome: str) -> None:
            with self._lock:
                self._counted[connection, outcome] += 1

        return tally

    def keep_now_and_then(self, database: Database) -> None:
        """As `keep`, but no more often than every ten seconds."""
        if time.monotonic() - self._kept_at >= EVERY:
            self.keep(database)

    def keep(self, database: Database) -> None:
        """Brings in what was counted; where the database fails it stays counted here. Raises StoreUnavailable."""
        with self._lock:
            taken, self._counted = self._counted, Counter()
            self._kept_at = time.monotonic()
        if not taken:
            return
        kept = False
        try:
            with database.begin() as connection:
                calls.add(connection, taken)
            kept = True
        finally:
            if not kept:
                with self._lock:
                    self._counted.update(taken)

    def keep_last(self, database: Database) -> None:
        """At the end of a process, which a database that is away does not hold up."""
        try:
            self.keep(database)
        except StoreUnavailable:
            log.warning("the last counts of calls are lost")
