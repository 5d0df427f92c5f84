"""The way in: size → pace → signature on the raw bytes → one durable insert → 202. Nothing else happens in the request.

What the delivery means is found out by a job (service/deliver.py), so that a body that cannot be read is still stored.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.engine import Connection
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.base import AfterwordError, BadSignature, Source
from service import crash
from service.engine import Engine
from service.errors import TooLarge, UnknownSource
from service.store import deliveries
from service.store.database import Database, StoreUnavailable
from service.throttle import Throttle

log = structlog.get_logger()

#: the headers that a connector needs again when it reads the delivery; never a signature, never a token
KEPT = (
    "content-type",
    "x-github-event",
    "x-github-delivery",
    "x-github-hook-id",
    "x-atlassian-webhook-identifier",
    "x-atlassian-webhook-retry",
    "x-atlassian-webhook-flow",
)
BATCH = 256
Begin = Callable[[], AbstractContextManager[Connection]]
#: what no request may exceed where no source takes more, in bytes
LARGEST = 1024 * 1024


class Inbox:
    """One writer thread that groups commits: many deliveries, one fsync. When `put` returns, the bytes are on disk."""

    def __init__(self, database: Database, *, timeout: float = 30.0) -> None:
        self._database = database
        self._timeout = timeout
        self._queue: queue.SimpleQueue[tuple[dict[str, Any], Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, row: dict[str, Any]) -> None:
        """Raises StoreUnavailable if it could not be stored."""
        stored: Future[None] = Future()
        with self._lock:  # nothing is put for a thread that is about to end
            if self._thread is None or not self._thread.is_alive():  # begun here, as a server may fork after __init__
                self._thread = threading.Thread(target=self._write, name="inbox", daemon=True)
                self._thread.start()
            self._queue.put((row, stored))
        try:
            stored.result(self._timeout)
        except TimeoutError:
            raise StoreUnavailable(
                "The database did not take the delivery in time.", "Look at its disk and its locks."
            ) from None

    def close(self) -> None:
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _write(self) -> None:
        try:
            while self._serve():
                pass  # the connection failed: the next deliveries get another one
        except StoreUnavailable as error:
            log.error("no connection for deliveries", error=error.message)
        finally:  # also after a fault of ours: whoever waits is told, and the next delivery begins another thread
            with self._lock:
                self._thread = None
                while not self._queue.empty():
                    if (waiting := self._queue.get()) is not None:
                        waiting[1].set_exception(StoreUnavailable("The database did not take the delivery."))

    def _serve(self) -> bool:
        """Writes on one connection until it fails (True) or the inbox is closed (False)."""
        first = self._queue.get()
        if first is None:
            return False
        with self._waiting(first), self._database.held() as begin:
            while first is not None:
                batch = [first]
                more: tuple[dict[str, Any], Future[None]] | None = first
                while len(batch) < BATCH and not self._queue.empty():
                    more = self._queue.get()
                    if more is None:
                        break
                    batch.append(more)
                well = self._store(begin, batch)
                if more is None:
                    return False
                if not well:
                    return True
                first = self._queue.get()
        return False

    @contextmanager
    def _waiting(self, first: tuple[dict[str, Any], Future[None]]) -> Iterator[None]:
        """Whoever waits for the first one is told, also when there is no connection at all."""
        try:
            yield
        except StoreUnavailable as error:
            if not first[1].done():
                first[1].set_exception(error)
            raise

    def _store(self, begin: Begin, batch: list[tuple[dict[str, Any], Future[None]]]) -> bool:
        failure: AfterwordError = StoreUnavailable("The database did not take the delivery.", "The log says why.")
        rows = [row for row, _ in batch]
        try:
            try:
                with begin() as connection:
                    deliveries.add_all(connection, rows)
            except StoreUnavailable as error:
                if not error.lost:
                    raise
                with self._database.begin() as connection:  # the server ended the one that was kept
                    deliveries.add_all(connection, rows)
            for _, stored in batch:
                stored.set_result(None)
        except StoreUnavailable as error:
            failure = error
            return False
        finally:
            for _, stored in batch:
                if not stored.done():
                    stored.set_exception(failure)
        return True


def largest(sources: Mapping[str, Source]) -> int:
    """The most bytes that any request may bring."""
    return max((LARGEST, *(source.max_bytes for source in sources.values())))


def blueprint(sources: Mapping[str, Source], inbox: Inbox, engine: Engine, now: Callable[[], datetime]) -> Blueprint:
    routes = Blueprint("receive", __name__)
    throttles = {name: Throttle() for name in sources}
    # an address with "//" is another one: no vendor follows a redirect with its body, and one with a line break in its
    # query would be a fault of ours
    routes.record(lambda state: setattr(state.app.url_map, "merge_slashes", False))

    @routes.post("/webhooks/<name>")
    def webhook(name: str) -> tuple[Response, int]:
        source = sources.get(name)
        if source is None:
            raise UnknownSource(
                f"There is no source called {name[:100]}.", "Compare the address with [sources] in the settings."
            )
        at, throttle = now(), throttles[name]
        said = request.content_length  # None: in pieces, of which nobody knows the end
        if seconds := throttle.wait(source.max_bytes if said is None else said, at):
            if throttle.worth_saying(at):
                log.warning("deliveries are turned away for a while", source=name, seconds=seconds)
            return _later(seconds)
        try:
            body = _body(source.max_bytes)
        except TooLarge:
            throttle.refused(source.max_bytes if said is None else 0, at)  # one that says its size is not read
            raise
        headers = {key.lower(): value for key, value in request.headers.items()}
        try:
            source.verify(headers, body)
        except BadSignature:
            throttle.refused(len(body), at)
            raise
        throttle.stored(len(body), at)
        delivery_id = source.delivery_id(headers, body)
        if len(delivery_id) > 200 or "\x00" in delivery_id:
            delivery_id = hashlib.sha256(delivery_id.encode("utf-8", "surrogatepass")).hexdigest()
        crash.point("verified, not stored")
        inbox.put(
            {
                "source": name,
                "delivery_id": delivery_id,
                "received_at": at,
                "headers": {key: headers[key][:500] for key in KEPT if key in headers},
                "body": body,
                "state": "received",
                "first": source.first(headers, body),
            }
        )
        crash.point("stored, not answered")
        engine.wake("delivery", "")
        # Flask's jsonify takes a fifth of the whole request (bench/ingest.py).
        answer = json.dumps({"stored": delivery_id})
        return Response(f"{answer}\n", mimetype="application/json"), source.accepted

    return routes


def _later(seconds: int) -> tuple[Response, int]:
    """Before a byte is read where the server lets us, and before any signature work. 503 and not 429: some vendors take
    every 4xx for final."""
    said = {"error": "too_much", "message": "Too much came in for this source. Nothing was stored."}
    said["mend"] = "Send it again later; the header Retry-After says when."
    answer = Response(f"{json.dumps(said)}\n", mimetype="application/json")
    answer.headers["Retry-After"] = str(seconds)
    return answer, 503


def _body(limit: int) -> bytes:
    too_large = TooLarge(f"The body is larger than {limit} bytes. Nothing was stored.")
    if (request.content_length or 0) > limit:
        raise too_large
    request.max_content_length = limit
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large from None
