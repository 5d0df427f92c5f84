"""An answer of GitHub's as the fields that we read of it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter

from connectors import answers
from connectors.answers import Answer

T = TypeVar("T")


def parse(model: TypeAdapter[T], answer: Answer, what: str, *, write: bool = False) -> T:
    """Raises Unavailable; after a write OutcomeUnknown."""
    return answers.parse(model, answer, what, "GitHub", write=write)
