"""The HTTP part that both sandboxes share: a real server on 127.0.0.1, a log of its calls, faults on demand."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

from sandbox.calls import ACTS, KEPT_HEADERS, Call, CallLog, Fault, Faults
from sandbox.routing import Answer, Request
from sandbox.server import Server
from sandbox.webhooks import Post, Webhooks

PROXY_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"


class HttpSandbox:
    """Start, stop, log, faults, clock. A subclass says how a request is answered (`respond`).

    `clock` may be replaced by any callable that returns an aware datetime; `delay` is added to every call, in seconds.
    """

    def __init__(self, port: int = 0) -> None:
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.delay = 0.0
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.faults = Faults()
        self.webhooks = Webhooks(self.now)
        self._log = CallLog()
        self._acting = threading.local()
        self._server: Server | None = Server(port, self)
        self._thread: threading.Thread | None = None
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Also after `stop`: at the same address, with everything that it knew."""
        if self._server is None:
            self._server = Server(self.port, self)
        if self._thread is None:
            self.stopping.clear()
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Connections are refused from now on. Ends every open one too, so that no socket outlives a test."""
        self.stopping.set()
        if self._server is not None:
            if self._thread is not None:
                self._server.shutdown()
                self._thread.join(5)
                self._thread = None
            self._server.server_close()
            self._server.end_connections()
            self._server = None
        self.webhooks.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    # --- what was asked -----------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        return self._log.all()

    def count(self, method: str | None = None, path_contains: str | None = None) -> int:
        return self._log.count(method, path_contains)

    def reset_calls(self) -> None:
        self._log.clear()

    # --- faults -------------------------------------------------------------------------------------------------------

    def fault(
        self,
        method: str | None,
        path: str,
        kind: str,
        times: int = 1,
        *,
        status: int = 502,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 1.0,
        acts: bool | None = None,
    ) -> Fault:
        """Plans a fault for the next `times` calls whose method (None: any) and path (regex, searched) fit.

        Kinds: `status` (answers it, with a body like the vendor's unless given; `acts=True`: does the work first),
        `lose_answer` (acts, closes without an answer), `reset_before` (closes without acting), `truncate` (acts, sends
        half the body), `hang` (acts, answers after `seconds`), `html` (200 and a sign-in page, without acting).
        """
        fault = Fault(
            method=method,
            path=re.compile(path),
            kind=kind,
            left=times,
            acts=ACTS[kind] if acts is None else acts,
            status=status,
            body=body,
            headers=dict(headers or {}),
            seconds=seconds,
        )
        self.faults.plan(fault)
        return fault

    def clear_faults(self) -> None:
        self.faults.clear()

    # --- webhooks -----------------------------------------------------------------------------------------------------

    @contextmanager
    def acting(self, *, in_background: bool = False) -> Iterator[None]:
        """Holds the state while something is done; sends the webhooks of it when the outermost one has let go."""
        depth = getattr(self._acting, "depth", 0)
        if depth == 0:
            self._acting.posts = []
        self._acting.depth = depth + 1
        try:
            with self.lock:
                yield
        finally:
            self._acting.depth = depth
        if depth == 0:
            self.webhooks.send_all(self._acting.posts, in_background=in_background)

    def emit(self, post: Post) -> None:
        self._acting.posts.append(post)

    def settle(self, seconds: float = 10.0) -> None:
        """Waits until webhooks that API calls caused were sent."""
        self.webhooks.settle(seconds)

    # --- answering ----------------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Answer:
        raise NotImplementedError

    def status_body(self, status: int) -> Any:
        """What the vendor says with such a status."""
        raise NotImplementedError

    def unreadable(self) -> Answer:
        """The answer to a body that is not JSON."""
        raise NotImplementedError

    def handle(self, request: Request, *, readable: bool) -> tuple[Answer | None, Fault | None]:
        """Acts as far as the planned fault allows, and logs the call before anybody sees the answer."""
        if self.delay:
            self.stopping.wait(self.delay)
        fault = self.faults.take(request.method, request.path)
        answer: Answer | None = None
        if fault is None or fault.acts:
            answer = self.respond(request) if readable else self.unreadable()
        if fault is not None and fault.kind == "status":
            body = self.status_body(fault.status) if fault.body is None else fault.body
            answer = Answer(fault.status, body, fault.headers)
        if fault is not None and fault.kind == "html":
            answer = Answer(200, PROXY_PAGE)
        self._log.add(
            Call(
                method=request.method,
                path=request.path,
                query=request.query,
                body=request.body,
                status=answer.status if answer else 0,
                answer=None if answer is None else json.loads(json.dumps(answer.body)),
                headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
                at=self.now(),
                fault=fault.kind if fault else "",
            )
        )
        if fault is not None and fault.kind == "hang":
            self.stopping.wait(fault.seconds)
        return answer, fault
