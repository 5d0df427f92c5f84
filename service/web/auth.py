"""Who gets in: one token for pages, API and metrics, and the headers that keep what is shown harmless.

The token is asked for whatever the address: a proxy on the same host also comes from 127.0.0.1. A browser gives it as
the password of HTTP Basic, so there are no cookies; as such credentials are sent along by themselves, a request that
changes something must come from our own pages (https://fetch.spec.whatwg.org/#http-sec-fetch-site).
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from service.parts import Parts
from service.store import meta
from service.tokens import token_hash

#: without a token: what is the same for everybody, what is signed, what says whether we live
OPEN = ("/static/", "/favicon.ico")
SIGNED = "/webhooks/"  # its own signature is asked for; read by programs alone
HEALTH = ("/healthz", "/readyz")  # platforms ask by address, not by name
LOCAL = ("localhost", "127.0.0.1", "::1")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def guard(app: Flask, parts: Parts) -> None:
    own_host = urlsplit(parts.settings.public_url).hostname or ""

    @app.before_request
    def admitted() -> tuple[Response, int] | None:
        if request.path.startswith(SIGNED) or request.path in HEALTH:
            return None
        if not _host_is(own_host):
            return _refused("bad_host", 400, "This host name is not ours.", "Set public_url to the address people use.")
        if request.path.startswith(OPEN):
            return None
        if not parts.settings.public and not hmac.compare_digest(token_hash(_given()), _expected(parts)):
            answer, status = _refused(
                "no_token", 401, "This needs the token.", "Send it as a bearer token, or as the password of any user."
            )
            answer.headers["WWW-Authenticate"] = 'Basic realm="Afterword", charset="UTF-8"'
            return answer, status
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _from_our_pages(own_host):
            return _refused(
                "cross_site", 403, "This request comes from another site.", "Send it from Afterword's own pages."
            )
        return None

    @app.after_request
    def harmless(answer: Response) -> Response:
        if request.path.startswith(SIGNED):
            return answer
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def _expected(parts: Parts) -> str:
    """Read each time, so that a token that was replaced ends at once, in every process."""
    with parts.database.read() as connection:
        return meta.get(connection, "token_sha256") or ""


def _refused(error: str, status: int, message: str, mend: str) -> tuple[Response, int]:
    return jsonify(error=error, message=message, mend=mend), status


def _host_is(own: str) -> bool:
    host = urlsplit(f"//{request.host}").hostname or ""
    return host in (own, *LOCAL)


def _given() -> str:
    """The token of this request, or nothing."""
    if request.authorization is None:
        return ""
    if request.authorization.type == "bearer":
        return request.authorization.token or ""
    return request.authorization.password or ""


def _from_our_pages(own: str) -> bool:
    """A browser says where a request comes from; a program that says nothing sent the token on purpose."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).hostname in (own, *LOCAL)
