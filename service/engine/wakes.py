"""What both engines have in common: what a wake-up is, and which of them come first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

#: run one wake-up: (task, key)
Handler = Callable[[str, str], None]
#: wake every row that is due; called every few seconds
Scan = Callable[[], None]
#: the rows (task, key) whose worker is dead or frozen; asked every few seconds
Lapsed = Callable[[], list[tuple[str, str]]]

#: tasks that never wait for a vendor: no outage and no backlog delays them
QUICK = frozenset({"delivery"})


class Engine(Protocol):
    def wake(self, task: str, key: str, at: datetime | None = None) -> None:
        """Look at this row soon, or at that time. Never raises: the scan finds the row anyway.

        A time within two scans from now is kept to the moment; one that is further away is the scan's.
        """

    def stop(self) -> None:
        """Ends what this process holds open."""
