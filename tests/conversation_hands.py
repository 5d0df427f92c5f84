"""Tickets on which somebody with a role says something, one comment a minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from connectors.base import Comment, Person, Ticket, Visibility

OPENED = datetime(2026, 11, 17, 14, 10, tzinfo=UTC)  # a Tuesday
SAM = Person("sam", "sam")


def comment(text: str, number: int = 1, **more: object) -> Comment:
    when = OPENED.replace(minute=10 + number)
    said = Comment(str(number), SAM, when, text, f"https://tracker.example/{number}", True, None)
    return replace(said, **more)  # type: ignore[arg-type]


def ticket(*texts: str) -> Ticket:
    return Ticket(
        source="ops",
        key="1",
        ref="acme/ops#42",
        url="https://tracker.example/42",
        title="Checkout slow",
        text="It broke.",
        visibility=Visibility.INTERNAL,
        opened_at=OPENED,
        closed_at=OPENED.replace(hour=16),
        comments=tuple(comment(text, number) for number, text in enumerate(texts, start=1)),
    )
