"""Whether the process lives, whether it can work, and its figures."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, jsonify

from connectors.base import AfterwordError
from service import pause
from service.parts import Parts
from service.store import figures, meta
from service.store.database import StoreUnavailable

log = structlog.get_logger()

PROBED = "written_at"


def _probe_writing(parts: Parts) -> None:
    """A full disk still reads. Written at most every ten seconds, whoever asks. Raises StoreUnavailable."""
    now = parts.now()
    with parts.database.read() as connection:
        last = meta.get(connection, PROBED)
    if last is None or abs(now - datetime.fromisoformat(last)) >= timedelta(seconds=10):
        with parts.database.begin() as connection:
            meta.replace(connection, PROBED, now.isoformat())


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        try:
            with parts.database.read() as connection:
                figures.probe(connection)
            _probe_writing(parts)
            with parts.database.read() as connection:
                stopped = pause.standing(parts, connection) is not None
        except StoreUnavailable as error:  # where the database is and what it said is for the log alone
            log.error("not ready", error=error.message)
            return jsonify(status="not ready", message="The database does not answer. The log says more."), 503
        except AfterwordError as error:
            return jsonify(status="not ready", message=error.message, mend=error.mend), 503
        # paused is ready: deliveries are received; why is for those who have a token
        return jsonify({"status": "ready"} | ({"paused": True} if stopped else {})), 200

    @routes.get("/metrics")
    def metrics() -> Response:
        # Only a scraper needs it.
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

        registry = CollectorRegistry()
        with parts.database.read() as connection:
            for name, help_text, label, counts in figures.gauges(connection, parts.now()):
                gauge = Gauge(f"afterword_{name}", help_text, [label], registry=registry)
                for value, number in counts.items():
                    gauge.labels(value).set(number)
            stopped = Gauge("afterword_paused", "1 while nothing leaves, else 0", registry=registry)
            stopped.set(pause.standing(parts, connection) is not None)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return routes
