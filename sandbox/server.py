"""The listening socket and its connections: bytes to a Request, an Answer to bytes (or fewer, by a fault)."""

import json
import socket
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from sandbox.calls import Fault
from sandbox.routing import Answer, Request


class Serves(Protocol):
    """Whoever answers."""

    def handle(self, request: Request, *, readable: bool) -> tuple[Answer | None, Fault | None]: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, port: int, sandbox: Serves) -> None:
        super().__init__(("127.0.0.1", port), Connection)
        self.sandbox = sandbox
        self._open: dict[threading.Thread, socket.socket] = {}
        self._open_lock = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open[threading.current_thread()] = request
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.pop(threading.current_thread(), None)

    def end_connections(self) -> None:
        with self._open_lock:
            left = dict(self._open)
        for connection in left.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left:
            thread.join(2)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; a bug of the sandbox is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        return

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        body, readable = None, True
        if raw:
            try:
                body = json.loads(raw)
            except ValueError:
                readable = False
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        answer, fault = self.server.sandbox.handle(request, readable=readable)
        if answer is None or (fault is not None and fault.kind == "lose_answer"):
            self._drop(abruptly=answer is None)
        else:
            self._write(answer, cut=fault is not None and fault.kind == "truncate")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _drop(self, *, abruptly: bool) -> None:
        self.close_connection = True
        if abruptly:  # a reset, not a goodbye
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _write(self, answer: Answer, *, cut: bool) -> None:
        is_page = isinstance(answer.body, str)
        payload = b"" if answer.body is None else (answer.body if is_page else json.dumps(answer.body)).encode()
        if "Date" in answer.headers:  # a clock of its own
            self.send_response_only(answer.status)
            self.send_header("Server", self.version_string())
        else:
            self.send_response(answer.status)
        if payload:
            self.send_header("Content-Type", ("text/html" if is_page else "application/json") + "; charset=utf-8")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if cut:
            self.close_connection = True
            payload = payload[: len(payload) // 2]
        self.wfile.write(payload)
        self.wfile.flush()
