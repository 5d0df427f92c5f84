"""The style sheet and the mark; the same for everybody, so no token is asked for."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

FOLDER = Path(__file__).resolve().parent / "static"


def blueprint() -> Blueprint:
    routes = Blueprint("static", __name__)
    files = {file.name: file.read_bytes() for file in FOLDER.iterdir() if file.is_file()}

    @routes.get("/static/<name>")
    def file(name: str) -> Response:
        if name not in files:
            abort(404)
        return send_file(io.BytesIO(files[name]), download_name=name, max_age=3600)

    return routes
