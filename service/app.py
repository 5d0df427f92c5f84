"""The Flask application: the way in, the pages, the API, and one table from errors to answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from connectors.base import AfterwordError, BadSignature
from service import errors, logs, receive, wiring
from service.receive import Inbox
from service.store.database import Database, StoreUnavailable
from service.web.attach import attach
from service.wiring import Service

log = structlog.get_logger()


UNAVAILABLE = "The database cannot be reached or written just now. Nothing was stored."


class Refusals:
    """Says in the log, once a minute for each address, that deliveries with a bad signature come in: a secret that was
    rotated on one side alone would otherwise be silent on ours."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._said: dict[str, datetime] = {}

    def __call__(self, path: str) -> None:
        now = self._now()
        if path not in self._said or now - self._said[path] >= timedelta(minutes=1):
            self._said[path] = now
            log.warning("a delivery was refused: its signature does not match", path=path)


def create_app(service: Service, inbox: Inbox) -> Flask:
    """The application of one process. What it needs is handed in, so that tests and commands make it the same way."""
    parts = service.parts
    refused = Refusals(parts.now)
    app = Flask("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = receive.largest(parts.sources)
    app.register_blueprint(receive.blueprint(parts.sources, inbox, parts.engine, parts.now))
    attach(app, parts)

    @app.errorhandler(AfterwordError)
    def explained(error: AfterwordError) -> tuple[Response, int]:
        name, status, _ = errors.meaning(error)
        if status >= 500:
            log.error("answered with an error", error=name, message=error.message)
        if isinstance(error, StoreUnavailable):  # where the database is and what it said is for the log alone
            return jsonify(error=name, message=UNAVAILABLE, mend="Look at the log."), status
        if isinstance(error, BadSignature):
            refused(request.path)
        return jsonify(error=name, message=error.message, mend=error.mend), status

    @app.errorhandler(HTTPException)
    def answered(error: HTTPException) -> tuple[Response, int]:
        name = (error.name or "error").lower().replace(" ", "_")
        return jsonify(error=name, message=error.description or error.name, mend=""), error.code or 500

    return app


def most_read(app: Flask) -> int:
    """Where waitress stops reading a body, which it reads whole before it asks us: it refuses this size and above."""
    return int(app.config["MAX_CONTENT_LENGTH"]) + 1


def from_environment(path: Path | None = None) -> Flask:
    """For a WSGI server: `gunicorn "service.app:from_environment()"`. Refuses SQLite: that file is for `all` alone."""
    logs.configure()
    settings = wiring.load_settings(path)
    database = Database(settings.database_url)
    wiring.require_postgresql(database, "web")
    service = wiring.assemble(settings, database=database)
    return create_app(service, Inbox(database))
