"""What an answer of GitHub, or the lack of one, means. Pure; the errors are those of connectors/base.py.

The one question that matters for a write: can it have been done? A refused connection and a 4xx say no, a 2xx that
holds what was asked for says yes, all else leaves it open.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connectors import answers
from connectors.answers import Answer, json_object
from connectors.base import Denied, Limited, Missing, NotSent, OutcomeUnknown, Refused, Unavailable
from connectors.reasons import NO_PASSWORD

BETWEEN = (
    "Check api_url, which ends in /api/v3 for an Enterprise Server. Or a proxy or a sign-in page stands between: let "
    "this service past it, or name the proxy in [network] proxy_env."
)
LIMIT_WORDS = ("rate limit", "retry your request again later", "wait a few minutes", "abuse detection")


class Mends(NamedTuple):
    """What to do about a refusal, by the way of signing in: a wrong credential, a lacking right, a thing not seen."""

    credential: str
    right: str
    sight: str


def refuse(answer: Answer, what: str, *, write: bool, mends: Mends) -> None:
    """Raises what an answer means unless it is a 2xx of GitHub. `what` is the call, such as "GET /user"."""
    status = answer.status
    page = is_page(answer)
    if 200 <= status < 300 and not page:
        return
    said = "" if page else words(answer)
    told = f"GitHub answered {status}{f' “{said}”' if said else ''} to {what}."
    if page:
        told = f"A web page came with {status} in place of GitHub's answer to {what}."
    between = BETWEEN if page and status < 500 else ""
    if status == 407:
        raise NotSent(f"GitHub could not be reached for {what}: {NO_PASSWORD.words}.", NO_PASSWORD.mend, status=status)
    if not 400 <= status < 500 or status == 408:
        if write:
            raise OutcomeUnknown(told, between or "It is looked for before it is tried again.", status=status)
        raise Unavailable(told, between or "It is asked again later.", status=status)
    if status == 429 or (status == 403 and _is_limit(answer, said)):
        used_up = answer.headers.get("x-ratelimit-remaining") == "0" and "secondary" not in said.lower()
        raise Limited(told, retry_after(answer.headers), status=status, used_up=used_up)
    if status == 401:
        raise Denied(told, between or mends.credential, status=status)
    if status == 403:
        raise Denied(told, between or mends.right, status=status)
    if page and not write:  # no word of GitHub's, so it proves nothing about the thing that was asked for
        raise Unavailable(told, between, status=status)
    if status in (404, 410, 451) and not page:
        raise Missing(told, mends.sight, status=status)
    raise Refused(told, between, status=status, fields=fields(answer))


def is_page(answer: Answer) -> bool:
    """A web page, which GitHub's API never answers below 500."""
    return "html" in answer.headers.get("content-type", "") or answer.text.lstrip()[:1] == "<"


def _is_limit(answer: Answer, said: str) -> bool:
    if "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0":
        return True
    return any(word in said.lower() for word in LIMIT_WORDS)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, if the answer says so: Retry-After (seconds or a date), else the reset of a used-up limit."""
    if (stated := answers.retry_after(headers)) is not None:
        return stated
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit() and len(reset) < 13:
        # in which part of that second it resets is not said
        return max(0.0, int(reset) - answers.told_now(headers) + 1)
    return None


def words(answer: Answer) -> str:
    """GitHub's own message, cut to one line."""
    message = json_object(answer).get("message")
    return " ".join(message.split())[:200] if isinstance(message, str) else ""


def fields(answer: Answer) -> dict[str, str]:
    """Field → GitHub's words, from the errors of a 422; "" is the key of an error that names no field."""
    found: dict[str, str] = {}
    errors = json_object(answer).get("errors")
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, str):
            found[""] = error
        elif isinstance(error, dict) and error:
            said = error.get("message") or error.get("code") or "invalid"
            found[str(error.get("field") or "")] = str(said)
    return found
