"""The part of JQL that the sandbox reads: clauses with AND, OR and brackets, and ORDER BY; the rest is refused.

https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import re
from dataclasses import dataclass

from sandbox.jira_world import Issue, World
from sandbox.jql_fields import Asker, BadJql, Clause, clause, sort_key, sortable, unquoted

__all__ = ["Asker", "BadJql", "Query", "read_jql"]
TOKEN = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|>=|<=|!=|[=<>~(),]|[^\s=<>!~(),\"']+)")


@dataclass(frozen=True, slots=True)
class Query:
    fits: Clause
    order: tuple[tuple[str, bool], ...]  # field, descending

    def sort(self, issues: list[Issue]) -> list[Issue]:
        for name, descending in reversed(self.order):
            filled = [one for one in issues if not sort_key(one, name)[0]]
            empty = [one for one in issues if sort_key(one, name)[0]]
            filled.sort(key=lambda one: sort_key(one, name), reverse=descending)
            issues = [*filled, *empty]
        return issues


def read_jql(text: str, world: World, asker: Asker) -> Query:
    """Raises BadJql."""
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise BadJql(f"Error in the JQL Query: The character '{text[at:].strip()[0]}' is a reserved JQL character.")
        tokens.append(match[1])
        at = match.end()
    lowered = [token.lower() for token in tokens]
    split = next((n for n in range(len(tokens) - 1) if lowered[n : n + 2] == ["order", "by"]), len(tokens))
    if not split and not asker.datacenter:
        raise BadJql("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    order = tuple(_order(tokens[split + 2 :], asker))
    if not split:
        return Query(lambda issue: True, order)
    reader = _Reader(tokens[:split], world, asker)
    fits = reader.either()
    if reader.at < split:
        raise BadJql(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{tokens[reader.at]}'.")
    return Query(fits, order)


def _order(tokens: list[str], asker: Asker) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for token in tokens:
        if token.lower() in ("asc", "desc") and found:
            found[-1] = (found[-1][0], token.lower() == "desc")
        elif token != ",":
            if not sortable(token.lower(), asker):
                raise BadJql(f"Not able to sort using field '{token}'.")
            found.append((token.lower(), False))
    return found


class _Reader:
    """Reads tokens from left to right; AND binds before OR."""

    def __init__(self, tokens: list[str], world: World, asker: Asker) -> None:
        self.tokens = tokens
        self.world = world
        self.asker = asker
        self.at = 0

    def either(self) -> Clause:
        parts = [self.both()]
        while self._word() == "or":
            self.at += 1
            parts.append(self.both())
        return lambda issue: any(part(issue) for part in parts)

    def both(self) -> Clause:
        parts = [self.one()]
        while self._word() == "and":
            self.at += 1
            parts.append(self.one())
        return lambda issue: all(part(issue) for part in parts)

    def one(self) -> Clause:
        if self._word() == "(":
            self.at += 1
            inner = self.either()
            if self._next() != ")":
                raise BadJql("Error in the JQL Query: Expecting ')'.")
            return inner
        name = unquoted(self._next()).lower()
        operator = self._operator()
        return clause(name, operator, self._values(operator), self.world, self.asker)

    def _word(self) -> str:
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        if self.at >= len(self.tokens):
            raise BadJql("Error in the JQL Query: Expecting a field name at the end of the query.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _operator(self) -> str:
        word = self._next().lower()
        if word in ("not", "is") and self._word() == {"not": "in", "is": "not"}[word]:
            self.at += 1
            return f"{word} {'in' if word == 'not' else 'not'}"
        if word in ("=", "!=", ">", ">=", "<", "<=", "in", "~", "is"):
            return word
        raise BadJql(f"Error in the JQL Query: Expecting operator but got '{word}'.")

    def _values(self, operator: str) -> list[str]:
        if operator in ("in", "not in"):
            if (opened := self._next()) != "(":
                raise BadJql(f"Error in the JQL Query: Expecting '(' but got '{opened}'.")
            values = []
            while (token := self._next()) != ")":
                if token != ",":
                    values.append(token)
            return values
        value = self._next()
        if self.tokens[self.at : self.at + 2] == ["(", ")"]:
            self.at += 2
            return [f"{value}()"]
        return [value]
