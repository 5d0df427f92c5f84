"""The API: what is stored, as JSON. Lists come in pages of `limit`, from `after` on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.base import BadPayload
from service.parts import Parts
from service.store import listings
from service.web.auth import ask_for_token
from service.web.edits import edit_section, section_of
from service.web.openapi import description
from service.web.reports import report as weekly_report
from service.web.viewer import Viewer, has_token, viewer

MOST = 200


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("api", __name__)

    def listed(name: str) -> Response:
        limit, after = min(max(_number("limit", 50), 1), MOST), _number("after", 0)
        with parts.database.read() as connection:
            rows = listings.LISTS[name](connection, limit, after)
            shown = _shown(name, rows, viewer(connection))
        return jsonify({name: shown, "next": rows[-1]["id"] if len(rows) == limit else None})

    @routes.get("/api/v1/incidents")
    def incidents() -> Response:
        return listed("incidents")

    @routes.get("/api/v1/postmortems")
    def all_postmortems() -> Response:
        return listed("postmortems")

    @routes.get("/api/v1/actions")
    def actions() -> Response:
        return listed("actions")

    @routes.get("/api/v1/deliveries")
    def deliveries() -> Response:
        return listed("deliveries") if has_token() else ask_for_token(parts)

    @routes.get("/api/v1/reports/<name>/<week>")
    def report(name: str, week: str) -> Response:
        return weekly_report(parts, name, week, "json")

    @routes.put("/api/v1/postmortems/<int:number>/sections/<name>")
    def edit(number: int, name: str) -> Response:
        """A person's words for one section; they win over whatever the ticket says later."""
        text, by = _edit_of(request.get_json(silent=True))
        return jsonify(postmortem=number, revision=edit_section(parts, number, section_of(name), text, by))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(description(parts.settings.public_url))

    return routes


def _shown(name: str, rows: list[listings.Plain], seen: Viewer) -> list[listings.Plain]:
    """The rows of a list that this request may be shown; a page may hold fewer than were asked for."""
    if seen.public is None:
        return rows
    if name == "actions":
        bare = {"word": "", "reason": ""}
        return [row | bare for row in rows if row["postmortem"] is not None and seen.postmortem(row["postmortem"])]
    return [row for row in rows if seen.incident(row["id" if name == "incidents" else "incident_id"])]


def _number(name: str, default: int) -> int:
    try:
        number = int(request.args.get(name, default))
    except ValueError:
        number = -1
    if not 0 <= number < 2**63:  # what the database counts in
        raise BadPayload(f"{name} is not a number.", f"Write {name}={default}.")
    return number


def _edit_of(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not str(body.get("by") or "").strip():
        raise BadPayload("The body is not an edit.", 'Send JSON: {"text": "…", "by": "your name"}.')
    return _storable(body["text"]), _storable(str(body["by"]).strip())[:200]


def _storable(text: str) -> str:
    """Without what no database takes: NUL, and half a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
