"""What tickets and trackers say, as it may be kept: secrets, and people who are to be forgotten, are taken out before
anything of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from connectors.base import IssueState, Signal, Ticket
from service.parts import Parts
from service.postmortem.forgetting import Forgotten
from service.postmortem.model import KnownItem
from service.postmortem.redaction import redact, redact_ticket
from service.store import forget


def clean(parts: Parts, ticket: Ticket) -> tuple[Ticket, tuple[str, ...]]:
    """The ticket as it may be kept, and the secrets that were taken out: "a GitHub token in comment 3"."""
    with parts.database.read() as connection:
        forgotten = forget.load(connection)
    return redact_ticket(forgotten.ticket(ticket))


def clean_signal(parts: Parts, signal: Signal) -> Signal:
    """A delivery's own ticket, which is kept until the source is asked."""
    return signal if signal.ticket is None else replace(signal, ticket=clean(parts, signal.ticket)[0])


def clean_text(forgotten: Forgotten, text: str) -> str:
    """One text of a tracker, such as why something will not be done."""
    return redact(forgotten.text(text))[0]


def clean_state(forgotten: Forgotten, state: IssueState) -> IssueState:
    """An issue as its tracker tells it."""
    state = forgotten.state(state)
    title = redact(state.title)[0]
    return state if title == state.title else replace(state, title=title)


def clean_known(connection: Connection, known: Sequence[KnownItem]) -> list[KnownItem]:
    """Items as they would be read today: what is taken out of texts changes with each version, and an item whose words
    only we changed is the same item."""
    forgotten = forget.load(connection)
    return [replace(item, text=clean_text(forgotten, item.text)) for item in known]
