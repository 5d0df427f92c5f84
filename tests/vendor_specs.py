"""Loads the vendors' published descriptions and makes validators of them: GitHub REST, Jira Cloud v3, GitHub webhooks.

They are found by the environment variable AFTERWORD_SHARED, a directory that contains data/specs.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7, DRAFT202012

SPECS = {"github": "github-issues.openapi.json", "jira": "jira-cloud-issues.openapi.json"}
HOOK_SCHEMA = "github-webhooks.schema.json"


def spec_dir() -> Path | None:
    shared = os.environ.get("AFTERWORD_SHARED")
    found = Path(shared) / "data" / "specs" if shared else None
    return found if found and found.is_dir() else None


@cache
def load(name: str) -> dict[str, Any]:
    directory = spec_dir()
    assert directory is not None, "AFTERWORD_SHARED is not set: mark the test with needs_specs."
    loaded: dict[str, Any] = json.loads((directory / name).read_text())
    return loaded


@cache
def described(vendor: str) -> dict[str, Any]:
    """The vendor's description with every schema as JSON Schema 2020-12."""
    whole: dict[str, Any] = converted(load(SPECS[vendor]))
    return whole


@cache
def registry(vendor: str) -> Registry[Any]:
    resource = Resource(contents=described(vendor), specification=DRAFT202012)
    return Registry().with_resource(f"spec:{vendor}", resource)


def converted(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it, and what is cheap to test put before what is not."""
    if isinstance(node, list):
        return [converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: converted(value) for name, value in node.items() if name not in ("example", "examples", "xml")}
    ref = node.get("$ref")
    early = {name: node.pop(name) for name in ("type", "enum", "required") if name in node}
    node = {**early, **node}
    if node.pop("nullable", None) is True:
        if isinstance(node.get("type"), str) and "enum" not in node and ref is None:
            node["type"] = [node["type"], "null"]
        else:
            node = {"anyOf": [{"type": "null"}, node]}
    return node


def pointer_to(template: str, method: str) -> tuple[str, ...]:
    return ("paths", template, method.lower())


@cache
def validator(vendor: str, pointer: tuple[str, ...]) -> Draft202012Validator:
    path = "/".join(
        part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for part in pointer
    )
    schema = {"$ref": f"spec:{vendor}#/{path}"}
    return Draft202012Validator(schema, registry=registry(vendor), format_checker=formats(vendor))


def loose(vendor: str, schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=registry(vendor), format_checker=formats(vendor))


@cache
def formats(vendor: str) -> FormatChecker:
    """GitHub's times are RFC 3339. Jira calls its own form (+0000) a date-time, so there it is its form that counts."""
    checker = FormatChecker(formats=())
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?" + (r"(Z|[+-]\d\d:\d\d)" if vendor == "github" else r"[+-]\d{4}")
    whole = re.compile(form)
    checker.checks("date-time")(lambda value: not isinstance(value, str) or bool(whole.fullmatch(value)))
    checker.checks("uri")(lambda value: not isinstance(value, str) or bool(re.match(r"[a-z][a-z0-9+.-]*:\S+$", value)))
    return checker


@cache
def routes(vendor: str) -> list[tuple[re.Pattern[str], str]]:
    """Templates, those with fewer parameters first."""
    templates = sorted(load(SPECS[vendor])["paths"], key=lambda one: one.count("{"))
    return [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", one) + "$"), one) for one in templates]


@cache
def find_operation(vendor: str, method: str, path: str) -> tuple[str, Any] | None:
    for pattern, template in routes(vendor):
        operations = described(vendor)["paths"][template]
        if pattern.match(path) and method.lower() in operations:
            return template, operations[method.lower()]
    return None


def parameters(vendor: str, operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for parameter in operation.get("parameters", []):
        yield follow(vendor, parameter["$ref"]) if "$ref" in parameter else parameter


def follow(vendor: str, ref: str) -> Any:
    node: Any = described(vendor)
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return node


def property_names(vendor: str, schema: Mapping[str, Any]) -> set[str] | None:
    """The top-level names that a schema describes; None: it is open."""
    if "$ref" in schema:
        return property_names(vendor, follow(vendor, schema["$ref"]))
    parts = [property_names(vendor, one) for kind in ("allOf", "oneOf", "anyOf") for one in schema.get(kind, [])]
    names = set(schema.get("properties", {})).union(*(part for part in parts if part))
    return names or None


@cache
def hook_schema() -> dict[str, Any]:
    return load(HOOK_SCHEMA)


@cache
def hook_validator(name: str) -> Draft7Validator:
    resource = Resource(contents=hook_schema(), specification=DRAFT7)
    registry: Registry[Any] = Registry().with_resource("spec:hooks", resource)
    schema = {"$ref": f"spec:hooks#/definitions/{quote(name)}"}
    return Draft7Validator(schema, registry=registry, format_checker=formats("github"))
