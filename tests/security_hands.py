"""Hands for the tests of who sees what: every address of the application, and a browser's way of asking."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from service.followup.week import Week
from tests.world import World

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
#: what stands for the parts of an address
PARTS = {
    "number": ("1", "2", "3", "4", "5", "6", "99"),
    "name": ("summary", "root-cause", "ops", "afterword.css"),
    "week": tuple(f"{{{week}}}{form}" for week in ("week", "last") for form in ("", ".md", ".json", ".csv", ".html")),
}


def bearer(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.service.new_token}"}


def addresses(world: World) -> Iterator[str]:
    """Every address that can be read, by the application's own routes; each part of one in turn."""
    weeks = {name: str(Week.of((world.now() - timedelta(days=ago)).date())) for name, ago in (("week", 0), ("last", 7))}
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        names = list(rule.arguments)
        for values in itertools.product(*(PARTS[name] for name in names)):
            path = rule.rule
            for name, value in zip(names, values, strict=True):
                path = re.sub(f"<[^<>]*{name}>", value.format(**weeks), path)
            yield path


def links(text: str) -> set[str]:
    """The addresses of ours that a page leads to."""
    return {unescape(found).partition("#")[0] for found in re.findall(r'(?:href|action)="(/[^"]*)"', text)}


def everything(world: World, headers: Mapping[str, str]) -> dict[str, TestResponse]:
    """Every address that there is, and those that they lead to, as these headers see them."""
    client = world.app.test_client()
    seen: dict[str, TestResponse] = {}
    wanted = set(addresses(world))
    while wanted:
        path = wanted.pop()
        seen[path] = client.get(path, headers={**BROWSER, **headers})
        if seen[path].mimetype == "text/html":
            wanted |= links(seen[path].text) - set(seen)
    return seen


def texts(answers: Mapping[str, TestResponse]) -> str:
    return "\n".join(f"{path} {answer.headers} {answer.text}" for path, answer in answers.items())


def ask(world: World, path: str, method: str = "GET", **more: Any) -> TestResponse:
    return world.app.test_client().open(path, method=method, **more)
