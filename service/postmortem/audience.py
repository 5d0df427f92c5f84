"""Who may read what: the one rule for everything that leaves. Pure.

Text never flows to a wider audience than it came from. What a ticket says is narrowed on its way out (issues, reports,
mail, chat); what a tracker says of an issue is narrowed on its way back into a ticket that more people can read.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.base import Ticket, Visibility
from service.postmortem.standing import Standing

#: in place of an owner whose name is not shown there
NOT_SHOWN = "not shown"


def may_flow(source: Visibility, audience: Visibility, *, publish: bool = False) -> bool:
    """Whether text from a ticket or place that these people can read may be shown to that audience.

    A public audience gets only what is public, every other one all but what is restricted: that stays in its own
    ticket. `publish`: a person said in the route that it may.
    """
    if publish:
        return True
    if source is Visibility.RESTRICTED:
        return False
    return audience is not Visibility.PUBLIC or source is Visibility.PUBLIC


def reference(number: int, ref: str) -> str:
    """An action item where its words are withheld."""
    return f"Action item {number} of {ref}"


def bare(ticket: Ticket) -> Ticket:
    """The ticket without a word of its text: what a connector needs to link to it."""
    return replace(
        ticket,
        title=ticket.ref,
        text="",
        closed_as="",
        labels=(),
        severity=None,
        services=(),
        reporter=None,
        assignees=(),
        comments=(),
        events=(),
    )


def in_ticket(standing: Standing) -> Standing:
    """An action item as its own ticket may show it: without the words and names of an issue that fewer people can read
    than the ticket. A place that was never seen counts as one of those."""
    there = standing.issue_visibility or Visibility.PRIVATE
    if standing.issue_label is None or may_flow(there, standing.visibility):
        return standing
    owner, known = standing.owner, standing.owner_known
    if standing.owner_id is not None and owner != standing.owner_said:
        owner, known = standing.owner_said or NOT_SHOWN, True
    return replace(standing, word="", reason="", notes=(), owner=owner, owner_known=known, owner_id=None)
