"""GitHub's JSON: only the fields that we read, of REST answers and webhooks alike.

https://docs.github.com/en/rest/issues · https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from connectors.base import Person

#: the validation context of a webhook: what a database cannot store is refused there, and replaced in an answer
DELIVERY = "delivery"


def _no_nul(value: str, info: ValidationInfo) -> str:
    if "\x00" not in value:
        return value
    if info.context == DELIVERY:
        raise ValueError("holds a NUL character")
    return value.replace("\x00", "\ufffd")


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar") from None


Text = Annotated[str, AfterValidator(_no_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(Wire):
    login: Text
    id: int = 0
    type: Text = ""

    def person(self) -> Person:
        return Person(id=self.login, name=self.login, bot=self.type == "Bot" or self.login.endswith("[bot]"))


class Label(Wire):
    name: Text | None = None


def _label(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class IssueType(Wire):
    name: Text


class Permissions(Wire):
    pull: bool = False
    triage: bool = False
    push: bool = False
    admin: bool = False


class App(Wire):
    slug: Text = ""
    permissions: Mapping[str, str] = {}
    events: tuple[str, ...] = ()


class Installation(Wire):
    """Of an App, for one organisation or user."""

    id: int
    account: User | None = None
    permissions: Mapping[str, str] = {}
    suspended_at: Moment | None = None

    @property
    def owner(self) -> str:
        return self.account.login if self.account else ""


class AccessToken(Wire):
    token: str = Field(min_length=1, repr=False)
    expires_at: Moment


class Repo(Wire):
    id: int = 0
    name: Text = ""
    full_name: Text = ""
    owner: User | None = None
    private: bool | None = None
    visibility: Text | None = None
    has_issues: bool = True
    archived: bool = False
    permissions: Permissions | None = None

    @property
    def label(self) -> str:
        return self.full_name or (f"{self.owner.login}/{self.name}" if self.owner and self.name else "")


class Installed(Wire):
    """The repositories of an installation."""

    repositories: tuple[Repo, ...] = ()


class Pull(Wire):
    merged_at: Moment | None = None


class Issue(Wire):
    """An issue, or a pull request if `pull_request` is there."""

    id: int = Field(0, strict=True)
    node_id: Text = ""
    number: int = Field(strict=True)
    title: Text = ""
    body: Text | None = None
    html_url: Text = ""
    repository_url: Text = ""
    parent_issue_url: Text | None = None
    state: Text = "open"
    state_reason: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    closed_at: Moment | None = None
    closed_by: User | None = None
    user: User | None = None
    labels: tuple[Annotated[Label, BeforeValidator(_label)], ...] = ()
    type: IssueType | None = None
    assignees: tuple[User, ...] | None = None
    pull_request: Pull | None = None
    repository: Repo | None = None
    comments: int | None = None

    @property
    def place(self) -> str:
        """owner/name, from the address of its repository."""
        return "/".join(self.repository_url.split("/")[-2:])

    @property
    def label_names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels if label.name)


class Comment(Wire):
    id: int
    body: Text | None = None
    html_url: Text = ""
    user: User | None = None
    author_association: Text = ""
    created_at: Moment
    updated_at: Moment | None = None


class Rename(Wire):
    was: Text = Field("", alias="from")
    to: Text = ""


class CrossSource(Wire):
    issue: Issue | None = None


class TimelineEvent(Wire):
    """One line of the timeline. Its kinds differ widely, so that almost every field may be absent."""

    event: Text = ""
    created_at: Moment | None = None
    actor: User | None = None
    label: Label | None = None
    assignee: User | None = None
    rename: Rename | None = None
    state_reason: Text | None = None
    commit_id: Text | None = None
    source: CrossSource | None = None


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


#: a line of a kind that we do not know may hold anything; it must not cost the whole ticket
MaybeEvent = Annotated[TimelineEvent | None, WrapValidator(_or_none)]


class HookConfig(Wire):
    secret: str | None = None  # GitHub answers asterisks
    content_type: str = ""
    url: str = ""


class HookAnswer(Wire):
    """What became of the last delivery; no code: there was none."""

    code: int | None = None


class HookDelivery(Wire):
    status_code: int = 0
    delivered_at: Moment | None = None


class Hook(Wire):
    id: int = 0
    last_response: HookAnswer | None = None
    active: bool = False
    events: tuple[str, ...] = ()
    config: HookConfig = HookConfig()


class HookComment(Wire):
    body: Text | None = None
    user: User | None = None
    updated_at: Moment | None = None


class Changes(Wire):
    """Of a transfer: what the issue is from now on, and where."""

    new_issue: Issue | None = None
    new_repository: Repo | None = None


class Delivery(Wire):
    """A webhook's body, for `issues` and `issue_comment`; `label` and `type` are those that were put or taken away."""

    action: Text
    issue: Issue
    repository: Repo
    comment: HookComment | None = None
    label: Label | None = None
    type: IssueType | None = None
    changes: Annotated[Changes | None, WrapValidator(_or_none)] = None


class Whose(Wire):
    """An installation as a webhook names it: with issues by its number alone."""

    account: User | None = None

    @property
    def owner(self) -> str:
        return self.account.login if self.account else ""


class Notice(Wire):
    """A webhook's body, for what is told of the App and of repositories."""

    action: Text = ""
    repository: Repo | None = None
    installation: Whose | None = None
    repositories_added: tuple[Repo, ...] = ()
    repositories_removed: tuple[Repo, ...] = ()
