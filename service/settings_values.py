"""The kinds of values that settings have: durations, days, addresses; each says what is wrong and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from service.hints_file import hints_list
from service.words import words

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})([smhd])")
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_SCHEDULE = re.compile(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
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


def local_port(url: str) -> int | None:
    """The port of an address that works on this machine alone; None for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        return None
    return port or (443 if parts.scheme == "https" else 80)


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


def _readable(value: object, read: Callable[[Path], object]) -> object:
    """The name of a file; it is read here, so that a fault in it is said at boot."""
    if isinstance(value, str):
        try:
            read(Path(value))
        except ValueError as error:
            raise PydanticCustomError("setting", "{why}", {"why": str(error)}) from None
    return value


def _pem_file(value: object) -> object:
    """Certificates of authorities, as requests wants them; looked at here, as its own words come late and dark."""
    if not isinstance(value, str):
        return value
    try:
        text = Path(value).read_bytes()
    except OSError as error:
        raise _wrong(f"cannot be read: {error.strerror}") from None
    if b"-----BEGIN CERTIFICATE-----" not in text and b"-----BEGIN TRUSTED CERTIFICATE-----" not in text:
        raise _wrong("holds no certificate. It is a PEM file, with -----BEGIN CERTIFICATE----- in it")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Days = Annotated[int, BeforeValidator(_days)]
Timezone = Annotated[str, BeforeValidator(_timezone)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Count = Annotated[int, Strict(), Field(ge=1)]
Whole = Annotated[int, Strict(), Field(ge=0)]
Flag = Annotated[bool, Strict()]
Url = Annotated[str, BeforeValidator(_url)]
Listen = Annotated[str, BeforeValidator(_listen)]
Schedule = Annotated[str, BeforeValidator(_schedule)]
Folder = Annotated[Path | None, BeforeValidator(_folder)]
WordFile = Annotated[Path | None, BeforeValidator(lambda value: _readable(value, words))]
HintFile = Annotated[Path | None, BeforeValidator(lambda value: _readable(value, hints_list))]
PemFile = Annotated[str | None, BeforeValidator(_pem_file)]
