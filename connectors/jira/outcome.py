"""What an answer of Jira, or the lack of one, means. Pure; the errors are those of connectors/base.py.

The one question that matters for a write: can it have been done? A refused connection and a 4xx say no, a 2xx that
holds what was asked for says yes, all else leaves it open.
https://developer.atlassian.com/cloud/jira/platform/rest/v2/intro/#status-codes
https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

from connectors.answers import Answer, json_object, retry_after
from connectors.base import Denied, Limited, Missing, NotSent, OutcomeUnknown, Refused, Unavailable
from connectors.reasons import NO_PASSWORD

_SIGN_IN = (
    "A sign-in page or a proxy stands between. Let this service past it, or name the proxy: proxy_env below [network]."
)


class Mends(NamedTuple):
    """What to do about a refusal: of who we are, of a right, of something that is hidden or not there."""

    token: str
    right: str
    sight: str


def refuse(answer: Answer, what: str, *, write: bool, mends: Mends) -> None:
    """Raises what an answer means unless it is a 2xx of Jira's. `what` is the call ("GET myself")."""
    status = answer.status
    if 200 <= status < 300 and (write or not _login_failed(answer)) and not is_page(answer):
        return
    said = words(answer)
    told = f"Jira answered {status}{f' “{said}”' if said else ''} to {what}."
    if status == 407:
        raise NotSent(f"Jira could not be reached for {what}: {NO_PASSWORD.words}.", NO_PASSWORD.mend, status=status)
    # With a token that has ended, Cloud answers as to a stranger: 404, or an empty 200. This header gives it away.
    if status == 401 or (_login_failed(answer) and status < 500):
        raise Denied(told, _captcha(answer) or mends.token, status=status)
    if not 400 <= status < 500 or status == 408:
        _open(answer, told, what, write=write)
    # a 403 that says when to come back is a limit, of Jira's or of what stands before it, and no lack of a right
    if status == 429 or (status == 403 and "retry-after" in answer.headers):
        raise Limited(told, retry_after(answer.headers), status=status)
    if status == 403:
        raise Denied(told, mends.token if _no_token_of_ours(answer) else mends.right, status=status)
    if status in (404, 410):
        raise Missing(told, mends.sight, status=status)
    raise Refused(told, status=status, fields=fields(answer))


def _open(answer: Answer, told: str, what: str, *, write: bool) -> NoReturn:
    mend = "It is looked for before it is tried again." if write else "It is asked again later."
    if is_page(answer) and answer.status < 300:
        told, mend = f"A web page came in place of Jira's answer to {what}.", _SIGN_IN
    elif 300 <= answer.status < 400:
        host = urlsplit(answer.headers.get("location", "")).hostname
        told = f"{what} was sent on to {host or 'another page'} ({answer.status}), which is never followed."
        mend = f"{_SIGN_IN} If Jira has moved, write its new address as url."
    wrong = OutcomeUnknown if write else Unavailable
    raise wrong(told, mend, status=answer.status)


def is_page(answer: Answer) -> bool:
    """Whether this is a web page, which Jira's API never answers."""
    kind = answer.headers.get("content-type", "")
    return "html" in kind or answer.text[:200].lstrip().lower().startswith(("<!doctype", "<html"))


def _no_token_of_ours(answer: Answer) -> bool:
    """Cloud takes a bearer token at the site's own address for one of an app, and says 403 to all others."""
    return "Connect Session Auth Token" in answer.text


def _captcha(answer: Answer) -> str:
    """After wrong passwords Data Center wants to see a person. Its header says so."""
    if "CAPTCHA" not in answer.headers.get("x-authentication-denied-reason", "").upper():
        return ""
    return "Jira wants to see a person after several failed tries: sign in once in a browser as this account."


def _login_failed(answer: Answer) -> bool:
    return (
        answer.headers.get("x-seraph-loginreason", "")
        .upper()
        .startswith(("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"))
    )


def words(answer: Answer) -> str:
    """Jira's own words, in one line of at most 200 characters."""
    body = json_object(answer)
    messages = body.get("errorMessages")
    said = [one for one in messages if isinstance(one, str)] if isinstance(messages, list) else []
    said += [f"{name}: {text}" for name, text in fields(answer).items()]
    if not said:
        said = [body[name] for name in ("message", "error") if isinstance(body.get(name), str)]
    return " ".join(" ".join(said).split())[:200]


def fields(answer: Answer) -> dict[str, str]:
    """Field id → Jira's words, from the errors of a 400."""
    errors = json_object(answer).get("errors")
    return {str(name): str(text) for name, text in errors.items()} if isinstance(errors, dict) else {}
