"""What the headers of answers say besides: when the token ends, how far the clocks are apart, which server it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_VERSION = re.compile(r"^enterprise-server@([0-9]{1,4})[.]([0-9]{1,4})")
#: the first version of GitHub Enterprise Server that has sub-issues
SUB_ISSUES = (3, 16)


class Heard:
    """The last that was heard. Its values are replaced whole, so that threads need no lock."""

    def __init__(self) -> None:
        self.token_ends: datetime | None = None
        self.ahead: float | None = None  # seconds that the clock here is before GitHub's
        self.version: tuple[int, int] | None = None  # of GitHub Enterprise Server; None: github.com, or not said

    def note(self, status: int, headers: Mapping[str, str], now: datetime) -> None:
        """`headers` keys are lower-case; `now` is the time here when the answer came."""
        if 200 <= status < 300:
            self.token_ends = token_end(headers.get("github-authentication-token-expiration", ""))
        with suppress(ValueError, TypeError):
            self.ahead = (now - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        if found := _VERSION.match(headers.get("x-github-enterprise-version", "")):
            self.version = int(found[1]), int(found[2])

    @property
    def sub_issues(self) -> bool:
        """False only for a server that is known to be too old for them."""
        return self.version is None or self.version >= SUB_ISSUES


def token_end(text: str) -> datetime | None:
    """ "2026-12-01 10:00:00 UTC" or "2026-12-01 10:00:00 +0100"; None: it has no end, or none that is understood."""
    try:
        found = datetime.strptime(text.strip().replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None
    return found.astimezone(UTC)
