"""What a ticket says, as it may be kept: secrets, and people who are to be forgotten, are taken out before anything of
it is stored."""

from __future__ import annotations

from dataclasses import replace

from connectors.base import Signal, Ticket
from service.forget import without_forgotten
from service.parts import Parts
from service.postmortem.redaction import redact_ticket


def clean(parts: Parts, ticket: Ticket) -> tuple[Ticket, tuple[str, ...]]:
    """The ticket as it may be kept, and the secrets that were taken out: "a GitHub token in comment 3"."""
    return redact_ticket(without_forgotten(parts, ticket))


def clean_signal(parts: Parts, signal: Signal) -> Signal:
    """A delivery's own ticket, which is kept until the source is asked."""
    return signal if signal.ticket is None else replace(signal, ticket=clean(parts, signal.ticket)[0])
