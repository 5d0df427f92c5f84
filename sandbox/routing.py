"""From a request line to the function that answers it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request. Header names are lower-case; `body` is parsed JSON or None; `user` is set after the login."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any
    user: str = ""

    def asked(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A query parameter as an integer within bounds; nonsense is the default, as vendors do."""
        text = self.asked(name)
        return min(max(int(text), low), high) if text.isdigit() else default

    def fields(self) -> dict[str, Any]:
        """The body, if it is an object."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON-able body (None: empty; str: sent as HTML) and more headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Raised anywhere below a handler to answer at once."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


Handler = Callable[..., Answer]


class Router:
    """Routes by method and template: `/repos/{owner}/{repo}`; a parameter never holds a slash."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, *templates: str) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            for template in templates:
                pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
                self._routes.append((method, re.compile(f"^{pattern}$"), handler))
            return handler

        return keep

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for route_method, pattern, handler in self._routes:
            if route_method == method and (match := pattern.match(path)):
                return handler, {name: unquote(value) for name, value in match.groupdict().items()}
        return None
