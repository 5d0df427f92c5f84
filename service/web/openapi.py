"""The API's own description (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from typing import Any

from service.followup.snapshot import schemas
from service.postmortem.model import Section

_LIST = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
    {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
]
_ERRORS = {"401": {"description": "The token is missing, wrong, or has ended."}}
_READ_ONLY = {"403": {"description": "This token may read, and may not change anything."}}


def description(public_url: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Afterword", "version": "1"},
        "servers": [{"url": public_url}],
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas("#/components/schemas/{model}"),
        },
        "paths": {
            **{f"/api/v1/{name}": _list_of(name, says) for name, says in _LISTS.items()},
            "/api/v1/reports/{name}/{week}": {
                "get": {
                    "summary": "One week's report (`weekly`: of all items): frozen if the week is over, else a preview",
                    "parameters": [
                        _path("name", {"type": "string", "examples": ["weekly"]}),
                        _path("week", {"type": "string", "examples": ["2026-W47"]}),
                    ],
                    "responses": {"200": {"description": "The report.", "content": _REPORT}, **_ERRORS},
                }
            },
            "/api/v1/postmortems/{number}/sections/{name}": {
                "put": {
                    "summary": "A person's words for one section; regeneration never overwrites them",
                    "parameters": [
                        _path("number", {"type": "integer"}),
                        _path("name", {"type": "string", "enum": [section.value for section in Section]}),
                    ],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": _EDIT}}},
                    "responses": {"200": {"description": "The new revision."}, **_ERRORS, **_READ_ONLY},
                }
            },
        },
    }


_LISTS = {
    "incidents": "Incident tickets",
    "postmortems": "Postmortems",
    "actions": "Action items, and how they stand",
    "deliveries": "Deliveries, and what became of them; `via` is webhook, or poll where no webhook told of the closing",
}
_REPORT = {"application/json": {"schema": {"$ref": "#/components/schemas/Snapshot"}}}
_EDIT = {
    "type": "object",
    "required": ["text", "by"],
    "properties": {"text": {"type": "string", "description": "Markdown"}, "by": {"type": "string"}},
}


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _list_of(name: str, says: str) -> dict[str, Any]:
    return {
        "get": {
            "summary": says,
            "parameters": _LIST,
            "responses": {"200": {"description": f"`{name}`, and `next`: give it as `after` for more."}, **_ERRORS},
        }
    }
