"""One connection to the proxy of tests/mitm.py: CONNECT, TLS, and the requests that come through it."""

from __future__ import annotations

import http.client
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

PAGE = (
    b"<!doctype html><html><head><title>Sign in</title></head><body><p>Acme network: please sign in.</p></body></html>"
)
_HOP = {"connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade"}


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "proxy"
    sys_version = ""
    timeout = 30
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Any  # with `proxy`, the MitmProxy that says how to behave
    host = ""  # whom the tunnel leads to, once there is one
    onward: http.client.HTTPConnection | None = None

    def log_message(self, format: str, *args: Any) -> None:
        return

    def finish(self) -> None:
        if self.onward is not None:
            self.onward.close()
        with suppress(OSError):
            super().finish()
        if self.host:
            self.connection.close()  # the server closes the plain socket alone, which TLS took over

    # --- CONNECT

    def do_CONNECT(self) -> None:
        proxy, host = self.server.proxy, self.path.rpartition(":")[0]
        proxy.asked.append(host)
        if not self._welcome():
            return
        if proxy.mood == "close":
            self.close_connection = True
            return
        if proxy.mood == "html":
            self._say(403, PAGE)
            return
        if not self._reach(host):
            self._say(502, PAGE)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        if proxy.mood == "no tls":
            self.connection.recv(1)
            self._say(400, PAGE)
            return
        self.close_connection = True  # unless TLS comes about
        self.rfile.close()
        self.wfile.close()
        self.connection = proxy.context(host).wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.host, self.close_connection = host, False

    def _welcome(self) -> bool:
        wants = self.server.proxy.wants
        if wants is None or self.headers.get("Proxy-Authorization") == wants:
            return True
        self._say(407, PAGE, {"Proxy-Authenticate": 'Basic realm="Acme"'})
        return False

    def _reach(self, host: str) -> bool:
        known = self.server.proxy.table.get(host)
        if known is None:
            return False
        self.onward = http.client.HTTPConnection("127.0.0.1", known[0], timeout=self.timeout)
        try:
            self.onward.connect()
        except OSError:
            return False
        return True

    # --- requests, inside a tunnel or with a whole address

    def _pass_on(self) -> None:
        proxy, host, path = self.server.proxy, self.host, self.path
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        if not host:
            parts = urlsplit(self.path)
            host, path = parts.hostname or "", parts._replace(scheme="", netloc="").geturl() or "/"
            if not self._welcome():
                return
            if proxy.mood == "html":
                self._say(200, PAGE)
                return
        if proxy.mood == "lose request":
            self._reset()
            return
        if self.onward is None and not self._reach(host):
            self._say(502, PAGE)
            return
        assert self.onward is not None
        proxy.note(host, self.command, path)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        try:
            self.onward.request(self.command, proxy.table[host][1] + path, body, headers)
            answer = self.onward.getresponse()
            told = answer.read()
        except http.client.IncompleteRead as error:
            told, self.close_connection = error.partial, True
        except (OSError, http.client.HTTPException):
            self._reset()
            return
        if proxy.mood == "lose answer":
            self._reset()
            return
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)
        self.wfile.flush()
        if not self.host:
            self.onward.close()
            self.onward = None

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _pass_on

    def _say(self, status: int, page: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Connection": "close", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        self.wfile.flush()

    def _reset(self) -> None:
        """A reset, not a goodbye."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
