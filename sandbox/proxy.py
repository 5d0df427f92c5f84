"""A proxy on the socket between a client and a stand-in: bytes pass through, but for the faults that were planned.

It reads just enough of a request (method, path, length) to know which fault it meets.
"""

from __future__ import annotations

import random
import re
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from sandbox.proxy_faults import FAULTS, PASSING, REFUSE, WireFault
from sandbox.proxy_wire import Exchange, reset


@dataclass(frozen=True, slots=True)
class Hit:
    """A request that met a fault. `at` is the proxy's clock."""

    method: str
    path: str
    fault: str
    at: datetime


@dataclass(slots=True)
class Plan:
    fault: WireFault
    method: str | None
    path: re.Pattern[str]
    left: int
    after: int | None  # refuse: when this many requests were answered


class FaultProxy:
    """`with FaultProxy(sandbox.url) as proxy`, and clients use `proxy.url` in place of the stand-in's.

    `clock` is that of the dates it writes. `tell` is called for each request that meets a fault. `pace`: seconds
    between two bytes of a drip. `patience`: seconds for which it hangs at most; a client that leaves earlier ends it.
    `outage`: seconds for which a refusal that a request met lasts.
    """

    def __init__(
        self,
        target_url: str,
        *,
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
        tell: Callable[[Hit], None] | None = None,
    ) -> None:
        parts = urlsplit(target_url)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.clock = clock or (lambda: datetime.now(UTC))
        self.tell = tell
        self.pace = 1.0
        self.patience = 60.0
        self.outage = 2.0
        self.hits: list[Hit] = []
        self.calls: list[tuple[str, str]] = []  # method and path of everything that came
        self.stopping = threading.Event()
        self._lock = threading.RLock()
        self._plans: list[Plan] = []
        self._share, self._dice, self._among = 0.0, random.Random(0), [FAULTS[name] for name in PASSING]
        self._open: dict[socket.socket, threading.Thread] = {}
        self._door: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.port = port
        self.open_door()
        self.url = f"http://127.0.0.1:{self.port}{parts.path.rstrip('/')}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends every connection, so that no socket outlives a test."""
        self.stopping.set()
        self.close_door()
        with self._lock:
            threads = list(self._open.values())
        for thread in threads:
            thread.join(5)

    # --- what is planned

    def plan(
        self,
        fault: str | WireFault,
        method: str | None = None,
        path: str = "",
        times: int = 1,
        *,
        after: int | None = None,
    ) -> None:
        """The next `times` requests of this method (None: any) and path (regex, searched) meet this fault.

        "refuse" shuts the door: with `after`, once so many more requests were answered, until `open_door`; else the
        request that fits is reset without the server having acted, and no other is taken for `outage` seconds.
        """
        known = FAULTS[fault] if isinstance(fault, str) else fault
        with self._lock:
            counted = None if after is None else len(self.calls) + after
            self._plans.append(Plan(known, method, re.compile(path), times, counted))
            shut = after == 0
        if shut:
            self._refuse_now()

    def storm(self, share: float, seed: int | str = 0, among: Sequence[str] = PASSING) -> None:
        """From now on this share of all requests (0 to 1) meets one of these faults, as the seed has it."""
        with self._lock:
            self._share, self._dice, self._among = share, random.Random(seed), [FAULTS[name] for name in among]

    def clear(self) -> None:
        """No fault any more. What was hit stays known."""
        with self._lock:
            self._plans.clear()
            self._share = 0.0
        self.open_door()

    # --- the door

    def open_door(self) -> None:
        """Connections are taken, at the same address as before."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._door is not None or self.stopping.is_set():
                return
            door = socket.socket()
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(("127.0.0.1", self.port))
            door.listen(256)
            self.port = door.getsockname()[1]
            self._door = door
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()

    def close_door(self, keep: socket.socket | None = None) -> None:
        """Connections are refused from now on, and those that are open end; `keep` ends by itself."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            door, self._door = self._door, None
            others = [connection for connection in self._open if connection is not keep]
        if door is not None:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
            door.close()
        for connection in others:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _refuse_now(self, keep: socket.socket | None = None) -> None:
        with self._lock:
            self.hits.append(Hit("", "", REFUSE, self.clock()))
            self._plans = [plan for plan in self._plans if plan.fault.way != REFUSE]
        self.close_door(keep)

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    # --- one connection

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while self._exchange(connection):
                pass
        except OSError:
            pass  # the client left, or the stand-in is down: for the client both are an end without an answer
        finally:
            with self._lock:
                self._open.pop(connection, None)
            connection.close()

    def _exchange(self, connection: socket.socket) -> bool:
        """One request and its answer. False: the connection ends."""
        exchange = Exchange.read(connection, self.target)
        if exchange is None:
            return False
        fault = self._met(exchange.method, exchange.path)
        if fault is None:
            answer = exchange.forward()
            shut = self._shuts()
            if shut:
                self._refuse_now(keep=connection)  # before the answer, as the client may be back at once
            connection.sendall(answer)
            return not shut
        if fault.way == REFUSE:
            self.close_door(keep=connection)
            with self._lock:
                self._timer = threading.Timer(self.outage, self.open_door)
                self._timer.daemon = True
                self._timer.start()
            reset(connection)
            return False
        return exchange.spoil(fault, self.clock(), self.pace, self.patience, self.stopping)

    def _met(self, method: str, path: str) -> WireFault | None:
        with self._lock:
            self.calls.append((method, path))
            fault = next((self._taken(plan) for plan in self._plans if _fits(plan, method, path)), None)
            if fault is None and self._dice.random() < self._share:
                fault = self._dice.choice(self._among)
            if fault is None:
                return None
            hit = Hit(method, path, fault.name, self.clock())
            self.hits.append(hit)
        if self.tell is not None:
            self.tell(hit)
        return fault

    def _taken(self, plan: Plan) -> WireFault:
        plan.left -= 1
        return plan.fault

    def _shuts(self) -> bool:
        with self._lock:
            return any(plan.after is not None and len(self.calls) >= plan.after for plan in self._plans)


def _fits(plan: Plan, method: str, path: str) -> bool:
    asked = plan.after is None and plan.left > 0 and plan.method in (None, method)
    return asked and plan.path.search(path) is not None
