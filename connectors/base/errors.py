"""What can go wrong: one small tree. `service/errors.py` maps it to HTTP and exit codes."""

from __future__ import annotations

from collections.abc import Mapping


class AfterwordError(Exception):
    """Everything that we raise on purpose. `message` says what is wrong, `mend` what to do next."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


class BadSignature(AfterwordError):
    """The delivery is not signed with a secret that we hold."""


class BadPayload(AfterwordError):
    """The delivery is signed, and cannot be read."""


class ConnectorError(AfterwordError):
    """A vendor's answer, or the lack of one. `status`: the HTTP status if there was an answer."""

    def __init__(self, message: str, mend: str = "", *, status: int | None = None) -> None:
        super().__init__(message, mend)
        self.status = status


class NotSent(ConnectorError):
    """Nothing reached the vendor (refused, DNS, TLS): try again freely."""


class Limited(ConnectorError):
    """The vendor refused for now (429, 403 with a limit) and did not act. `retry_after`: seconds, if it said so.

    `used_up`: all that the account may ask for in an hour was asked for (GitHub's primary limit), not just too much at
    once (its secondary limits).
    """

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        *,
        status: int | None = None,
        used_up: bool = False,
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after
        self.used_up = used_up


class Refused(ConnectorError):
    """The vendor said no and did not act (4xx). `fields`: field name → the vendor's own words."""

    def __init__(
        self, message: str, mend: str = "", *, status: int | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, mend, status=status)
        self.fields = dict(fields or {})


class Denied(Refused):
    """401 or 403 that is no limit: the connection is refused; everything behind it is stale until mended."""


class Missing(Refused):
    """404 or 410: this one thing is not there, or hidden from us."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and no clear answer came (5xx, reset, timeout, truncated, redirect, no number).

    It may have been done. It is looked for before it is tried again.
    """


class Unavailable(ConnectorError):
    """A read got no useful answer (5xx, timeout, reset): nothing is known, nothing changed."""
