"""Who hears of an action item: its owner; else the lead of its incident. Never a guess. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.base import Ticket
from service.postmortem.people import Known
from service.postmortem.standing import Standing

Why = Literal["owner", "team", "left", "unmapped", "none"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person or team as the settings say. `lead`: of a team, by name. `teams`: of a person, by name."""

    name: str
    team: bool = False
    left: bool = False
    lead: str | None = None
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hears:
    """`name`: as the people map calls them; "" is nobody. `why`: how the item stands to its owner."""

    name: str
    why: Why


class Roster:
    """`find`: People.find, which knows logins, addresses and aliases."""

    def __init__(self, members: Iterable[Member], find: Callable[[str | None], Known | None]) -> None:
        self._members = {member.name: member for member in members}
        self._find = find

    def hears(self, item: Standing, ticket: Ticket | None) -> Hears:
        """The owner, if they are here. Of a team its lead, else the team. Else an assignee of the incident's ticket,
        the lead of a team of the owner or of an assignee who left, the ticket's reporter; else nobody."""
        owner = self._member(item.owner)
        if owner is not None and not owner.left and not owner.team:
            return Hears(owner.name, "owner")
        if owner is not None and not owner.left:
            return Hears(self._lead((owner.name,)) or owner.name, "team")
        why: Why = "left" if owner is not None else "unmapped" if item.owner else "none"
        assignees = [
            self._member(person.id) or self._member(person.name) for person in (ticket.assignees if ticket else ())
        ]
        for one in assignees:
            if one is not None and not one.left and not one.team:
                return Hears(one.name, why)
        teams = [
            name for one in (owner, *assignees) if one is not None for name in ((one.name,) if one.team else one.teams)
        ]
        if lead := self._lead(teams):
            return Hears(lead, why)
        reporter = ticket.reporter if ticket else None
        told = (self._member(reporter.id) or self._member(reporter.name)) if reporter else None
        return Hears(told.name if told is not None and not told.left and not told.team else "", why)

    def _member(self, said: str | None) -> Member | None:
        known = self._find(said)
        return self._members.get(known.name) if known is not None else None

    def _lead(self, teams: Sequence[str]) -> str | None:
        """The first lead who is here. A lead who left is followed to their own teams, each looked at once."""
        waiting, seen = list(teams), set[str]()
        while waiting:
            team = self._member(waiting.pop(0))
            if team is None or team.name in seen:
                continue
            seen.add(team.name)
            lead = self._member(team.lead) if team.team else team
            if lead is None:
                continue
            if not lead.left and not lead.team:
                return lead.name
            waiting += [lead.name] if lead.team else lead.teams
        return None
