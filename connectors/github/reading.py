"""An answer's text as the fields that we read of it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from connectors.base import ConnectorError, OutcomeUnknown, Unavailable
from connectors.github.outcome import Answer
from connectors.text import storable_json

T = TypeVar("T")


def parse(model: TypeAdapter[T], answer: Answer, what: str, *, write: bool = False) -> T:
    """The fields that we read of an answer. After a write an answer that cannot be read leaves its outcome open."""
    try:
        return model.validate_json(storable_json(answer.text))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong: type[ConnectorError] = OutcomeUnknown if write else Unavailable
        raise wrong(
            f"GitHub's answer to {what} cannot be read ({where or 'the whole'}: {first['msg']}).", status=answer.status
        ) from None
