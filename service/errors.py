"""One table: what each error means for HTTP and for a command's exit code."""

from __future__ import annotations

from connectors.base import AfterwordError, BadPayload, BadSignature, ConnectorError
from service.settings import SettingsError
from service.store.database import StoreUnavailable
from service.store.postmortems import EditedMeanwhile

WELL, MEND, SETTINGS, IN_USE = 0, 1, 2, 3


class TooLarge(AfterwordError):
    """The body is larger than this source ever sends."""


class UnknownSource(AfterwordError):
    """No source of this name is in the settings."""


class NotFound(AfterwordError):
    """What was asked for is not there."""


class Mistyped(AfterwordError):
    """A command was typed in a way that has no meaning: a week that there is none of, a ticket without its source."""


class InUse(AfterwordError):
    """Another process works on this database file."""


#: error → (its name in answers, HTTP status, exit code); the first class that fits wins
TABLE: tuple[tuple[type[AfterwordError], str, int, int], ...] = (
    (BadSignature, "bad_signature", 401, MEND),
    (TooLarge, "too_large", 413, MEND),
    (UnknownSource, "unknown_source", 404, MEND),
    (NotFound, "not_found", 404, MEND),
    (BadPayload, "bad_payload", 400, MEND),
    (EditedMeanwhile, "edited_meanwhile", 409, MEND),
    (StoreUnavailable, "store_unavailable", 503, MEND),
    (SettingsError, "settings", 500, SETTINGS),
    (Mistyped, "mistyped", 400, SETTINGS),
    (InUse, "in_use", 503, IN_USE),
    (ConnectorError, "tracker", 502, MEND),
    (AfterwordError, "refused", 400, MEND),
)


def meaning(error: AfterwordError) -> tuple[str, int, int]:
    """(name, HTTP status, exit code)."""
    return next((name, status, code) for kind, name, status, code in TABLE if isinstance(error, kind))
