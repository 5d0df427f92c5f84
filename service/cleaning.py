"""What a ticket says, as it may be kept: secrets are taken out before anything of it is stored."""

from __future__ import annotations

from dataclasses import replace

from connectors.base import Signal, Ticket
from service.postmortem.redaction import redact_ticket


def clean(ticket: Ticket) -> tuple[Ticket, tuple[str, ...]]:
    """The ticket as it may be kept, and what was taken out: "a GitHub token in comment 3"."""
    return redact_ticket(ticket)


def clean_signal(signal: Signal) -> Signal:
    """A delivery's own ticket, which is kept until the source is asked."""
    return signal if signal.ticket is None else replace(signal, ticket=clean(signal.ticket)[0])
