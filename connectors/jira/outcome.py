"""What an answer of Jira, or the lack of one, means. Pure; the errors are those of connectors/base.py.

The one question that matters for a write: can it have been done? A refused connection and a 4xx say no, a 2xx that
holds what was asked for says yes, all else leaves it open.
https://developer.atlassian.com/cloud/jira/platform/rest/v2/intro/#status-codes
https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, NoReturn

from connectors.base import ConnectorError, Denied, Limited, Missing, NotSent, OutcomeUnknown, Refused, Unavailable
from connectors.transport import sent_nothing


class Answer(NamedTuple):
    """One HTTP answer. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    text: str


def refuse(answer: Answer, what: str, *, write: bool, origin: str) -> None:
    """Raises what an answer means unless it is a 2xx. `what` is the call ("GET myself"), `origin` names the token."""
    status = answer.status
    if 200 <= status < 300 and (write or not _login_failed(answer)):
        return
    said = words(answer)
    told = f"Jira answered {status}{f' “{said}”' if said else ''} to {what}."
    # With a token that has ended, Cloud answers as to a stranger: 404, or an empty 200. This header gives it away.
    if status == 401 or (_login_failed(answer) and status < 500):
        raise Denied(told, f"Put a valid token into {origin}.", status=status)
    if not 400 <= status < 500 or status == 408:
        _open(told, status, write=write)
    if status == 429:
        raise Limited(told, retry_after(answer.headers), status=status)
    if status == 403:
        raise Denied(told, f"Give the account of the token in {origin} this right in the project.", status=status)
    if status in (404, 410):
        raise Missing(
            told, f"Check the name, and whether the account of the token in {origin} may see it.", status=status
        )
    raise Refused(told, status=status, fields=fields(answer))


def _open(told: str, status: int, *, write: bool) -> NoReturn:
    if write:
        raise OutcomeUnknown(told, "It is looked for before it is tried again.", status=status)
    raise Unavailable(told, "It is asked again later.", status=status)


def from_exception(error: Exception, what: str, *, write: bool) -> ConnectorError:
    """The meaning of an exception that requests or urllib3 raised while `what` was under way."""
    name = type(error).__name__
    if sent_nothing(error):
        return NotSent(f"Jira could not be reached for {what} ({name}).", "It is tried again later.")
    if write:
        return OutcomeUnknown(f"No clear answer came to {what} ({name}).", "It is looked for before it is tried again.")
    return Unavailable(f"No clear answer came to {what} ({name}).", "It is asked again later.")


def _login_failed(answer: Answer) -> bool:
    return (
        answer.headers.get("x-seraph-loginreason", "")
        .upper()
        .startswith(("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"))
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, if the answer says so: Retry-After, which may be seconds or a date."""
    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit() and len(stated) < 10:
        return float(stated)
    until = _date(stated)
    if until is None:
        return None
    return max(0.0, until - (_date(headers.get("date", "")) or time.time()))


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def words(answer: Answer) -> str:
    """Jira's own words, in one line of at most 200 characters."""
    body = _json(answer)
    messages = body.get("errorMessages")
    said = [one for one in messages if isinstance(one, str)] if isinstance(messages, list) else []
    said += [f"{name}: {text}" for name, text in fields(answer).items()]
    if not said and isinstance(body.get("message"), str):
        said = [body["message"]]
    return " ".join(" ".join(said).split())[:200]


def fields(answer: Answer) -> dict[str, str]:
    """Field id → Jira's words, from the errors of a 400."""
    errors = _json(answer).get("errors")
    return {str(name): str(text) for name, text in errors.items()} if isinstance(errors, dict) else {}


def _json(answer: Answer) -> dict[str, Any]:
    try:
        parsed = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
