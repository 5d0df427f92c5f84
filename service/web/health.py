"""Whether the process lives, whether it can work, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, jsonify
from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from connectors.base.network import OUTCOMES
from service import pause
from service.parts import Parts
from service.store import alive, calls, figures, meta
from service.store.database import StoreUnavailable

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily

log = structlog.get_logger()

CALLS = (
    "Requests to GitHub and Jira by what the status line said, of all processes since the first start; one that is "
    "killed takes its last seconds of counts with it"
)
PROBED = "written_at"
#: without a look for work for so long, or for this many intervals of the scan, nobody works
SILENT, SCANS = timedelta(minutes=2), 12


def _probe_writing(parts: Parts) -> None:
    """A full disk still reads. Written at most every ten seconds, whoever asks. Raises StoreUnavailable."""
    now = parts.now()
    with parts.database.read() as connection:
        last = meta.get(connection, PROBED)
    if last is None or abs(now - datetime.fromisoformat(last)) >= timedelta(seconds=10):
        with parts.database.begin() as connection:
            meta.replace(connection, PROBED, now.isoformat())


def _look_for_workers(parts: Parts, connection: Connection, up_since: datetime) -> None:
    """Raises AfterwordError where nobody looks for work. A process that has just begun waits for the first look."""
    now, last = parts.now(), alive.last_scan(connection)
    patience = max(SILENT, SCANS * timedelta(seconds=parts.settings.jobs.scan_seconds))
    if all(abs(now - at) > patience for at in (last or up_since, up_since)):  # a clock may have gone either way
        since = f"since {last:%Y-%m-%d %H:%M:%S} UTC" if last else "yet"
        raise AfterwordError(
            f"Nobody has looked for work {since}. What comes in is stored, and waits.",
            "On PostgreSQL start `python -m service worker`; else start Afterword again. The log says more.",
        )


class _Calls:
    """The calls to GitHub and Jira of all processes, as a counter that lives in the database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[CounterMetricFamily]:
        # Only a scraper needs it.
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily("afterword_tracker_calls", CALLS, labels=("connection", "outcome"))
        names = [*self._parts.sources, *self._parts.trackers]
        counted: dict[tuple[str, str], int] = {(name, word): 0 for name in names for word in OUTCOMES}
        with self._parts.database.read() as connection:
            counted |= calls.totals(connection)
        for labels, number in counted.items():
            family.add_metric(labels, number)
        yield family


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("health", __name__)
    up_since = parts.now()

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
                _look_for_workers(parts, connection, up_since)
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
        parts.calls.keep_now_and_then(parts.database)  # a process that only serves pages has no other time for it
        registry.register(_Calls(parts))
        with parts.database.read() as connection:
            polled = tuple(parts.sources) if parts.settings.sync.reconcile else ()
            for one in figures.gauges(connection, parts.now(), trackers=tuple(parts.trackers), sources=polled):
                gauge = Gauge(f"afterword_{one.name}", one.says, [one.label] if one.label else [], registry=registry)
                for value, number in one.numbers.items():
                    (gauge.labels(value) if one.label else gauge).set(number)
            stopped = Gauge("afterword_paused", "Whether nothing leaves: 1 or 0", registry=registry)
            stopped.set(pause.standing(parts, connection) is not None)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return routes
