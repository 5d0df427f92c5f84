"""What JQL's fields mean on an issue, and which values and operators they take.

https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.jira_world import CATEGORIES, TYPES, Issue, World

Clause = Callable[[Issue], bool]
RELATIVE = re.compile(r"^-(\d+)([mhdw])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
TIMES: dict[str, Callable[[Issue], datetime | None]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    **dict.fromkeys(("resolved", "resolutiondate"), lambda issue: issue.resolved_at),
    "statuscategorychangeddate": lambda issue: issue.category_at or issue.created,
}
DAYS = ("duedate", "due")
CLOUD_ALONE = ("statuscategorychangeddate",)


class BadJql(Exception):
    """What Jira would say of it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when and where: for currentUser(), -5m and dates without a zone.

    `datacenter`: which fields there are. `lenient`: what does not exist is found nowhere, in place of a refusal.
    """

    account_id: str
    now: datetime
    zone: ZoneInfo
    datacenter: bool = False
    lenient: bool = False


def clause(name: str, operator: str, raw: list[str], world: World, asker: Asker) -> Clause:
    """One field, one operator, its values. Raises BadJql."""
    values = [unquoted(value) for value in raw]
    there = name in TIMES or name in DAYS or name in _READ
    if not there or (asker.datacenter and name in CLOUD_ALONE):
        raise BadJql(f"Field '{name}' does not exist or you do not have permission to view it.")
    if operator in ("is", "is not"):
        if values[0].upper() not in ("EMPTY", "NULL"):
            raise BadJql(f"The operator '{operator}' can only be used with EMPTY or NULL.")
        return lambda issue: bool(_value(issue, name)) == (operator == "is not")
    if name in TIMES or name in DAYS:
        return _time_clause(name, operator, values[0], asker)
    if operator in (">", ">=", "<", "<=", "~"):
        raise BadJql(f"The operator '{operator}' is not supported by the '{name}' field.")
    wanted = _wanted(name, values, world, asker)
    if operator in ("=", "in"):
        return lambda issue: bool(wanted & _READ[name](issue))
    return lambda issue: bool(_READ[name](issue)) and not wanted & _READ[name](issue)


def sort_key(issue: Issue, name: str) -> tuple[bool, object]:
    """What is empty comes last."""
    if name in ("key", "id", "issuekey", "issue"):
        return False, int(issue.id)
    value = TIMES[name](issue) if name in TIMES else getattr(issue, {"due": "duedate"}.get(name, name))
    return value is None, value if name != "status" else issue.status.name


def sortable(name: str, asker: Asker) -> bool:
    if asker.datacenter and name in CLOUD_ALONE:
        return False
    return name in (*TIMES, *DAYS, "key", "id", "issuekey", "issue", "priority", "status")


def unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[:1] in "\"'" else token


def _value(issue: Issue, name: str) -> object:
    if name in DAYS:
        return issue.duedate
    return TIMES[name](issue) if name in TIMES else _READ[name](issue)


def _wanted(name: str, values: list[str], world: World, asker: Asker) -> set[str]:
    """Jira refuses a project, key, id or category that does not exist."""
    found = {asker.account_id if value == "currentUser()" else value.lower() for value in values}
    if name == "project":
        for value in values:
            if world.project(value) is None and not asker.lenient:
                raise BadJql(f"The value '{value}' does not exist for the field 'project'.")
    if name in ("creator", "reporter", "assignee") and not asker.lenient:
        for value in values:
            if value != "currentUser()" and value not in world.users:
                raise BadJql(f"The value '{value}' does not exist for the field '{name}'.")
    if name in ("key", "issuekey", "issue", "id", "parent"):
        for value in values:
            issue = world.issue(value)
            if issue is not None:
                found.add(issue.key.lower())
            elif not asker.lenient:
                kind = "A value with ID" if value.isdigit() else "An issue with key"
                raise BadJql(f"{kind} '{value}' does not exist for field '{name}'.")
    if name == "statuscategory":
        words = {word.lower() for key, (number, label, _) in CATEGORIES.items() for word in (key, str(number), label)}
        if unknown := found - words:
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
    **dict.fromkeys(("issuetype", "type"), lambda issue: {issue.type.lower(), TYPES[issue.type]}),
    "status": lambda issue: {issue.status.name.lower(), issue.status.id},
    "statuscategory": _category,
    "resolution": lambda issue: {issue.resolution.lower()} if issue.resolution else set(),
    "priority": lambda issue: {issue.priority.lower()},
}


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


def _time_clause(name: str, operator: str, value: str, asker: Asker) -> Clause:
    """Jira compares by the minute."""
    if operator not in (">", ">=", "<", "<=", "=", "!="):
        raise BadJql(f"The operator '{operator}' is not supported by the '{name}' field.")
    limit = _time(value, name, asker)

    def when(issue: Issue) -> datetime | None:
        if name in DAYS:
            return datetime.fromisoformat(issue.duedate).replace(tzinfo=asker.zone) if issue.duedate else None
        return TIMES[name](issue)

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
