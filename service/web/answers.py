"""How we answer: a page from a template, or what was refused, as a page for people and as JSON for programs."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, jsonify, request

from connectors.base import AfterwordError, BadSignature
from service import errors
from service.parts import Parts
from service.pause import Pause
from service.store.database import StoreUnavailable
from service.web.page import render
from service.web.viewer import has_token, paused

log = structlog.get_logger()

#: the largest number that a database gives a row; what is above it is no row of ours
MOST = 2**63 - 1
UNAVAILABLE = "The database cannot be reached or written just now. Nothing was stored."
UNSIGNED = "The signature is missing or does not match the body. Nothing was stored."
COMPARE = (
    "Compare the secret of the webhook with that of this source; the log names where it stands. "
    "A proxy that rewrites the body has the same effect."
)
#: read by programs, whatever they say they accept
PROGRAMS = ("/api/", "/webhooks/", "/static/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def row_number(text: str) -> int:
    """A row's number from a query. Raises ValueError."""
    number = int(text)
    if not 0 < number <= MOST:
        raise ValueError("no row has this number")
    return number


def prefers_html() -> bool:
    """Whether it is a browser that asks: those name text/html, and programs name JSON or anything at all."""
    accepted = request.accept_mimetypes
    return not request.path.startswith(PROGRAMS) and accepted["text/html"] > accepted["application/json"]


def explain(routes: Blueprint, parts: Parts) -> None:
    """Errors of this blueprint's pages are shown as pages, unless JSON was asked for by name."""

    @routes.errorhandler(AfterwordError)
    def explained_as_page(error: AfterwordError) -> Response:
        accepted = request.accept_mimetypes
        return explained(parts, error, page=accepted["text/html"] >= accepted["application/json"])


def explained(parts: Parts, error: AfterwordError, *, page: bool) -> Response:
    """An error of ours, in its own words; those of the database are for the log alone."""
    name, status, _ = errors.meaning(error)
    if status >= 500:
        log.error("answered with an error", error=name, message=error.message)
    if isinstance(error, BadSignature):  # what it names is ours; the log has it
        return refused(parts, name, status, UNSIGNED, COMPARE, page=page)
    if isinstance(error, StoreUnavailable):
        answer = refused(parts, name, status, UNAVAILABLE, "Look at the log.", page=page)
        answer.headers["Retry-After"] = "30"
        return answer
    return refused(parts, name, status, error.message, error.mend, page=page)


def refused(parts: Parts, name: str, status: int, message: str, mend: str, *, page: bool) -> Response:
    """What was refused and what to do. Without a token the page looks into no database and says nothing of us."""
    if page:
        # what failed may be the database itself
        banner = _paused(parts) if status < 500 else None
        told = {"pause": banner, "message": message, "mend": mend}
        return as_page(render("error.html", parts.settings.timezone, **_stamp(parts), **told), status)
    answer = jsonify(error=name, message=message, mend=mend)
    answer.status_code = status
    return answer


def _paused(parts: Parts) -> Pause | None:
    try:
        return paused(parts)
    except StoreUnavailable:
        return None


def html(name: str, parts: Parts, *, status: int = 200, **values: object) -> Response:
    """One page as an answer. Every page has the stamp of its making, and says it while everything is paused."""
    return as_page(render(name, parts.settings.timezone, pause=paused(parts), **_stamp(parts), **values), status)


def _stamp(parts: Parts) -> dict[str, object]:
    return {
        "now": parts.now(),
        "public_url": parts.settings.public_url,
        "sign_in": parts.settings.public and not has_token(),
    }


def as_page(body: str, status: int = 200) -> Response:
    return Response(body, status, content_type="text/html; charset=utf-8")
