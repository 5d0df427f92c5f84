"""The style sheet and the mark; the same for everybody, so no token is asked for."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

FOLDER = Path(__file__).resolve().parent / "static"


def blueprint() -> Blueprint:
    routes = Blueprint("static", __name__)

    @routes.get("/static/<path:name>")
    def file(name: str) -> Response:
        return send_from_directory(FOLDER, name, max_age=3600)

    return routes
