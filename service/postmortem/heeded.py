"""What somebody said in the ticket's comments and was obeyed, as the document keeps it for those who said it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from service.postmortem.model import Asked, Decision

#: of these only the last one stands
_LAST = ("severity", "impact", "cause", "summary", "resolution")


def asked(decisions: Sequence[Decision]) -> tuple[Asked, ...]:
    """/file and /park where they have numbers, then the commands that are in the document, each without numbers."""
    decided = [Asked(one.comment, one.verb, one.numbers, one.who) for one in decisions if one.numbers]
    said = [Asked(one.comment, one.verb, (), one.who) for one in decisions if one.verb not in ("file", "park")]
    last = {one.verb: index for index, one in enumerate(said)}
    taken = [one for index, one in enumerate(said) if one.verb not in _LAST or last[one.verb] == index]
    return (*decided, *taken)
