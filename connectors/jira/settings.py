"""What people set for Jira: one model for a source, one for a tracker. The README's table is made from these."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Protocol
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from connectors.base import Paces, Secret, paces

_CUSTOM = re.compile(r"^customfield_[0-9]{1,10}\Z")
_PROJECT = re.compile(r"^[A-Za-z][A-Za-z0-9_]{1,254}\Z")


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ValueError("is no address of a Jira. Write https://acme.atlassian.net, or https://jira.example.org")
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def valid_project(value: str) -> bool:
    """Whether this is a project key, and so may stand in a query or a path."""
    return _PROJECT.match(value) is not None


def _project(value: str) -> str:
    if not valid_project(value):
        raise ValueError("is no project key. Write the letters before the number of an issue, such as PAY")
    return value.upper()


def _custom(value: str) -> str:
    if not _CUSTOM.match(value):
        raise ValueError("is no custom field. Write its id, such as customfield_10042")
    return value


Url = Annotated[str, AfterValidator(_url)]
Project = Annotated[str, AfterValidator(_project)]
Custom = Annotated[str, AfterValidator(_custom)]


class Connection(BaseModel):
    """How one Jira is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    kind: Literal["jira"] = Field("jira", description="The tool: `jira`.")
    url: Url = Field(description="Where people see it: `https://acme.atlassian.net`.")
    api_url: Url | None = Field(
        None,
        description="Where its REST API answers, if that is elsewhere: `https://api.atlassian.com/ex/jira/<cloud id>` "
        "for scoped tokens and service accounts.",
    )
    deployment: Literal["cloud", "datacenter"] = Field("cloud", description="`cloud` or `datacenter`.")
    api: Literal["2", "3"] | None = Field(
        None,
        description='The version of its REST API: `"3"` on Cloud, where task lists and panels would be lost otherwise; '
        '`"2"` on Data Center, which knows no other.',
    )
    user: Secret | None = Field(
        None, description="The e-mail address of the account (Cloud). Without one the token is sent as a bearer token."
    )
    token: Secret | None = Field(
        None, description="An API token (Cloud) or personal access token (Data Center) of an account of its own."
    )
    token_ends: date | None = Field(
        None,
        description="The day on which the token ends, as Atlassian shows it where the token is made. Jira tells it to "
        "nobody; with this, `check` and the alarms warn of it.",
    )
    timeout: int = Field(30, ge=1, le=120, description="Seconds to wait for an answer of Jira.")

    @property
    def cloud(self) -> bool:
        return self.deployment == "cloud"

    @property
    def version(self) -> str:
        """The version of the REST API that is spoken."""
        return self.api or ("3" if self.cloud else "2")

    @property
    def gateway(self) -> bool:
        """Whether calls go to Atlassian's gateway, where tokens with scopes are good."""
        return urlsplit(self.api_url or "").hostname == "api.atlassian.com"

    @property
    def server(self) -> str:
        """Where calls go."""
        return self.api_url or self.url

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. Raises AfterwordError where the token cannot be read."""
        who = "\n".join(secret.reveal().strip() if secret else "" for secret in (self.user, self.token))
        return hashlib.sha256(f"{self.server}\n{who}".encode()).hexdigest()

    @property
    def token_end(self) -> datetime | None:
        """The beginning of that day, in UTC."""
        return datetime.combine(self.token_ends, time(), UTC) if self.token_ends else None

    @field_validator("api")
    @classmethod
    def _spoken(cls, api: str | None, info: ValidationInfo) -> str | None:
        if api == "3" and info.data.get("deployment") == "datacenter":
            raise ValueError("must be left out: Data Center knows no version 3")
        return api


class SourceSettings(Connection):
    """Where incident tickets come from."""

    secret: Secret | None = Field(None, description="The secret of the webhook.")
    secret_old: Secret | None = Field(
        None, description="The secret before the last change; both are good while you rotate them."
    )
    header_token: Secret | None = Field(
        None,
        description="A token of your own that Jira Automation sends in a header, as its web requests are not signed.",
    )
    header_name: str = Field(
        "X-Afterword-Token",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,99}$",
        description="The header of that token, as it is written in the web request.",
    )
    unsigned: bool = Field(False, description="Accept deliveries without a signature; only behind a proxy that checks.")
    projects: tuple[Project, ...] = Field(
        (), description="Projects whose issues may be incidents; none means every project that sends."
    )
    issue_types: tuple[str, ...] = Field((), description='Issue types that are incidents, such as `"Incident"`.')
    labels: tuple[str, ...] = Field((), description="Only issues with one of these labels are incidents.")
    skip_resolutions: tuple[str, ...] = Field(
        ("Won't Do", "Duplicate", "Cannot Reproduce"),
        description="A ticket closed with one of these resolutions gets no postmortem.",
    )
    trusted: Literal["internal", "everyone"] | tuple[str, ...] = Field(
        "internal",
        description="Whose comments may hold commands: `internal` (all but customers of a service desk), `everyone`, "
        "or a list of account ids (Data Center: user names).",
    )
    severity_field: Custom | None = Field(
        None, description="The custom field that holds the severity: `customfield_10042`. Else a label or the priority."
    )
    restricted_labels: tuple[str, ...] = Field(
        ("restricted",),
        description="A ticket with one of these labels is restricted: nothing of its text leaves the ticket. So is one "
        "with a security level.",
    )
    restricted_field: Custom | None = Field(
        None, description="A custom field that restricts a ticket as soon as it has any value: `customfield_10043`."
    )


class TrackerSettings(Connection):
    """Where action items are filed."""

    project: Project = Field(description="The project where action items are filed unless a route names another.")
    projects: tuple[Project, ...] = Field((), description="Other projects that routes may name.")
    issue_type: str = Field("Task", description="The type of the filed issues.")
    labels: tuple[str, ...] = Field(("afterword",), description="Labels that every filed issue gets; without spaces.")
    fields: Mapping[str, object] = Field(
        default_factory=dict,
        description='More fields of the issue, where a project requires them: `components = "Checkout"`, '
        '`customfield_10010 = { value = "Checkout" }`.',
    )
    link_type: str = Field(
        "Relates", description='The link to an incident ticket in the same Jira. `""`: none, only the remote link.'
    )
    wont_do_resolutions: tuple[str, ...] = Field(
        ("Won't Do", "Won't Fix", "Duplicate", "Declined", "Cannot Reproduce"),
        description="Resolutions that mean that an action item ended without being done.",
    )
    priorities: Mapping[str, str] = Field(
        default_factory=lambda: {"P0": "Highest", "P1": "High", "P2": "Medium", "P3": "Low", "P4": "Lowest"},
        description="The Jira priority for each priority of an action item.",
    )
    seconds_between_writes: float = Field(
        0, ge=0, le=3600, description="Seconds between two writes of the account, over all workers; 0: none."
    )
    writes_per_minute: int = Field(0, ge=0, description="Writes of the account in a minute; 0: any number.")
    writes_per_hour: int = Field(0, ge=0, description="Writes of the account in an hour; 0: any number.")

    @property
    def paces(self) -> Paces:
        return paces(self.seconds_between_writes, self.writes_per_minute, self.writes_per_hour)

    @property
    def places(self) -> Sequence[str]:
        return tuple(dict.fromkeys((self.project, *self.projects)))


def plain_word(word: str) -> str:
    """A resolution's name for comparing: without case, and with one kind of apostrophe."""
    return word.replace("’", "'").casefold()


def among(word: str | None, words: Sequence[str]) -> bool:
    """Whether `words` names this, in whatever case and apostrophe."""
    return word is not None and plain_word(word) in {plain_word(one) for one in words}


class HasName(Protocol):
    """A type, resolution, priority or the like, as Jira tells it."""

    @property
    def id(self) -> str | None: ...

    @property
    def name(self) -> str | None: ...


def named_in(thing: HasName, words: Sequence[str]) -> bool:
    """Whether `words` names this, by its name or by its id, which is the same in every language."""
    return among(thing.name, words) or (thing.id is not None and thing.id in words)


def by_name_or_id(word: str) -> dict[str, str]:
    """How a request names it: a number is an id."""
    return {"id": word} if word.isascii() and word.isdigit() else {"name": word}
