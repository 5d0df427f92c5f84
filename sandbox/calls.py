"""What was asked of a sandbox and what it answered, and the faults that it was told to show."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT_HEADERS = ("accept", "content-type", "user-agent", "x-atlassian-token", "x-github-api-version")

# Whether the server does what it was asked before the fault shows.
ACTS = {
    "status": False,
    "lose_answer": True,
    "reset_before": False,
    "truncate": True,
    "hang": True,
    "html": False,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange. `status` is what the sandbox meant to answer; 0: it closed the connection without acting.

    `fault` names the fault that the caller met ("" for none): with `lose_answer` the status was never seen by anyone.
    `at` is the sandbox's clock. No credential is kept.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    status: int
    answer: Any
    headers: Mapping[str, str]
    at: datetime
    fault: str = ""


class CallLog:
    """A list of calls that many threads may append to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def all(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def count(self, method: str | None = None, path_contains: str | None = None) -> int:
        return sum(
            1
            for call in self.all()
            if (method is None or call.method == method) and (path_contains is None or path_contains in call.path)
        )


@dataclass(slots=True)
class Fault:
    """One planned fault. `left` counts down; `hits` counts up. `seconds` is for `hang`."""

    method: str | None
    path: re.Pattern[str]
    kind: str
    left: int
    acts: bool
    status: int = 502
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hits: int = 0


class Faults:
    """The faults still to come, first planned first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        with self._lock:
            self._planned.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._planned:
                if fault.left and fault.method in (None, method) and fault.path.search(path):
                    fault.left -= 1
                    fault.hits += 1
                    return fault
        return None
