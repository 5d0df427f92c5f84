"""The parts of Jira's JSON that we read, from REST v2 and webhooks, Cloud and Data Center.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/ · https://developer.atlassian.com/cloud/jira/platform/webhooks/
A field that is not there, or not of its kind, is None where we can do without it; ids and keys must be right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator, model_validator

from connectors.base import Person


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value


def _time(value: object) -> datetime | None:
    """2026-11-23T13:00:00.000+0100, in UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _lenient(value: Any, inner: Any) -> Any:
    """What cannot be read is not there."""
    try:
        return inner(value)
    except ValueError:
        return None


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=200)]
Time = Annotated[datetime | None, BeforeValidator(_time)]
Day = Annotated[date | None, BeforeValidator(_day)]
Word = Annotated[str | None, WrapValidator(_lenient)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class User(_Wire):
    """Cloud tells accountId, Data Center name and key."""

    accountId: Word = None
    name: Word = None
    key: Word = None
    displayName: Word = None
    accountType: Word = None

    @property
    def id(self) -> str:
        return self.accountId or self.name or self.key or ""

    def person(self) -> Person:
        return Person(self.id, self.displayName or self.name or self.id, bot=self.accountType == "app")


class Named(_Wire):
    id: Annotated[str | None, BeforeValidator(_id), WrapValidator(_lenient)] = None
    name: Word = None
    value: Word = None  # the word of a select field


class Category(_Wire):
    key: Word = None


class Status(_Wire):
    id: Annotated[str | None, BeforeValidator(_id), WrapValidator(_lenient)] = None
    name: Word = None
    statusCategory: Annotated[Category | None, WrapValidator(_lenient)] = None


class Project(_Wire):
    id: Annotated[str | None, BeforeValidator(_id), WrapValidator(_lenient)] = None
    key: Word = None
    projectTypeKey: Word = None


_User = Annotated[User | None, WrapValidator(_lenient)]
_Named = Annotated[Named | None, WrapValidator(_lenient)]


class Fields(_Wire):
    """`model_extra` holds the custom fields, of which one may be the severity."""

    model_config = ConfigDict(extra="allow", frozen=True)

    summary: Word = None
    description: Any = None  # wiki markup; ADF where a v3 answer gets here
    status: Annotated[Status | None, WrapValidator(_lenient)] = None
    resolution: _Named = None
    resolutiondate: Time = None
    statuscategorychangedate: Time = None
    priority: _Named = None
    labels: Annotated[tuple[str, ...] | None, WrapValidator(_lenient)] = None
    components: Annotated[tuple[Named, ...] | None, WrapValidator(_lenient)] = None
    issuetype: _Named = None
    project: Annotated[Project | None, WrapValidator(_lenient)] = None
    assignee: _User = None
    reporter: _User = None
    creator: _User = None
    created: Time = None
    updated: Time = None
    duedate: Day = None
    security: Any = None


class Comment(_Wire):
    id: Id
    author: _User = None
    body: Any = None
    created: Time = None
    visibility: Any = None
    jsdPublic: Any = None
    properties: Any = None

    def for_everyone(self, desk: bool) -> bool:
        """Whether everybody who sees the ticket may read it. `desk`: it lies in a service desk.

        Cloud tells of internal notes by jsdPublic, Data Center by a property of the comment. Where neither is told of
        a comment in a service desk, it is taken for internal.
        https://developer.atlassian.com/server/jira/platform/comment-properties/
        """
        if self.visibility or self.jsdPublic is False:
            return False
        note = property_of(self.properties, "sd.public.comment")
        if isinstance(note, Mapping) and note.get("internal") is not False:
            return False
        return not (desk and self.jsdPublic is None and self.properties is None)


class Comments(_Wire):
    comments: tuple[Comment, ...] = ()


class Change(_Wire):
    """One item of the changelog. `from` and `to` are ids, the strings are what people see."""

    field: Word = None
    fieldId: Word = None
    was: Word = Field(None, alias="fromString")
    now: Word = Field(None, alias="toString")
    was_id: Annotated[str | None, BeforeValidator(_id), WrapValidator(_lenient)] = Field(None, alias="from")
    now_id: Annotated[str | None, BeforeValidator(_id), WrapValidator(_lenient)] = Field(None, alias="to")

    @property
    def name(self) -> str:
        return (self.fieldId or self.field or "").lower()


class History(_Wire):
    author: _User = None
    created: Time = None
    items: tuple[Change, ...] = ()


class Changelog(_Wire):
    histories: tuple[History, ...] = ()
    values: tuple[History, ...] = ()  # of the page of its own
    items: tuple[Change, ...] = ()  # of a webhook
    total: int = 0


class Issue(_Wire):
    id: Id
    key: str = Field("", max_length=300)
    fields: Fields = Field(default_factory=Fields)
    changelog: Annotated[Changelog | None, WrapValidator(_lenient)] = None
    properties: Any = None

    def property(self, name: str) -> str | None:
        """The `key` in an entity property of ours."""
        return property_key(self.properties, name)


def property_key(properties: object, name: str) -> str | None:
    """The `key` in the entity property `name`; an issue holds its properties as an object, a comment as a list."""
    value = property_of(properties, name)
    marker = value.get("key") if isinstance(value, Mapping) else None
    return marker if isinstance(marker, str) else None


def property_of(properties: object, name: str) -> object:
    """The value of an entity property, or None."""
    if isinstance(properties, Mapping):
        return properties.get(name)
    if isinstance(properties, Sequence) and not isinstance(properties, str):
        for one in properties:
            if isinstance(one, Mapping) and one.get("key") == name:
                return one.get("value")
    return None


class Found(_Wire):
    """One page of Cloud's search."""

    issues: tuple[Issue, ...]
    nextPageToken: str | None = None
    isLast: bool = False


class FoundOld(_Wire):
    """One page of Data Center's search."""

    issues: tuple[Issue, ...]
    total: int


class Bulk(_Wire):
    issues: tuple[Issue, ...]


class Paged(_Wire):
    """The count of a page of comments, types or fields, whatever its items are called."""

    total: int = 0
    comments: Sequence[Any] = ()
    values: Sequence[Any] = ()
    issueTypes: Sequence[Any] = ()
    fields: Sequence[Any] = ()

    @property
    def size(self) -> int:
        return max(len(self.comments), len(self.values), len(self.issueTypes), len(self.fields))


class Delivery(_Wire):
    """A webhook. What rules of Automation send has no `webhookEvent`, and may be the issue itself.

    https://support.atlassian.com/cloud-automation/docs/issue-data-automation-format-payload-for-send-web-request/
    https://developer.atlassian.com/cloud/jira/service-desk/automation-webhooks/
    """

    webhookEvent: Word = None
    timestamp: Any = None
    user: _User = None  # who did it
    issue: Issue | None = None
    comment: Annotated[Comment | None, WrapValidator(_lenient)] = None
    changelog: Annotated[Changelog | None, WrapValidator(_lenient)] = None

    @model_validator(mode="before")
    @classmethod
    def _issue_itself(cls, value: Any) -> Any:
        alone = isinstance(value, dict) and "issue" not in value and "webhookEvent" not in value
        if alone and "id" in value and isinstance(value.get("fields"), dict):
            return {"issue": value}
        return value


class Made(_Wire):
    """The answer to a create."""

    id: Id
    key: str = Field(min_length=1, max_length=300)


class MadeComment(_Wire):
    id: Id
