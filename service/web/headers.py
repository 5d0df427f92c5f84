"""The headers that keep what is shown harmless, on every answer: pages, errors, static files, webhooks."""

from __future__ import annotations

from flask import Flask, Response, request

WEBHOOKS = "/webhooks/"
#: Referrer-Policy is not "no-referrer": browsers would then say "Origin: null" of our own forms
#: (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: a year; not for the subdomains, which are not ours to speak for
HSTS = "max-age=31536000"


def harmless(app: Flask, *, https: bool) -> None:
    """`https`: people reach us by it, so their browsers are told to stay with it. Over plain HTTP they ignore that."""
    headers = {**HEADERS, "Strict-Transport-Security": HSTS} if https else HEADERS

    @app.after_request
    def with_headers(answer: Response) -> Response:
        if request.path.startswith(WEBHOOKS):  # read by programs, many a second
            answer.headers["X-Content-Type-Options"] = "nosniff"
            return answer
        for name, value in headers.items():
            answer.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer
