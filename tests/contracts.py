"""Holds an exchange against the vendors' own descriptions: GitHub REST, Jira Cloud v3, GitHub's webhook schema.

The descriptions are found by the environment variable AFTERWORD_SHARED (a directory that contains data/specs). A test
that needs them carries `needs_specs`. `check_exchange` takes any object with the fields of `sandbox.calls.Call`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pytest
from jsonschema.exceptions import ValidationError, best_match

from tests.vendor_specs import (
    HOOK_SCHEMA,
    SPECS,
    find_operation,
    follow,
    hook_schema,
    hook_validator,
    loose,
    parameters,
    pointer_to,
    property_names,
    spec_dir,
    validator,
)

GITHUB_REPO = "/repos/{owner}/{repo}"

# What the published descriptions do not hold, and why we send or answer it all the same. `used` tells which were met.
TOLERATED: dict[tuple[str, str], str] = {
    ("*", "/repositories/{id}"): "GitHub answers a repository and all below it by its id, and redirects there after a "
    "rename; only the form by name is described. Checked as if it were by name.",
    ("POST", "/graphql"): "GraphQL has its own schema; the sandbox refuses a field that GitHub does not have.",
    ("POST", f"{GITHUB_REPO}/issues body.parent_issue_id"): "Creates and links in one call; documented for the "
    "endpoint in the versions 2022-11-28 and 2026-03-10, absent from this snapshot.",
    ("POST", f"{GITHUB_REPO}/issues/{{issue_number}}/labels body."): "The client library sends a bare list of names; "
    "described in words, not in the schema.",
    ("GET", "/users/{username}"): "A user by login, documented at rest/users; this snapshot holds no users.",
    ("GET", "/user/repos"): "One's own repositories, documented at rest/repos; absent from this snapshot.",
    ("GET", f"{GITHUB_REPO}/installation"): "Where an App is installed for a repository, documented at rest/apps; "
    "absent from this snapshot, which holds the listing of all installations.",
    ("GET", "installation account"): "An account is a user or an enterprise; the listing of installations wants both.",
    ("*", "github 401"): "Any call may be answered with 401; it is described once, not for each operation.",
    ("*", "github 403"): "Any call may be refused for rights or limits; described for some operations only.",
    ("*", "github 404"): "Any call may be answered with 404 for what one may not see; described for some only.",
    ("*", "github 307"): "A write to a renamed repository is redirected with its body; described for GET only.",
    ("*", "github 301"): "A read of a renamed repository is redirected; described for some operations only.",
    ("*", "/rest/api/2"): "Jira's v2 differs from v3 by its rich text alone (wiki markup, not ADF). Checked as v3.",
    ("*", "/rest/api/{version}/search"): "The old search, removed from Cloud: it answers 410 and says where to go.",
    ("POST", "/rest/api/3/issueLink body.comment"): "The client library sends null for no comment; Jira takes it.",
    ("POST", "/rest/api/3/issue/{issueIdOrKey}/transitions body.transition.id"): "The client library sends a number "
    "where a string is described; Jira takes both.",
    ("*", "jira changelog null"): "An empty side of a change is null in Jira's answers; described as a string.",
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
    found = find_operation(vendor, call.method, path)
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
    if name not in hook_schema()["definitions"]:
        return [f"{event}.{action}: no such event in {HOOK_SCHEMA}"]
    return [f"{event}.{action}: {_say(error)}" for error in hook_validator(name).iter_errors(payload)]


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
        if re.match(r"/users/[^/]+$", path) and tolerated(method, "/users/{username}"):
            return None
        if path == "/user/repos" and tolerated(method, path):
            return None
        if re.match(r"/(repos/[^/]+/[^/]+|repositories/\d+)/installation$", path):
            return None if tolerated(method, f"{GITHUB_REPO}/installation") else path
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
    known = {one["name"]: one for one in parameters(vendor, operation) if one["in"] == "query"}
    for name, values in call.query.items():
        if name not in known:
            yield f"the query parameter {name!r} is not described"
            continue
        schema = known[name]["schema"]
        for value in values:
            for error in loose(vendor, schema).iter_errors(_typed(value, schema)):
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
    pointer = (*pointer_to(template, call.method), "requestBody", "content", "application/json", "schema")
    for error in validator(vendor, pointer).iter_errors(call.body):
        if not tolerated(call.method, f"{template} body.{_place(error)}"):
            yield f"body: {_say(error)}"
    names = property_names(vendor, schema)
    if names is not None and isinstance(call.body, dict):
        for name in call.body:
            if name not in names and not tolerated(call.method, f"{template} body.{name}"):
                yield f"body: {name!r} is not described"


def _check_answer(vendor: str, template: str, operation: Mapping[str, Any], call: Exchange) -> Iterator[str]:
    answers = operation["responses"]
    answer = answers.get(str(call.status))
    pointer: tuple[str, ...] = (*pointer_to(template, call.method), "responses", str(call.status))
    if answer is None:
        if not tolerated(call.method, f"{vendor} {call.status}"):
            yield f"the status {call.status} is not described"
        return
    if "$ref" in answer:
        pointer = tuple(answer["$ref"].removeprefix("#/").split("/"))
        answer = follow(vendor, answer["$ref"])
    content = answer.get("content", {}).get("application/json")
    if content is None or not content.get("schema"):
        return
    if call.answer is None:
        yield "the answer has no body"
        return
    for error in validator(vendor, (*pointer, "content", "application/json", "schema")).iter_errors(call.answer):
        if not _excused(vendor, call.method, error):
            yield f"answer: {_say(error)}"


def _excused(vendor: str, method: str, error: ValidationError) -> bool:
    path = list(error.absolute_path)
    if vendor == "github":
        return path[1:] == ["account"] and tolerated(method, "installation account")
    return (
        vendor == "jira"
        and error.instance is None
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
