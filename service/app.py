"""The Flask application: the way in, the pages, the API, and what is said of every error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from connectors.base import AfterwordError, BadSignature
from service import logs, receive, wiring
from service.receive import Inbox
from service.settings import Settings
from service.store.database import Database
from service.web.answers import explained, prefers_html, refused
from service.web.attach import attach
from service.wiring import Service

log = structlog.get_logger()

#: what is said where the framework would speak: status → (message, what to do)
SAID = {
    404: ("There is no such page.", "Begin at the address of Afterword itself."),
    405: ("This address is not asked in this way.", "The header Allow says how."),
    500: (
        "Something went wrong here. It is a fault of ours.",
        "The log says where. What was acknowledged is not lost.",
    ),
}


class Refusals:
    """Says in the log, once a minute for each address, that deliveries are refused: a secret that was rotated on one
    side alone would otherwise be silent on ours."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._said: dict[str, datetime] = {}

    def __call__(self, path: str, error: BadSignature) -> None:
        now = self._now()
        if path not in self._said or now - self._said[path] >= timedelta(minutes=1):
            self._said[path] = now
            log.warning("a delivery was refused", path=path, why=error.message, mend=error.mend)


class Application(Flask):
    """Flask, but for its log: there, a fault's message may hold what people wrote."""

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None] | None
    ) -> None:
        # by its route: an address that was typed may hold anything
        log.error("a fault of ours", route=str(request.url_rule), method=request.method, exc_info=True)


def create_app(service: Service, inbox: Inbox) -> Flask:
    """The application of one process. What it needs is handed in, so that tests and commands make it the same way."""
    parts = service.parts
    refusals = Refusals(parts.now)
    app = Application("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = receive.largest(parts.sources)
    app.register_blueprint(receive.blueprint(parts.sources, inbox, parts.engine, parts.now))
    attach(app, parts)

    @app.errorhandler(AfterwordError)
    def of_ours(error: AfterwordError) -> Response:
        if isinstance(error, BadSignature):
            refusals(request.path, error)
        return explained(parts, error, page=prefers_html())

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> Response:
        status = error.code or 500
        name = (error.name or "error").lower().replace(" ", "_")
        message, mend = SAID.get(status, (error.description or error.name, ""))
        answer = refused(parts, name, status, message, mend, page=prefers_html())
        for header, value in error.get_headers():
            if header in ("Allow", "Retry-After"):
                answer.headers[header] = value
        return answer

    return app


def most_read(app: Flask) -> int:
    """Where waitress stops reading a body, which it reads whole before it asks us: it refuses this size and above."""
    return int(app.config["MAX_CONTENT_LENGTH"]) + 1


def from_environment(path: Path | None = None) -> Flask:
    """For a WSGI server: `gunicorn "service.app:from_environment()"`. Refuses SQLite: that file is for `all` alone."""
    logs.configure()
    service, inbox = beside_others(wiring.load_settings(path))
    return create_app(service, inbox)


def beside_others(settings: Settings) -> tuple[Service, Inbox]:
    """What a web process needs that has no jobs of its own. Raises AfterwordError on SQLite."""
    database = Database(settings.database_url)
    wiring.require_postgresql(database, "web")
    service = wiring.assemble(settings, database=database)
    wiring.begin_work(service)
    return service, Inbox(database)
