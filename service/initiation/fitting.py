"""What each question takes: the answer in the form that the settings need, or Unfit with what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from service.initiation.asking import Unfit, many, needed

_REPOSITORY = re.compile(r"!?[^/\s]+/[^/\s]+")


def setting(kind: Any) -> Callable[[str], str]:
    """Whether a kind of setting takes it; it is written as it was typed."""
    adapter: TypeAdapter[object] = TypeAdapter(kind)

    def fit(answer: str) -> str:
        try:
            adapter.validate_python(answer)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise Unfit(f"{answer or 'nothing'} {said.replace('{key} = ', '')}") from None
        return answer.rstrip("/")

    return fit


def repositories(answer: str) -> tuple[str, ...]:
    found = many(answer)
    for one in found:
        if not _REPOSITORY.fullmatch(one):
            raise Unfit(f"{one} is not written as OWNER/NAME, such as acme/ops.")
    return found


def label(answer: str) -> str:
    if answer.casefold() in ("y", "n", "yes", "no"):
        raise Unfit(f"is the label really called “{answer}”? Write its name, such as incident.")
    return needed(answer)


def zone(answer: str) -> str:
    try:
        return ZoneInfo(answer).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unfit(f"{answer} is no timezone. Write its name, such as Europe/Berlin.") from None


def number(answer: str) -> int:
    if not (answer.isascii() and answer.isdigit() and int(answer[:18]) > 0):
        raise Unfit("it is a number, such as 123456.")
    return int(answer)


def day(answer: str) -> date | None:
    try:
        return date.fromisoformat(answer) if answer else None
    except ValueError:
        raise Unfit(f"{answer} is not a day. Write it as 2027-03-31.") from None


def addresses(answer: str) -> str:
    if answer and "://" not in answer:
        raise Unfit("an address begins with its kind, such as slack:// or mailto://.")
    return answer
