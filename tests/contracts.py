"""Holds an exchange against the vendors' own descriptions: GitHub REST, Jira Cloud v3, GitHub's webhook schema.

The descriptions are found by the environment variable AFTERWORD_SHARED (a directory that contains data/specs). A test
that needs them carries `needs_specs`. `check_exchange` takes any object with the fields of `sandbox.calls.Call`.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7, DRAFT202012

SPECS = {"github": "github-issues.openapi.json", "jira": "jira-cloud-issues.openapi.json"}
HOOK_SCHEMA = "github-webhooks.schema.json"

GITHUB_REPO = "/repos/{owner}/{repo}"

# What the published descriptions do not hold, and why we send or answer it all the same. `used` tells which were met.
TOLERATED: dict[tuple[str, str], str] = {
    ("*", "/repositories/{id}"): "GitHub answers a repository and all below it by its id, and redirects there after a "
    "rename; only the form by name is described. Checked as if it were by name.",
    ("POST", "/graphql"): "GraphQL has its own schema; the sandbox refuses a field that GitHub does not have.",
    ("POST", f"{GITHUB_REPO}/issues body.parent_issue_id"): "Creates and links in one call; documented for the "
    "endpoint in the versions 2022-11-28 and 2026-03-10, absent from this snapshot.",
    ("GET", f"{GITHUB_REPO}/issues/{{issue_number}}/events answer"): "The list of event shapes leaves out closed, "
    "reopened, merged, and an assignment without an app, which GitHub does answer.",
    ("*", "github 401"): "Any call may be answered with 401; it is described once, not for each operation.",
    ("*", "github 403"): "Any call may be refused for rights or limits; described for some operations only.",
    ("*", "github 404"): "Any call may be answered with 404 for what one may not see; described for some only.",
    ("*", "github 422"): "A wrong parameter is refused everywhere; described for some operations only.",
    ("*", "github 307"): "A write to a renamed repository is redirected with its body; described for GET only.",
    ("*", "github 301"): "A read of a renamed repository is redirected; described for some operations only.",
    ("*", "github 400"): "A body that is no JSON is refused everywhere; described for some operations only.",
    ("*", "/rest/api/2"): "Jira's v2 differs from v3 by its rich text alone (wiki markup, not ADF). Checked as v3.",
    ("*", "/rest/api/{version}/search"): "The old search, removed from Cloud: it answers 410 and says where to go.",
    ("POST", "/rest/api/3/issueLink body.comment"): "The client library sends null for no comment; Jira takes it.",
    ("POST", "/rest/api/3/issue/{issueIdOrKey}/transitions body.transition.id"): "The client library sends a number "
    "where a string is described; Jira takes both.",
    ("*", "jira changelog null"): "An empty side of a change is null in Jira's answers; described as a string.",
    ("*", "jira 400"): "A wrong parameter is refused everywhere; described for some operations only.",
    ("*", "jira 401"): "Any call may be answered with 401; described for some operations only.",
    ("*", "jira 404"): "Any call may be answered with 404 for what one may not see; described for some only.",
}
used: set[tuple[str, str]] = set()


class Exchange(Protocol):
    """What `check_exchange` reads of a call."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    status: int
    answer: Any
    fault: str


def spec_dir() -> Path | None:
    shared = os.environ.get("AFTERWORD_SHARED")
    found = Path(shared) / "data" / "specs" if shared else None
    return found if found and found.is_dir() else None


needs_specs = pytest.mark.skipif(
    spec_dir() is None, reason="The vendors' descriptions are not here: set AFTERWORD_SHARED to where data/specs is."
)


def check_exchange(vendor: str, call: Exchange) -> list[str]:
    """Every way in which a request or its answer departs from the vendor's description; "" means none.

    Vendor: github or jira. An answer that a planned fault made is not checked; the request is.
    """
    where = f"{call.method} {call.path} → {call.status}"
    path = _as_described(vendor, call.method, call.path)
    if path is None:
        return []
    found = _operation(vendor, call.method, path)
    if found is None:
        return [f"{where}: no such operation in {SPECS[vendor]}"]
    template, operation = found
    complaints = [*_check_query(vendor, operation, call), *_check_body(vendor, template, operation, call)]
    if not call.fault and call.status:
        complaints += _check_answer(vendor, template, operation, call)
    return [f"{where}: {complaint}" for complaint in complaints]


def check_webhook(event: str, action: str, payload: Mapping[str, Any]) -> list[str]:
    """Departures of a GitHub webhook's payload from the published schema. No action: a ping and the like."""
    name = f"{event}${action or 'event'}"
    if name not in _hook_schema()["definitions"]:
        return [f"{event}.{action}: no such event in {HOOK_SCHEMA}"]
    return [f"{event}.{action}: {_say(error)}" for error in _hook_validator(name).iter_errors(payload)]


# --- one exchange -----------------------------------------------------------------------------------------------------


def tolerated(method: str, what: str) -> bool:
    for key in ((method, what), ("*", what)):
        if key in TOLERATED:
            used.add(key)
            return True
    return False


def _as_described(vendor: str, method: str, path: str) -> str | None:
    """The path under which the call is described; None: it is on the list as not described at all."""
    if vendor == "github":
        if by_id := re.match(r"/repositories/\d+(?=/|$)", path):
            tolerated(method, "/repositories/{id}")
            return "/repos/owner/repo" + path[by_id.end() :]
        return None if path == "/graphql" and tolerated(method, path) else path
    version = re.match(r"/rest/api/(2|latest)/", path)
    if re.match(r"/rest/api/[^/]+/search$", path):
        tolerated(method, "/rest/api/{version}/search")
        return None
    if version:
        tolerated(method, "/rest/api/2")
        return "/rest/api/3/" + path[version.end() :]
    return path


def _check_query(vendor: str, operation: Mapping[str, Any], call: Exchange) -> Iterator[str]:
    known = {one["name"]: one for one in _parameters(vendor, operation) if one["in"] == "query"}
    for name, values in call.query.items():
        if name not in known:
            yield f"the query parameter {name!r} is not described"
            continue
        schema = known[name]["schema"]
        for value in values:
            for error in _loose(vendor, schema).iter_errors(_typed(value, schema)):
                yield f"the query parameter {name!r}: {_say(error)}"
    for name, parameter in known.items():
        if parameter.get("required") and name not in call.query:
            yield f"the query parameter {name!r} is missing"


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """A query value as the type that its schema speaks of."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "array":
        return [_typed(part, schema.get("items", {})) for part in text.split(",")]
    return text


def _check_body(vendor: str, template: str, operation: Mapping[str, Any], call: Exchange) -> Iterator[str]:
    described = operation.get("requestBody")
    if described is None:
        if call.body is not None:
            yield "a body is sent where none is described"
        return
    if call.body is None:
        if described.get("required"):
            yield "the body is missing"
        return
    schema = described["content"]["application/json"].get("schema") or {}
    pointer = (*_pointer(template, call.method), "requestBody", "content", "application/json", "schema")
    for error in _validator(vendor, pointer).iter_errors(call.body):
        if not tolerated(call.method, f"{template} body.{_place(error)}"):
            yield f"body: {_say(error)}"
    names = _property_names(vendor, schema)
    if names is not None and isinstance(call.body, dict):
        for name in call.body:
            if name not in names and not tolerated(call.method, f"{template} body.{name}"):
                yield f"body: {name!r} is not described"


def _check_answer(vendor: str, template: str, operation: Mapping[str, Any], call: Exchange) -> Iterator[str]:
    answers = operation["responses"]
    answer = answers.get(str(call.status))
    pointer: tuple[str, ...] = (*_pointer(template, call.method), "responses", str(call.status))
    if answer is None:
        if not tolerated(call.method, f"{vendor} {call.status}"):
            yield f"the status {call.status} is not described"
        return
    if "$ref" in answer:
        pointer = tuple(answer["$ref"].removeprefix("#/").split("/"))
        answer = _follow(vendor, answer["$ref"])
    content = answer.get("content", {}).get("application/json")
    if content is None or not content.get("schema"):
        return
    if call.answer is None:
        yield "the answer has no body"
        return
    for error in _validator(vendor, (*pointer, "content", "application/json", "schema")).iter_errors(call.answer):
        if not _excused(vendor, call.method, template, error):
            yield f"answer: {_say(error)}"


def _excused(vendor: str, method: str, template: str, error: ValidationError) -> bool:
    if vendor == "github":
        event = error.instance.get("event") if isinstance(error.instance, dict) else None
        known_gap = event in ("closed", "reopened", "merged", "assigned", "unassigned")
        return known_gap and template.endswith("/events") and tolerated(method, f"{template} answer")
    path = list(error.absolute_path)
    return (
        error.instance is None
        and bool(path)
        and path[-1] in ("from", "fromString", "to", "toString")
        and tolerated(method, "jira changelog null")
    )


def _say(error: ValidationError) -> str:
    """The deepest reason, with the place in the document."""
    deepest = best_match([error]) or error
    while deepest.context:
        deepest = best_match(deepest.context) or deepest.context[0]
    return f"{_place(deepest) or '(top)'}: {deepest.message[:300]}"


def _place(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path)


# --- the descriptions -------------------------------------------------------------------------------------------------


@cache
def _load(name: str) -> dict[str, Any]:
    directory = spec_dir()
    assert directory is not None, "AFTERWORD_SHARED is not set: mark the test with needs_specs."
    loaded: dict[str, Any] = json.loads((directory / name).read_text())
    return loaded


@cache
def described(vendor: str) -> dict[str, Any]:
    """The vendor's description with every schema as JSON Schema 2020-12."""
    converted: dict[str, Any] = _converted(_load(SPECS[vendor]))
    return converted


@cache
def _registry(vendor: str) -> Registry[Any]:
    resource = Resource(contents=described(vendor), specification=DRAFT202012)
    return Registry().with_resource(f"spec:{vendor}", resource)


def _converted(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it, and what is cheap to test put before what is not."""
    if isinstance(node, list):
        return [_converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: _converted(value) for name, value in node.items() if name not in ("example", "examples", "xml")}
    ref = node.get("$ref")
    early = {name: node.pop(name) for name in ("type", "enum", "required") if name in node}
    node = {**early, **node}
    if node.pop("nullable", None) is True:
        if isinstance(node.get("type"), str) and "enum" not in node and ref is None:
            node["type"] = [node["type"], "null"]
        else:
            node = {"anyOf": [{"type": "null"}, node]}
    return node


def _pointer(template: str, method: str) -> tuple[str, ...]:
    return ("paths", template, method.lower())


@cache
def _validator(vendor: str, pointer: tuple[str, ...]) -> Draft202012Validator:
    path = "/".join(
        part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for part in pointer
    )
    schema = {"$ref": f"spec:{vendor}#/{path}"}
    return Draft202012Validator(schema, registry=_registry(vendor), format_checker=_formats(vendor))


def _loose(vendor: str, schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=_registry(vendor), format_checker=_formats(vendor))


@cache
def _formats(vendor: str) -> FormatChecker:
    """GitHub's times are RFC 3339. Jira calls its own form (+0000) a date-time, so there it is its form that counts."""
    checker = FormatChecker(formats=())
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?" + (r"(Z|[+-]\d\d:\d\d)" if vendor == "github" else r"[+-]\d{4}")
    whole = re.compile(form)
    checker.checks("date-time")(lambda value: not isinstance(value, str) or bool(whole.fullmatch(value)))
    checker.checks("uri")(lambda value: not isinstance(value, str) or bool(re.match(r"[a-z][a-z0-9+.-]*:\S+$", value)))
    return checker


@cache
def _routes(vendor: str) -> list[tuple[re.Pattern[str], str]]:
    """Templates, those with fewer parameters first."""
    templates = sorted(_load(SPECS[vendor])["paths"], key=lambda one: one.count("{"))
    return [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", one) + "$"), one) for one in templates]


@cache
def _operation(vendor: str, method: str, path: str) -> tuple[str, Any] | None:
    for pattern, template in _routes(vendor):
        operations = described(vendor)["paths"][template]
        if pattern.match(path) and method.lower() in operations:
            return template, operations[method.lower()]
    return None


def _parameters(vendor: str, operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for parameter in operation.get("parameters", []):
        yield _follow(vendor, parameter["$ref"]) if "$ref" in parameter else parameter


def _follow(vendor: str, ref: str) -> Any:
    node: Any = described(vendor)
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return node


def _property_names(vendor: str, schema: Mapping[str, Any]) -> set[str] | None:
    """The top-level names that a schema describes; None: it is open."""
    if "$ref" in schema:
        return _property_names(vendor, _follow(vendor, schema["$ref"]))
    parts = [_property_names(vendor, one) for kind in ("allOf", "oneOf", "anyOf") for one in schema.get(kind, [])]
    names = set(schema.get("properties", {})).union(*(part for part in parts if part))
    return names or None


@cache
def _hook_schema() -> dict[str, Any]:
    return _load(HOOK_SCHEMA)


@cache
def _hook_validator(name: str) -> Draft7Validator:
    resource = Resource(contents=_hook_schema(), specification=DRAFT7)
    registry: Registry[Any] = Registry().with_resource("spec:hooks", resource)
    schema = {"$ref": f"spec:hooks#/definitions/{quote(name)}"}
    return Draft7Validator(schema, registry=registry, format_checker=_formats("github"))
