"""The part of JQL that the sandbox reads: clauses joined by AND, and ORDER BY. Anything else is refused, as Jira does.

https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.jira_world import CATEGORIES, Issue, World

TOKEN = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|>=|<=|!=|[=<>(),]|[^\s=<>!(),\"']+)")
RELATIVE = re.compile(r"^-(\d+)([mhdw])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TIMES = ("created", "updated", "resolved", "resolutiondate", "duedate", "due")
FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


class BadJql(Exception):
    """What Jira would say of it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when and where: for currentUser(), -5m and dates without a zone."""

    account_id: str
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Query:
    clauses: tuple[Callable[[Issue], bool], ...]
    order: tuple[tuple[str, bool], ...]  # field, descending

    def fits(self, issue: Issue) -> bool:
        return all(clause(issue) for clause in self.clauses)

    def sort(self, issues: list[Issue]) -> list[Issue]:
        for name, descending in reversed(self.order):
            issues = sorted(issues, key=lambda one: _sort_key(one, name), reverse=descending)
        return issues


def _sort_key(issue: Issue, name: str) -> Any:
    if name in ("key", "id", "issuekey", "issue"):
        return int(issue.id)
    if name in ("duedate", "due"):
        return issue.duedate or ""
    return {
        "created": issue.created,
        "updated": issue.updated,
        "priority": issue.priority,
        "status": issue.status.name,
    }[name]


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
    clauses = _clauses(tokens[:split], world, asker)
    if not clauses:
        raise BadJql("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    return Query(tuple(clauses), tuple(_order(tokens[split + 2 :])))


def _order(tokens: list[str]) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    known = ("key", "id", "issuekey", "issue", "created", "updated", "priority", "status", "duedate", "due")
    for token in tokens:
        if token.lower() in ("asc", "desc") and found:
            found[-1] = (found[-1][0], token.lower() == "desc")
        elif token != ",":
            if token.lower() not in known:
                raise BadJql(f"Not able to sort using field '{token}'.")
            found.append((token.lower(), False))
    return found


def _clauses(tokens: list[str], world: World, asker: Asker) -> list[Callable[[Issue], bool]]:
    found: list[Callable[[Issue], bool]] = []
    at = 0
    while at < len(tokens):
        if found:
            if tokens[at].lower() != "and":
                raise BadJql(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{tokens[at]}'.")
            at += 1
        name, at = _unquoted(_at(tokens, at)).lower(), at + 1
        operator, at = _operator(tokens, at)
        values, at = _values(tokens, at, operator)
        found.append(_clause(name, operator, values, world, asker))
    return found


def _at(tokens: list[str], at: int) -> str:
    if at >= len(tokens):
        raise BadJql("Error in the JQL Query: Expecting a field name at the end of the query.")
    return tokens[at]


def _operator(tokens: list[str], at: int) -> tuple[str, int]:
    word = _at(tokens, at).lower()
    after = tokens[at + 1].lower() if at + 1 < len(tokens) else ""
    if word == "not" and after == "in":
        return "not in", at + 2
    if word == "is":
        return ("is not", at + 2) if after == "not" else ("is", at + 1)
    if word in ("=", "!=", ">", ">=", "<", "<=", "in", "~"):
        return word, at + 1
    raise BadJql(f"Error in the JQL Query: Expecting operator but got '{tokens[at]}'.")


def _values(tokens: list[str], at: int, operator: str) -> tuple[list[str], int]:
    if operator in ("in", "not in"):
        if _at(tokens, at) != "(":
            raise BadJql(f"Error in the JQL Query: Expecting '(' but got '{tokens[at]}'.")
        values = []
        at += 1
        while _at(tokens, at) != ")":
            if tokens[at] != ",":
                values.append(tokens[at])
            at += 1
        return values, at + 1
    value = _at(tokens, at)
    if tokens[at + 1 : at + 3] == ["(", ")"]:
        return [f"{value}()"], at + 3
    return [value], at + 1


def _unquoted(token: str) -> str:
    return token[1:-1].replace('\\"', '"') if token[:1] in "\"'" else token


def _time(value: str, name: str, asker: Asker) -> datetime:
    if value == "now()":
        return asker.now
    if relative := RELATIVE.match(value):
        return asker.now - timedelta(**{UNITS[relative[2]]: int(relative[1])})
    for form in FORMATS:
        try:
            return datetime.strptime(value, form).replace(tzinfo=asker.zone)
        except ValueError:
            continue
    raise BadJql(
        f"Date value '{value}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _clause(name: str, operator: str, raw: list[str], world: World, asker: Asker) -> Callable[[Issue], bool]:
    values = [_unquoted(value) for value in raw]
    if name in TIMES:
        return _time_clause(name, operator, values[0], asker)
    if name not in _READ:
        raise BadJql(f"Field '{name}' does not exist or you do not have permission to view it.")
    if operator in (">", ">=", "<", "<=", "~"):
        raise BadJql(f"The operator '{operator}' is not supported by the '{name}' field.")
    if operator in ("is", "is not"):
        if values[0].upper() not in ("EMPTY", "NULL"):
            raise BadJql(f"The operator '{operator}' can only be used with EMPTY or NULL.")
        return lambda issue: bool(_READ[name](issue)) == (operator == "is not")
    wanted = _wanted(name, values, world, asker)
    if operator in ("=", "in"):
        return lambda issue: bool(wanted & _READ[name](issue))
    return lambda issue: bool(_READ[name](issue)) and not wanted & _READ[name](issue)


def _wanted(name: str, values: list[str], world: World, asker: Asker) -> set[str]:
    """Jira refuses a project, key, id or category that does not exist."""
    found = {asker.account_id if value == "currentUser()" else value.lower() for value in values}
    if name == "project":
        for value in values:
            if world.project(value) is None:
                raise BadJql(f"The value '{value}' does not exist for the field 'project'.")
    if name in ("key", "issuekey", "issue", "id", "parent"):
        for value in values:
            issue = world.issue(value)
            if issue is None:
                kind = "A value with ID" if value.isdigit() else "An issue with key"
                raise BadJql(f"{kind} '{value}' does not exist for field '{name}'.")
            found.add(issue.key.lower())
    if name == "statuscategory":
        known = {word.lower() for key, (number, label, _) in CATEGORIES.items() for word in (key, str(number), label)}
        if unknown := found - known:
            raise BadJql(f"The value '{unknown.pop()}' does not exist for the field 'statusCategory'.")
    return found


def _category(issue: Issue) -> set[str]:
    number, label, _ = CATEGORIES[issue.status.category]
    return {issue.status.category, str(number), label.lower()}


_READ: dict[str, Callable[[Issue], set[str]]] = {
    "project": lambda issue: {issue.project.key.lower(), issue.project.id, issue.project.name.lower()},
    "labels": lambda issue: {label.lower() for label in issue.labels},
    **dict.fromkeys(("key", "issuekey", "issue", "id"), lambda issue: {issue.key.lower(), issue.id}),
    "parent": lambda issue: {issue.parent.key.lower(), issue.parent.id} if issue.parent else set(),
    "creator": lambda issue: {issue.creator},
    "reporter": lambda issue: {issue.reporter},
    "assignee": lambda issue: {issue.assignee} if issue.assignee else set(),
    **dict.fromkeys(("issuetype", "type"), lambda issue: {issue.type.lower()}),
    "status": lambda issue: {issue.status.name.lower(), issue.status.id},
    "statuscategory": _category,
    "resolution": lambda issue: {issue.resolution.lower()} if issue.resolution else set(),
    "priority": lambda issue: {issue.priority.lower()},
}


def _time_clause(name: str, operator: str, value: str, asker: Asker) -> Callable[[Issue], bool]:
    """Jira compares by the minute."""
    if operator not in (">", ">=", "<", "<=", "=", "!="):
        raise BadJql(f"The operator '{operator}' is not supported by the '{name}' field.")
    limit = _time(value, name, asker)

    def when(issue: Issue) -> datetime | None:
        if name in ("duedate", "due"):
            return datetime.fromisoformat(issue.duedate).replace(tzinfo=asker.zone) if issue.duedate else None
        return {"created": issue.created, "updated": issue.updated}.get(name, issue.resolved_at)

    def fits(issue: Issue) -> bool:
        at = when(issue)
        if at is None:
            return False
        return {
            ">": at > limit,
            ">=": at >= limit,
            "<": at < limit,
            "<=": at <= limit,
            "=": at == limit,
            "!=": at != limit,
        }[operator]

    return fits
