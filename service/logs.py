"""Logs: one line per event on standard error, words and ids only; never a header, a body, a text or a secret."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def _where(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception: its type and where it arose. Its message may hold what people wrote."""
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        event["exception"] = kind.__name__ if kind else ""
        event["at"] = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(traceback.extract_tb(trace)[-6:]))
    return event


def configure(*, level: int = logging.INFO) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it writes a line for each request that waits a moment
    # what they warn of we tell ourselves, without addresses, queries and texts
    for wordy in ("apprise", "urllib3", "psycopg.pool"):
        logging.getLogger(wordy).setLevel(logging.ERROR)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
