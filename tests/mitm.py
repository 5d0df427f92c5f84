"""A company's proxy for tests: it looks into TLS with an authority of its own, and all that it reaches is 127.0.0.1.

    with MitmProxy({"api.github.com": (github.port, "")}) as proxy:
        settings name https://api.github.com, proxy.url and proxy.ca_file

A host that is not in the table is answered 502, so nothing ever leaves the machine.
"""

from __future__ import annotations

import base64
import socket
import ssl
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.certificates import DAY, Authority
from tests.mitm_connection import Connection

MOST = 200  # connections at one time; more wait
#: what it does wrong on demand
MOODS = {
    "html": "answers a sign-in page: 403 to CONNECT, 200 to anything else",
    "expired": "shows a certificate that has ended",
    "future": "shows a certificate that is not good yet",
    "other name": "shows a certificate for another host",
    "unknown authority": "shows a certificate of an authority that nobody knows",
    "no tls": "answers in plain text where TLS should begin",
    "close": "hangs up on CONNECT without a word",
    "lose answer": "passes the request on, and resets the connection in place of the answer",
    "lose request": "takes the request inside the tunnel, and resets the connection without passing it on",
}


class Passed(NamedTuple):
    """A request that went through."""

    host: str
    method: str
    path: str


class MitmProxy:
    """`table`: host → (port on 127.0.0.1, prefix put before the path). `mood`: one of MOODS, or "" to behave.

    `passed` holds every request that went through, `asked` every host that a CONNECT named.
    """

    def __init__(
        self, table: Mapping[str, tuple[int, str]], *, user: str | None = None, password: str = "", mood: str = ""
    ) -> None:
        self.table = dict(table)
        self.passed: list[Passed] = []
        self.asked: list[str] = []
        self.wants = None
        login = ""
        if user is not None:
            self.wants = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
            login = f"{user}:{password}@"
        self.authority, self._stranger = Authority(), Authority("Nobody")
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self.mood = mood
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        self.url = f"http://{login}127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory(prefix="afterword-proxy-")
        self.ca_file = str(Path(self._folder.name) / "authority.pem")
        Path(self.ca_file).write_bytes(self.authority.pem)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def mood(self) -> str:
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        """Connections that are open end, as the next request may only come through a new one."""
        assert mood in ("", *MOODS), mood
        self._mood = mood
        if hasattr(self, "_server"):
            self._server.end_connections()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
        self._server.end_connections()
        self._folder.cleanup()

    def hosts(self) -> set[str]:
        """Which hosts were reached."""
        return {one.host for one in self.passed}

    def note(self, host: str, method: str, path: str) -> None:
        with self._lock:
            self.passed.append(Passed(host, method, path))

    def context(self, host: str) -> ssl.SSLContext:
        """What is shown to whoever wants to speak to this host."""
        with self._lock:
            key = (host, self._mood)
            if key not in self._contexts:
                self._contexts[key] = self._made(*key)
            return self._contexts[key]

    def _made(self, host: str, mood: str) -> ssl.SSLContext:
        match mood:
            case "expired":
                pem = self.authority.issue(host, begins=-2 * DAY, ends=-DAY)
            case "future":
                pem = self.authority.issue(host, begins=DAY)
            case "other name":
                pem = self.authority.issue("elsewhere.example.org")
            case "unknown authority":
                pem = self._stranger.issue(host)
            case _:
                pem = self.authority.issue(host, begins=-timedelta(hours=1))
        file = Path(self._folder.name) / f"{len(self._contexts)}.pem"
        file.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, proxy: MitmProxy) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.proxy = proxy
        self._room = threading.BoundedSemaphore(MOST)
        self._open: dict[threading.Thread, socket.socket] = {}
        self._open_lock = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._room:
            with self._open_lock:
                # a double, as TLS takes the first away
                self._open[threading.current_thread()] = double = request.dup()
            try:
                super().process_request_thread(request, client_address)
            finally:
                with self._open_lock:
                    self._open.pop(threading.current_thread(), None)
                    double.close()

    def end_connections(self) -> None:
        with self._open_lock:
            left = list(self._open)
            for connection in self._open.values():
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in left:
            thread.join(2)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or does not trust us, is what the tests are about."""
