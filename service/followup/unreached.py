"""Whether an address was reached at all. Apprise tells why a send failed in its log alone: that is listened to.

Only where every try ended before a connection stood is nothing sent; whatever else went wrong may have arrived.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: what the operating system, smtplib and urllib3 say where nobody took the connection
_NOBODY = re.compile(
    r"Failed to establish a new connection|Failed to resolve|connect timeout=|"
    r"\[Errno (?:-\d+|61|101|111|113)\]"
)
_NO_HOST = re.compile(r"Failed to resolve|\[Errno -\d+\]|Name or service not known|nodename nor servname")
_WHY = "Socket Exception:"

_log = logging.getLogger("apprise")
_ear: ContextVar[Heard | None] = ContextVar("ear", default=None)


class Heard(logging.Handler):
    """What Apprise says of one send, in whatever thread of its own: each has the context of the call."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._why: list[str] = []
        self._sent = self._else = False

    def emit(self, record: logging.LogRecord) -> None:
        if _ear.get() is not self:
            return
        said = record.getMessage()
        if said.startswith(_WHY):
            self._why.append(said)
        elif said.startswith("Sent "):
            self._sent = True
        elif record.levelno >= logging.WARNING and "onnection error" not in said:
            self._else = True

    @property
    def nobody(self) -> str:
        """Why nobody was reached, in a sentence without the address; "" where something may have been sent."""
        if not self._why or self._sent or self._else or not all(map(_NOBODY.search, self._why)):
            return ""
        no_host = any(map(_NO_HOST.search, self._why))
        return "There is no such host." if no_host else "The host does not take the connection."


@contextmanager
def heard() -> Iterator[Heard]:
    """While something is sent. Apprise's words hold addresses and texts: they go nowhere else."""
    _log.propagate = False
    _log.setLevel(logging.DEBUG)
    if not any(isinstance(one, logging.NullHandler) for one in _log.handlers):
        _log.addHandler(logging.NullHandler())
    ear = Heard()
    _log.addHandler(ear)
    token = _ear.set(ear)
    try:
        yield ear
    finally:
        _ear.reset(token)
        _log.removeHandler(ear)
