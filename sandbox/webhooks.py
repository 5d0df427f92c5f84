"""Signing webhooks and sending them over HTTP, as both vendors do, and remembering what became of each."""

import hashlib
import hmac
import http.client
import itertools
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

SECONDS = 10.0  # GitHub gives up after ten


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to send what. `events`: names, or "*" for all. `place`: only of this repository or project ("" for all)."""

    id: int
    url: str
    secret: str
    events: tuple[str, ...]
    place: str
    created_at: datetime

    def wants(self, event: str, place: str) -> bool:
        return ("*" in self.events or event in self.events) and self.place in ("", place)


@dataclass(frozen=True, slots=True)
class Post:
    """One signed webhook, ready to go. `guid` stays the same when it is delivered again."""

    hook: Hook
    event: str
    action: str
    guid: str
    headers: Mapping[str, str]
    body: bytes
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a post. `status` None: nobody answered. `reason` is the HTTP reason or the error's name."""

    id: int
    post: Post
    status: int | None
    reason: str
    delivered_at: datetime
    seconds: float
    redelivery: bool

    @property
    def guid(self) -> str:
        return self.post.guid

    @property
    def event(self) -> str:
        return self.post.event

    @property
    def action(self) -> str:
        return self.post.action

    @property
    def body(self) -> bytes:
        return self.post.body


def sign(secret: str, body: bytes) -> str:
    """`sha256=<hex>`: the form that GitHub and Jira share."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Webhooks:
    """Hooks, their deliveries, and one thread for those that nobody waits for.

    `loses(post)`: return True to lose a post on the way, as networks do; it is recorded as unanswered.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._ids = itertools.count(4_200_000_001)
        self._queue: queue.Queue[tuple[Post, bool] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self.hooks: list[Hook] = []
        self._deliveries: list[Delivery] = []
        self.loses: Callable[[Post], bool] = lambda post: False

    def add(self, url: str, secret: str, events: Sequence[str], place: str = "") -> Hook:
        with self._lock:
            hook = Hook(next(self._ids), url, secret, tuple(events), place, self._now())
            self.hooks.append(hook)
        return hook

    def wanting(self, event: str, place: str) -> list[Hook]:
        with self._lock:
            return [hook for hook in self.hooks if hook.wants(event, place)]

    def deliveries(self) -> list[Delivery]:
        """Oldest first."""
        with self._lock:
            return list(self._deliveries)

    def send(self, post: Post, *, redelivery: bool = False) -> Delivery:
        started = time.monotonic()
        status, reason = (None, "lost") if self.loses(post) else _post(post)
        with self._lock:
            took = time.monotonic() - started
            delivery = Delivery(next(self._ids), post, status, reason, self._now(), took, redelivery)
            self._deliveries.append(delivery)
        return delivery

    def send_all(self, posts: Sequence[Post], *, in_background: bool) -> None:
        for post in posts:
            if in_background:
                self._later(post)
            else:
                self.send(post)

    def redeliver(self, delivery_id: int | str, *, more_headers: Mapping[str, str] | None = None) -> Delivery:
        """Sends the same bytes again, with the same GUID. Takes a delivery's id or its GUID."""
        found = next((d for d in self.deliveries() if delivery_id in (d.id, d.guid)), None)
        if found is None:
            raise KeyError(f"There is no delivery {delivery_id}.")
        post = found.post
        if more_headers:
            post = replace(post, headers={**post.headers, **more_headers})
        return self.send(post, redelivery=True)

    def redeliver_later(self, delivery: Delivery) -> None:
        self._later(delivery.post, redelivery=True)

    def _later(self, post: Post, *, redelivery: bool = False) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        self._queue.put((post, redelivery))

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            self.send(item[0], redelivery=item[1])
            self._queue.task_done()

    def settle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._queue.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(SECONDS + 1)
            self._thread = None


def _post(post: Post) -> tuple[int | None, str]:
    parts = urlsplit(post.hook.url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=SECONDS)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path or "/", body=post.body, headers=dict(post.headers))
        response = connection.getresponse()
        response.read()
        return response.status, response.reason
    except (OSError, http.client.HTTPException) as error:
        return None, type(error).__name__
    finally:
        connection.close()
