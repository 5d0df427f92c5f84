"""The API: what is stored, as JSON. Lists come in pages of `limit`, from `after` on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.base import BadPayload
from service.errors import NotFound
from service.followup.week import Week
from service.parts import Parts
from service.postmortem import document
from service.postmortem.model import Section
from service.store import listings, postmortems
from service.upkeep import weekly_of
from service.web.openapi import description

MOST = 200


def blueprint(parts: Parts) -> Blueprint:
    routes = Blueprint("api", __name__)

    def listed(name: str) -> Response:
        limit, after = _number("limit", 50), _number("after", 0)
        with parts.database.read() as connection:
            rows = listings.LISTS[name](connection, min(max(limit, 1), MOST), after)
        return jsonify({name: rows, "next": rows[-1]["id"] if len(rows) == limit else None})

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
        return listed("deliveries")

    @routes.get("/api/v1/reports/weekly/<week>")
    def report(week: str) -> Response:
        return Response(weekly_of(parts).report(Week.parse(week), "json", parts.now()), mimetype="application/json")

    @routes.put("/api/v1/postmortems/<int:number>/sections/<name>")
    def edit(number: int, name: str) -> Response:
        """A person's words for one section; they win over whatever the ticket says later."""
        text, by = _edit_of(request.get_json(silent=True))
        if name not in list(Section):
            raise NotFound(f"There is no section {name}.", f"Sections are: {', '.join(Section)}.")
        with parts.database.begin() as connection:
            found = postmortems.load(connection, number)
            if found is None:
                raise NotFound(f"There is no postmortem {number}.")
            _, doc, revision = found
            edited = document.edit(doc, Section(name), text, by=by, at=parts.now())
            why = f"{name.replace('_', ' ').capitalize()} edited by {by}"
            revision = postmortems.save_revision(connection, number, revision, edited, parts.now(), why)
        return jsonify(postmortem=number, revision=revision)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(description(parts.settings.public_url))

    return routes


def _number(name: str, default: int) -> int:
    try:
        return int(request.args.get(name, default))
    except ValueError:
        raise BadPayload(f"{name} is not a number.", f"Write {name}={default}.") from None


def _edit_of(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not str(body.get("by") or "").strip():
        raise BadPayload("The body is not an edit.", 'Send JSON: {"text": "…", "by": "your name"}.')
    return _storable(body["text"]), _storable(str(body["by"]).strip())[:200]


def _storable(text: str) -> str:
    """Without what no database takes: NUL, and half a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
