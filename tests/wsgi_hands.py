"""A request to our own WSGI application without a socket, for many of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any


def request(path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", **more: Any) -> dict[str, Any]:
    """The environ of WSGI (PEP 3333), whose texts are bytes read as Latin-1. A header's None leaves it out."""
    made = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        plain = name.upper().replace("-", "_")
        made[plain if plain in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{plain}"] = value
    return {**made, **more}


def answer(app: Any, environ: dict[str, Any]) -> tuple[int, bytes]:
    said: list[str] = []

    def start(status: str, _headers: Any, _error: Any = None) -> None:
        said.append(status)

    parts = app.wsgi_app(environ, start)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return int(said[-1][:3]), body
