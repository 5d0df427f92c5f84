"""What people set for GitHub: one model for a source, one for a tracker. The README's table is made from these."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.base import Paces, Secret, paces

_REPOSITORY = re.compile(r"^[A-Za-z0-9-]{1,100}/(?![.]{1,2}$)[A-Za-z0-9._-]{1,100}\Z")


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ValueError("is no address of an API. Write https://api.github.com, or https://HOST/api/v3 for a server")
    if parts.hostname in ("github.com", "www.github.com"):
        raise ValueError("is where people look, not the API. Write https://api.github.com")
    return value.rstrip("/")


def valid_repository(value: str) -> bool:
    """Whether this is owner/name, and so may stand in a path."""
    return _REPOSITORY.match(value) is not None


def _repository(value: str) -> str:
    if not valid_repository(value):
        raise ValueError("is no repository. Write owner/name, such as acme/checkout")
    return value


ApiUrl = Annotated[str, AfterValidator(_api_url)]
Repository = Annotated[str, AfterValidator(_repository)]


class Access(BaseModel):
    """Where GitHub is and how to sign in: by a token, or as an App. The same for sources and trackers."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    kind: Literal["github"] = Field("github", description="The tool: `github`.")
    api_url: ApiUrl = Field(
        "https://api.github.com", description="Where the REST API answers; `https://HOST/api/v3` for GitHub Enterprise."
    )
    token: Secret | None = Field(
        None, description="A token that may read and write issues of the repositories (fine-grained: Issues, Metadata)."
    )
    app_id: int | None = Field(
        None, ge=1, description="The number of the GitHub App to sign in as, in place of a token."
    )
    app_key: Secret | None = Field(None, description="The private key of the App: the PEM file that GitHub gave out.")
    installation_id: int | None = Field(
        None, ge=1, description="The installation of the App; if not said, it is found for each owner of repositories."
    )
    timeout: int = Field(20, ge=1, le=120, description="Seconds to wait for an answer of GitHub.")

    def signs(self) -> str:
        """Where and as whom it signs in, hashed. Raises AfterwordError where the token cannot be read."""
        who = f"app {self.app_id}" if self.app_id else self.token.reveal().strip() if self.token else ""
        return hashlib.sha256(f"{self.api_url}\n{who}".encode()).hexdigest()

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if self.app_id is not None and self.token is not None:
            raise ValueError("token and app_id are two ways to sign in. Keep one of them.")
        if self.app_id is not None and self.app_key is None:
            raise ValueError("app_id needs the private key of the App. Name it: app_key_file or app_key_env.")
        if self.app_id is None and (self.app_key is not None or self.installation_id is not None):
            raise ValueError("app_id is missing. Write the number of the App: app_id = 123456")
        return self


class SourceSettings(Access):
    """Where incident tickets come from."""

    secret: Secret | None = Field(None, description="The secret of the webhook.")
    secret_old: Secret | None = Field(
        None, description="The secret before the last change; both are good while you rotate them."
    )
    unsigned: bool = Field(False, description="Accept deliveries without a signature; only behind a proxy that checks.")
    repositories: tuple[str, ...] = Field(
        (),
        description='Repositories whose issues may be incidents, as patterns: `"acme/*"`, `"!acme/secret"`; '
        "none means every repository that sends.",
    )
    labels: tuple[str, ...] = Field(("incident",), description="An issue with one of these labels is an incident.")
    issue_types: tuple[str, ...] = Field((), description="An issue of one of these types is an incident as well.")
    restricted_labels: tuple[str, ...] = Field(
        ("restricted",),
        description="The text of a ticket with one of these labels goes nowhere but to its own comment.",
    )
    include_not_planned: bool = Field(
        False, description="Write postmortems for tickets closed as not planned or as a duplicate too."
    )
    severity_labels: Mapping[str, str] = Field(
        default_factory=dict,
        description="Labels that mean a severity; `sev1`, `SEV-2`, `severity: high` and `P1` are understood anyway.",
    )


class TrackerSettings(Access):
    """Where action items are filed."""

    repositories: tuple[Repository, ...] = Field(
        min_length=1, description="Repositories where action items are filed; the first is the default."
    )
    labels: tuple[str, ...] = Field(("afterword",), description="Labels that every filed issue gets.")
    sub_issues: bool = Field(True, description="File as sub-issues of the incident ticket where it is on this GitHub.")
    in_progress_labels: tuple[str, ...] = Field(
        ("in progress",), description="An open issue with one of these labels counts as in progress."
    )
    seconds_between_writes: float = Field(
        1, ge=0, le=3600, description="Seconds between two writes of the account, over all workers; 0: none."
    )
    writes_per_minute: int = Field(
        60, ge=0, description="Writes of the account in a minute; GitHub allows about 80. 0: any number."
    )
    writes_per_hour: int = Field(
        400, ge=0, description="Writes of the account in an hour; GitHub allows about 500. 0: any number."
    )

    @property
    def paces(self) -> Paces:
        return paces(self.seconds_between_writes, self.writes_per_minute, self.writes_per_hour)
