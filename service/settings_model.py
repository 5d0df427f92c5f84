"""What can be set: one frozen model; each field has its default and its meaning. The README's table is held to it."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, Strict
from pydantic_core import PydanticCustomError

from connectors.base import Secret
from service.settings_faults import Lines, Place, line_of

# --- values -----------------------------------------------------------------------------------------------------------

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_SCHEDULE = re.compile(rf"({'|'.join(_DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:]+):(\d{1,5})")


def _wrong(text: str) -> PydanticCustomError:
    return PydanticCustomError("setting", text)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _wrong('is not a duration. Write a number and s, m, h or d: {key} = "10m"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _days(value: object) -> int:
    if type(value) is not int or not 0 <= value <= 3650:
        raise _wrong("is not a number. Write days: {key} = 30")
    return value


def _timezone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong('is not a timezone. Write its name: {key} = "Europe/Berlin"') from None


def _schedule(value: object) -> str:
    if not isinstance(value, str) or not _SCHEDULE.fullmatch(value):
        raise _wrong('is not a day and a time. Write: {key} = "MON 09:00"')
    return value


def _url(value: object) -> str:
    parts = urlsplit(value if isinstance(value, str) else "")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise _wrong('is not an address. Write: {key} = "https://postmortems.example.org"')
    return str(value).rstrip("/")


def _listen(value: object) -> str:
    found = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    if not found or int(found[2]) > 65535:
        raise _wrong('is not an address and a port. Write: {key} = "127.0.0.1:8000"')
    return str(value)


def _words(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def database_url(value: object) -> str:
    """The URL as SQLAlchemy wants it; platforms write postgres://. Raises without the value: it may hold a password."""
    text = value if isinstance(value, str) else ""
    scheme, mark, rest = text.partition("://")
    if mark and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if mark and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return text
    raise ValueError("is not a database. Write sqlite:///var/afterword.db or postgresql://user@host/name")


def _folder(value: object) -> object:
    if isinstance(value, str) and not Path(value).is_dir():
        raise _wrong("is not a folder")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Days = Annotated[int, BeforeValidator(_days)]
Timezone = Annotated[str, BeforeValidator(_timezone)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Count = Annotated[int, Strict(), Field(ge=1)]
Flag = Annotated[bool, Strict()]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


# --- the model --------------------------------------------------------------------------------------------------------


class When(Part):
    severity: Words = Field(default=(), description="The incident's severity is one of these, in any case.")
    labels: Words = Field(default=(), description="The incident carries one of these labels.")
    service: Words = Field(default=(), description="The incident concerns one of these services.")
    text: Words = Field(default=(), description="The action item's text holds one of these words, in any case.")


class Route(Part):
    when: When = Field(default=When(), description="All that is named must hold; nothing named: always.")
    tracker: str = Field(description="The tracker that takes the action item.")
    place: str | None = Field(default=None, description="Repository or project there, if not the tracker's first.")
    publish: Flag = Field(
        default=False,
        description="Text of a ticket that is not public may go to a public place.",
    )


class Filing(Part):
    mode: Literal["auto"] = Field(default="auto", description='"auto" files each action item at once.')
    quiet: Duration = Field(default=timedelta(0), description="How long to wait after the closing before filing.")
    max_items: Count = Field(default=30, description="Action items of one incident; more wait for a person.")
    on_unknown: Literal["retry", "ask"] = Field(
        default="retry",
        description='After a lost answer and the last look: "retry" posts again, "ask" waits for a person.',
    )
    look_after: tuple[Duration, ...] = Field(
        default=(timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
        min_length=1,
        description="When to look for an issue whose answer was lost.",
    )


class OnePerson(Part):
    name: str = Field(min_length=1, description="The name that documents and reports show.")
    email: str | None = Field(default=None, description="E-mail address.")
    github: str | None = Field(default=None, description="GitHub login.")
    jira: str | None = Field(default=None, description="Jira account id; on Data Center the user name.")
    team: Flag = Field(default=False, description="A team: it owns action items and is nobody's assignee.")
    aliases: Words = Field(default=(), description="Other names that tickets use.")


class Sync(Part):
    every: Count = Field(default=10, description="Minutes between two syncs.")
    verify_hours: Count = Field(default=24, description="Hours after which an open issue is read again by its id.")


class Report(Part):
    schedule: Annotated[str, BeforeValidator(_schedule)] = Field(
        default="MON 09:00", description="Day and time; it reports the ISO week that ended last."
    )
    timezone: Timezone = Field(default="UTC", description="Timezone of the week; if not said, that of documents.")
    deliver_env: Words = Field(
        default=("REPORT_URLS",), description="Variables that hold Apprise URLs, separated by blanks or lines."
    )
    deliver: tuple[Secret, ...] = Field(default=(), exclude=True)

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return _DAYS.index(self.schedule[:3])

    @property
    def at(self) -> time:
        """Wall clock in `timezone`."""
        return time(int(self.schedule[4:6]), int(self.schedule[7:9]))


class Jobs(Part):
    threads: Count = Field(default=4, description="Jobs at the same time in one process.")
    max_tries: Count = Field(default=10, description="Failures of our own after which a step waits for the next start.")
    scan_seconds: Count = Field(default=5, description="Seconds between two looks for work whose wake-up was lost.")


class Settings(Part):
    """Everything that can be set. `sources` and `trackers` hold the connectors' own frozen models by name."""

    public_url: Annotated[str, BeforeValidator(_url)] = Field(
        default="http://127.0.0.1:8000", description="The address at which people reach the pages; links carry it."
    )
    database_url: str = Field(
        default="sqlite:///var/afterword.db", repr=False, description="SQLite or PostgreSQL; `DATABASE_URL` wins."
    )
    public: Flag = Field(default=False, description="Pages, API and metrics without the token.")
    listen: Annotated[str, BeforeValidator(_listen)] = Field(
        default="127.0.0.1:8000", description="Address and port of `web` and `all`; `PORT` sets the port."
    )
    timezone: Timezone = Field(default="UTC", description="Timezone of the times in documents and comments.")
    templates: Annotated[Path | None, BeforeValidator(_folder)] = Field(
        default=None, description="A folder of your own templates, looked into before config/templates."
    )
    sources: dict[str, BaseModel] = Field(
        default={}, description="Where incidents come from, each at `/webhooks/<name>`."
    )
    trackers: dict[str, BaseModel] = Field(default={}, description="Where issues go.")
    routes: tuple[Route, ...] = Field(default=(), description="Which tracker takes an item; the first match wins.")
    default_tracker: str | None = Field(
        default=None, description="Where no route fits; if not said, the first tracker."
    )
    filing: Filing = Field(default=Filing(), description="How action items become issues.")
    people: tuple[OnePerson, ...] = Field(default=(), description="Who is who in the tools.")
    due: dict[str, Days] = Field(default={}, description="Days by priority, then by severity.")
    sync: Sync = Field(default=Sync(), description="How states come back.")
    report: Report = Field(default=Report(), description="The weekly report.")
    jobs: Jobs = Field(default=Jobs(), description="How work is done.")

    _file: str = PrivateAttr("the settings")
    _lines: Lines = PrivateAttr({})

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def file(self) -> str:
        """The file that was read, as a person calls it."""
        return self._file

    def where(self, *place: str | int) -> str:
        """Where a setting or its table stands, for messages: "config/production.toml, line 31"."""
        line = line_of(place, self._lines)
        return f"{self._file}, line {line}" if line else self._file

    def read_from(self, file: str, lines: Lines) -> None:
        """Remembers the file, so that `where` can name it."""
        self._file, self._lines = file, dict[Place, int](lines)
