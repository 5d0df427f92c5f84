"""Every request that leaves is told to whoever counts them, also those that are tried again below our calls."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any

import urllib3

from connectors.base.network import Tally

_BROKEN = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


class Counted:
    """Beside a connection of urllib3. What is stopped before its first byte by the last word is no request."""

    tally: Tally | None = None
    writes = False
    _told = False

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        except _BROKEN:
            self._tell("unavailable")  # nothing was sent
            raise

    def request(self, *args: Any, **more: Any) -> None:
        self._told = False
        try:
            super().request(*args, **more)  # type: ignore[misc]
        except BrokenPipeError:  # urllib3 reads the answer all the same
            raise
        except _BROKEN:
            if not self._told:
                self._tell(_without_answer(self.writes))
            raise

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()  # type: ignore[misc]
        except _BROKEN:
            self._tell(_without_answer(self.writes))
            raise
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._tell(outcome(response.status, headers, write=self.writes))
        return response

    def _tell(self, word: str) -> None:
        self._told = True
        if self.tally is not None:
            self.tally(word)


def outcome(status: int, headers: Mapping[str, str], *, write: bool) -> str:
    """One of `OUTCOMES`. Header names are lower-case. A limit that is told in words alone counts as denied."""
    if 200 <= status < 300 or (300 <= status < 400 and not write):
        return "ok"
    if not 400 <= status < 500 or status == 408:
        return _without_answer(write)
    if status == 429 or (status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")):
        return "limited"
    if status in (401, 403, 407):
        return "denied"
    return "missing" if status in (404, 410, 451) else "refused"


def _without_answer(write: bool) -> str:
    return "unknown" if write else "unavailable"
