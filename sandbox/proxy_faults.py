"""What can go wrong between us and a server, as data: each fault's name, what it does, what a writer may conclude."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

#: how the proxy treats the exchange
REFUSE, RESET, CLOSE, CUT, DRIP, HANG, LENGTH, ANSWER = (
    "refuse", "reset", "close", "cut", "drip", "hang", "length", "answer",
)  # fmt: skip
#: what whoever sent a write may conclude. NOT_SENT: it never left. REFUSED, LIMITED: the server did not act, as it says
#: so itself. UNKNOWN: it may have acted. DONE: it acted and said so.
NOT_SENT, REFUSED, LIMITED, UNKNOWN, DONE = "not sent", "refused", "limited", "unknown", "done"

PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"
#: GitHub reads `message`, Jira `errorMessages`
_WORDS = {
    401: "Bad credentials",
    403: "You do not have permission to perform this operation",
    404: "Not Found",
    409: "Conflict",
    410: "This was deleted",
    422: "Validation Failed",
    429: "Too many requests",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
}
PRIMARY = "API rate limit exceeded for user ID 1."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
ELSEWHERE = "http://127.0.0.1:9/elsewhere"  # another host, where nobody listens


@dataclass(frozen=True, slots=True)
class WireFault:
    """`acts`: the server does what it was asked before the fault shows. `concludes`: as above.

    Way answer: `status`, `headers` and `body` in place of the server's own. Way length: its Content-Length is `by`
    bytes off. A header that begins with "date+" or "epoch+" is that many seconds from now.
    """

    name: str
    does: str
    way: str
    acts: bool
    concludes: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    by: int = 0

    def sent_headers(self, now: datetime) -> dict[str, str]:
        return {name: _timed(value, now) for name, value in self.headers}


def _timed(value: str, now: datetime) -> str:
    kind, plus, seconds = value.partition("+")
    if not plus or kind not in ("date", "epoch"):
        return value
    at = now + timedelta(seconds=float(seconds))
    return format_datetime(at, usegmt=True) if kind == "date" else str(int(at.timestamp()))


def _said(status: int, words: str = "") -> str:
    words = words or _WORDS[status]
    return f'{{"message": "{words}", "errorMessages": ["{words}"], "errors": {{}}, "status": "{status}"}}'


def _answer(
    name: str,
    status: int,
    concludes: str,
    headers: Mapping[str, str] | None = None,
    *,
    acts: bool = False,
    words: str = "",
) -> WireFault:
    told = tuple((headers or {}).items())
    does = f"{status} {'after' if acts else 'without'} acting"
    if told:
        does += f", {', '.join(f'{header}: {value}' for header, value in told)}"
    body = PAGE if status < 400 else _said(status, words)
    return WireFault(name, does, ANSWER, acts, concludes, status, told, body)


RETRY_AFTER: Mapping[str, str | None] = {
    "in seconds": "120",
    "as a date": "date+120",
    "absent": None,
    "no number": "soon",
    "negative": "-5",
    "absurd": "99999999999",
    "a day": "86400",
}


def _all() -> Iterator[WireFault]:
    yield WireFault("refuse", "no connection is taken for a while", REFUSE, False, NOT_SENT)
    yield WireFault("reset before", "the connection is reset, the server never saw the request", RESET, False, UNKNOWN)
    yield WireFault("reset after", "the server acts, then the connection is reset", RESET, True, UNKNOWN)
    yield WireFault("close after", "the server acts, then the connection ends without an answer", CLOSE, True, UNKNOWN)
    yield WireFault("cut", "the server acts, half of its answer arrives", CUT, True, UNKNOWN)
    yield WireFault("drip", "the server acts, its answer arrives one byte at a time", DRIP, True, UNKNOWN)
    yield WireFault("hang", "the server acts, no answer arrives", HANG, True, UNKNOWN)
    yield WireFault("longer", "the server acts, its answer is shorter than it says", LENGTH, True, UNKNOWN, by=40)
    yield WireFault("shorter", "the server acts, its answer is longer than it says", LENGTH, True, UNKNOWN, by=-40)
    page = (("Content-Type", "text/html; charset=utf-8"),)
    yield WireFault("200 with a page", "a sign-in page in place of the server", ANSWER, False, UNKNOWN, 200, page, PAGE)
    for status in (200, 201):
        for what, body in {"with broken JSON": '{"id": 12, "number": ', "and nothing": ""}.items():
            does = f"the server acts, its answer is {status} {what}"
            yield WireFault(f"{status} {what}", does, ANSWER, True, UNKNOWN, status, (), body)
    for status in (301, 302, 307):
        yield _answer(f"{status} to another host", status, UNKNOWN, {"Location": ELSEWHERE})
    for status in (500, 502, 503, 504):
        for acts in (False, True):
            yield _answer(f"{status} {'after' if acts else 'before'}", status, UNKNOWN, acts=acts)
    for status in (429, 403):
        for how, value in RETRY_AFTER.items():
            stated = {} if value is None else {"Retry-After": value}
            # a 403 that names no time and no limit is a refusal
            told = REFUSED if status == 403 and value is None else LIMITED
            yield _answer(f"{status}, Retry-After {how}", status, told, stated)
    used_up = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "epoch+1800"}
    yield _answer("primary limit", 403, LIMITED, used_up, words=PRIMARY)
    yield _answer("secondary limit", 403, LIMITED, words=SECONDARY)
    for status in (401, 404, 409, 410, 422):
        yield _answer(f"{status}", status, REFUSED)


#: name → fault
FAULTS: Mapping[str, WireFault] = {fault.name: fault for fault in _all()}
#: those that are over within minutes, for a storm at random
PASSING = tuple(
    fault.name
    for fault in FAULTS.values()
    if fault.way not in (DRIP, HANG) and "a day" not in fault.name and fault.status not in (404, 410, 422)
)
