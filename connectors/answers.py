"""One HTTP answer, as far as every vendor's is alike: its fields as we read them, and when to come back. Pure."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from connectors.base import ConnectorError, OutcomeUnknown, Unavailable
from connectors.text import shallow_json, storable_json

T = TypeVar("T")
#: a longer number means nothing
_SECONDS = re.compile(r"^[0-9]{1,9}(?:[.][0-9]{1,9})?\Z", re.ASCII)


class Answer(NamedTuple):
    """Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    text: str


def parse(model: TypeAdapter[T], answer: Answer, what: str, vendor: str, *, write: bool = False) -> T:
    """The fields that we read of an answer to `what` ("GET /user").

    Raises Unavailable; after a write OutcomeUnknown, as an answer that cannot be read leaves its outcome open.
    """
    try:
        return validated(model, storable_json(answer.text).encode())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong: type[ConnectorError] = OutcomeUnknown if write else Unavailable
        raise wrong(
            f"{vendor}'s answer to {what} cannot be read ({where or 'the whole'}: {first['msg']}).",
            status=answer.status,
        ) from None


def validated(model: TypeAdapter[T], body: bytes) -> T:
    """The fields that we read; of a text that is nested deeper than the parser goes, the words are read.

    Raises pydantic's ValidationError.
    """
    try:
        return model.validate_json(body)
    except ValidationError:
        shallow = shallow_json(body)
        if shallow is body:
            raise
        return model.validate_json(shallow)


def json_object(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object, such as an error's; {} for anything else."""
    try:
        parsed = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, if Retry-After says so, which may be seconds or a date."""
    stated = headers.get("retry-after", "").strip()
    if _SECONDS.match(stated):
        return float(stated)
    until = seconds_of(stated)
    return None if until is None else max(0.0, until - told_now(headers))


def told_now(headers: Mapping[str, str]) -> float:
    """Seconds since 1970, by the clock of whoever answered, else by ours."""
    return seconds_of(headers.get("date", "")) or time.time()


def seconds_of(date: str) -> float | None:
    """A date of a header in seconds since 1970; None: it is none."""
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None
