"""Reading with the shipped words, for tests."""

from __future__ import annotations

from datetime import date

from connectors.base import Ticket
from service.postmortem import reading
from service.postmortem.model import Reading
from service.words import words


def read_text(text: str, *, title: str | None = None, today: date | None = None, zone: str = "UTC") -> Reading:
    return reading.read_text(text, words(), title=title, today=today, zone=zone)


def read_ticket(ticket: Ticket, *, zone: str = "UTC") -> Reading:
    return reading.read_ticket(ticket, words(), zone=zone)
