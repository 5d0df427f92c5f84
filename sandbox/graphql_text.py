"""Reads the text of a GraphQL query: enough for fields, aliases, arguments, fragments. No schema here."""

import re
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|\$?[A-Za-z_][A-Za-z_0-9]*|-?[0-9]+|[{}()\[\]:!=@]|#[^\n]*|[\s,]+')


class BadQuery(Exception):
    """The text is no query that this reads."""


@dataclass(slots=True)
class Field:
    """A selected field; `on` instead of a name for an inline fragment (or a named one, already put in its place)."""

    name: str = ""
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    selection: list["Field"] | None = None
    on: str = ""


class _Reader:
    def __init__(self, text: str, variables: dict[str, Any]) -> None:
        self.tokens: list[str] = []
        self.variables = variables
        self.fragments: dict[str, Field] = {}
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None:
                raise BadQuery(f"Expected one of SCHEMA, QUERY, actual: {text[at]!r}")
            if not match[0].isspace() and match[0][0] not in "#, \n\t\r":
                self.tokens.append(match[0])
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise BadQuery(f"Expected {expected or 'more'}, actual: {token or '(none)'}")
        self.at += 1
        return token

    def value(self) -> Any:
        token = self.take()
        if token == "[":
            items = []
            while self.peek() != "]":
                items.append(self.value())
            self.take("]")
            return items
        if token.startswith("$"):
            return self.variables.get(token[1:])
        if token.startswith('"'):
            return token[1:-1]
        if token.lstrip("-").isdigit():
            return int(token)
        return {"true": True, "false": False, "null": None}.get(token, token)

    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.peek() == "(":
            self.take("(")
            while self.peek() != ")":
                name = self.take()
                self.take(":")
                found[name] = self.value()
            self.take(")")
        return found

    def selection(self) -> list[Field]:
        self.take("{")
        found = []
        while self.peek() != "}":
            found.append(self.one())
        self.take("}")
        return found

    def one(self) -> Field:
        if self.peek() == "...":
            self.take("...")
            name = self.take()
            if name == "on":
                return Field(on=self.take(), selection=self.selection())
            return Field(on=f"...{name}")
        name = self.take()
        alias = name
        if self.peek() == ":":
            self.take(":")
            name = self.take()
        arguments = self.arguments()
        return Field(name, alias, arguments, self.selection() if self.peek() == "{" else None)

    def document(self) -> list[Field]:
        roots: list[Field] = []
        while self.peek():
            word = self.peek()
            if word == "fragment":
                self.take()
                name = self.take()
                self.take("on")
                self.fragments[name] = Field(on=self.take(), selection=self.selection())
                continue
            if word in ("query", "mutation"):
                while self.peek() not in ("(", "{"):
                    self.take()
                if self.peek() == "(":
                    while self.take() != ")":
                        pass
            if word == "mutation":
                raise BadQuery("The sandbox answers no mutations.")
            roots += self.selection()
        return self._placed(roots)

    def _placed(self, fields: list[Field]) -> list[Field]:
        placed = []
        for one in fields:
            if one.on.startswith("..."):
                if one.on[3:] not in self.fragments:
                    raise BadQuery(f"Fragment {one.on[3:]} was used, but not defined")
                one = self.fragments[one.on[3:]]
            if one.selection is not None:
                one.selection = self._placed(one.selection)
            placed.append(one)
        return placed


def read_query(text: str, variables: dict[str, Any]) -> list[Field]:
    """The selected root fields, variables filled in. Raises BadQuery."""
    return _Reader(text, variables).document()
