"""Who gets in, and what they may: tokens that read or also write, and what is public where the settings say so.

A token is asked for whatever the address: a proxy on the same host also comes from 127.0.0.1. A browser gives it as
the password of HTTP Basic, so there are no cookies; as such credentials are sent along by themselves, a request that
changes something must come from our own pages (https://fetch.spec.whatwg.org/#http-sec-fetch-site).
"""

from __future__ import annotations

import hmac
from datetime import date
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, redirect, request
from flask.typing import ResponseReturnValue

from service.parts import Parts
from service.store import tokens
from service.store.database import StoreUnavailable
from service.store.tokens import Token
from service.tokens import FIRST, WRITE, token_hash
from service.web.answers import prefers_html, refused
from service.web.headers import WEBHOOKS
from service.web.viewer import has_token

log = structlog.get_logger()

#: without a token: what is the same for everybody, what says whether we live
OPEN = ("/static/", "/favicon.ico")
HEALTH = ("/healthz", "/readyz")  # platforms ask by address, not by name
LOCAL = ("localhost", "127.0.0.1", "::1")
HARMLESS = ("GET", "HEAD", "OPTIONS")


def guard(app: Flask, parts: Parts) -> None:
    own = urlsplit(parts.settings.public_url)
    noted: dict[str, date] = {}  # token → the day of which a use is noted, or was tried to be

    @app.before_request
    def admitted() -> Response | None:
        # a webhook has its own signature, and is read by programs alone
        if request.path.startswith(WEBHOOKS) or request.path in HEALTH:
            return None
        # the framework gives "" for what cannot be a name, so this cannot fail
        if urlsplit(f"//{request.host}").hostname not in (own.hostname, *LOCAL):
            return _no("bad_host", 400, "This host name is not ours.", "Set public_url to the address people use.")
        if request.path.startswith(OPEN):
            return None
        given, changes = _given(), request.method not in HARMLESS
        if given or changes or not parts.settings.public:
            token = _known(parts, given)
            if token is None:
                return ask_for_token(parts)
            if changes and token.scope != WRITE:
                return _no(
                    "read_only",
                    403,
                    "This token may read, and may not change anything.",
                    "`python -m service token add NAME --write` makes one that may.",
                )
            _note(parts, token, noted)
            g.token = token
        if changes and not _from_our_pages(own.netloc):
            return _no(
                "cross_site", 403, "This request comes from another site.", "Send it from Afterword's own pages."
            )
        return None

    @app.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        """Where pages are public, a browser has to be asked for the token: it sends it by itself from then on."""
        return redirect("/", 303) if has_token() else ask_for_token(parts)

    def _no(name: str, status: int, message: str, mend: str) -> Response:
        return refused(parts, name, status, message, mend, page=prefers_html())


def ask_for_token(parts: Parts) -> Response:
    """The same answer for no token, a wrong one and one that has ended; `token list` says which have."""
    mend = (
        "Give it as the password, with any user name, or as a bearer token. The first start printed it; "
        "`migrate --new-token` makes another."
    )
    answer = refused(parts, "no_token", 401, "This needs the token.", mend, page=prefers_html())
    answer.headers["WWW-Authenticate"] = 'Basic realm="Afterword", charset="UTF-8"'
    return answer


def _known(parts: Parts, given: str) -> Token | None:
    """Read each time, so that a token that was ended or replaced opens nothing any more, in every process. Each hash is
    compared, with no early end: how long it takes says nothing of which there are."""
    if not given:
        return None
    digest, found = token_hash(given), None
    with parts.database.read() as connection:
        every = tokens.every(connection)
    for known, token in every:
        if hmac.compare_digest(known, digest):
            found = token
    return None if found is None or found.ended(parts.now()) else found


def _note(parts: Parts, token: Token, noted: dict[str, date]) -> None:
    """Keeps the day of a token's use: at most one write a day in each process, and none that reading depends on."""
    now = parts.now()
    today = now.date()
    if token.name == FIRST or noted.get(token.name) == today:
        return
    noted[token.name] = today
    if token.used_at is not None and token.used_at.date() >= today:
        return
    try:
        with parts.database.begin() as connection:
            tokens.used(connection, token.name, now)
    except StoreUnavailable as error:
        log.error("the use of a token was not noted", error=error.message)


def _given() -> str:
    """The token of this request, or nothing."""
    if request.authorization is None:
        return ""
    if request.authorization.type == "bearer":
        return request.authorization.token or ""
    return request.authorization.password or ""


def _from_our_pages(own: str) -> bool:
    """A browser says where a request comes from; a program that says nothing sent the token on purpose. Of an Origin,
    the port counts too: what else listens on this machine is another site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] in (own, request.host)
