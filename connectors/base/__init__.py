"""The vocabulary of every connector: tickets, issues, promises, and what can go wrong. Standard library only."""

from connectors.base.errors import (
    AfterwordError,
    BadPayload,
    BadSignature,
    ConnectorError,
    Denied,
    Limited,
    Missing,
    NotSent,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from connectors.base.issues import Draft, Edit, Filed, Finding, IssueState, Problem, Sighting, State, Tracked
from connectors.base.network import Network
from connectors.base.promises import Paces, Published, Publisher, Source, Sure, Tracker, paces
from connectors.base.tickets import Comment, EventKind, Person, Said, Secret, Signal, Ticket, TicketEvent, Visibility

__all__ = [
    "AfterwordError",
    "BadPayload",
    "BadSignature",
    "Comment",
    "ConnectorError",
    "Denied",
    "Draft",
    "Edit",
    "EventKind",
    "Filed",
    "Finding",
    "IssueState",
    "Limited",
    "Missing",
    "Network",
    "NotSent",
    "OutcomeUnknown",
    "Paces",
    "Person",
    "Problem",
    "Published",
    "Publisher",
    "Refused",
    "Said",
    "Secret",
    "Sighting",
    "Signal",
    "Source",
    "State",
    "Sure",
    "Ticket",
    "TicketEvent",
    "Tracked",
    "Tracker",
    "Unavailable",
    "Visibility",
    "paces",
]
