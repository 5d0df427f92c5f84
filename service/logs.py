"""Logs: one line per event on standard error, words and ids only; never a header, a body, a text or a secret.

What a job logs carries the ids of what it works on, whoever writes the line: `working_on` binds them.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager, suppress
from typing import Any, TextIO, cast

import structlog


def _where(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception: its type and where it arose. Its message may hold what people wrote."""
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        event["exception"] = kind.__name__ if kind else ""
        event["at"] = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(traceback.extract_tb(trace)[-6:]))
    return event


def working_on(task: str, key: str) -> AbstractContextManager[None]:
    """Every line that is written within says which row it is about."""
    return structlog.contextvars.bound_contextvars(**_named(None, "", {"task": task, "key": key}))


def _named(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The key of a row by what it is the key of: incident=42, delivery=ops/7f3a…"""
    name = {"incident": "incident", "delivery": "delivery"}.get(event.get("task", ""))
    if name and event.get("key"):
        event[name] = event.pop("key")
    return event


class _Errors:
    """Standard error, as far as it can be written: a full disk ends no work."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def configure(*, level: int = logging.INFO) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Errors())),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it writes a line for each request that waits a moment
    # what they warn of we tell ourselves, without addresses, queries and texts
    for wordy in ("apprise", "urllib3", "psycopg.pool"):
        logging.getLogger(wordy).setLevel(logging.ERROR)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
