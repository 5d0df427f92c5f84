"""Who can read a project of Jira: everybody, or those who have an account. Asked at most once an hour for each.

A GET of the project without credentials is answered as anonymous people are, on Cloud and Data Center alike; what its
fields say of privacy (`isPrivate`) is about the one who asks. Scoped tokens' gateway knows no strangers, so the site's
own address is asked. https://support.atlassian.com/jira-cloud-administration/docs/allow-anonymous-access-to-your-project/
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from connectors.base import Unavailable, Visibility
from connectors.jira.client import Client
from connectors.jira.outcome import is_page

GOOD_FOR = 3600.0  # seconds


class Audience:
    """Remembers what was seen. May be used by many threads. `clock` gives seconds; None: those of this machine."""

    def __init__(self, client: Client, clock: Callable[[], float] | None = None) -> None:
        self._client = client
        self._clock = clock or time.monotonic
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, bool]] = {}

    def of(self, project: str) -> Visibility:
        """PUBLIC if somebody without an account can open the project, else INTERNAL. Raises NotSent or Unavailable."""
        return Visibility.PUBLIC if self.is_open(project) else Visibility.INTERNAL

    def is_open(self, project: str) -> bool:
        """As `of`."""
        with self._lock:  # also so that many threads ask once
            seen = self._known.get(project)
            if seen is None or self._clock() - seen[0] >= GOOD_FOR:
                seen = self._known[project] = (self._clock(), self._ask(project))
            return seen[1]

    def _ask(self, project: str) -> bool:
        path = f"project/{project}"
        answer = self._client.as_stranger(path)
        if answer.status == 200:
            return not is_page(answer)  # a sign-in page is what strangers get
        if 300 <= answer.status < 500 and answer.status not in (408, 429):
            return False
        raise Unavailable(
            f"Jira answered {answer.status} when asked who can read {project}.",
            "It is asked again later; until then nothing goes there.",
            status=answer.status,
        )
