"""Which action items a report is of: a team's, a severity's, a service's, those of a label; or all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.postmortem.routing import level


class Sorted(Protocol):
    """What this needs to know of an action item: Standing has it, and whatever else is counted."""

    @property
    def owner(self) -> str | None: ...
    @property
    def incident_severity(self) -> str | None: ...
    @property
    def incident_services(self) -> Sequence[str]: ...
    @property
    def incident_labels(self) -> Sequence[str]: ...


class OfIncident(Protocol):
    @property
    def severity(self) -> str | None: ...
    @property
    def services(self) -> Sequence[str]: ...
    @property
    def labels(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a report: all that is named must hold, one word of each. Nothing named: all items.

    `team`: the items that these teams answer for, `severity`, `service` and `labels` of the incident; in any case, a
    severity in any spelling.
    """

    name: str = "weekly"
    team: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not (self.team or self.severity or self.service or self.labels)

    @property
    def about(self) -> str:
        """In words: "team payments", "severity SEV1 or SEV2, service checkout"; "" of all items."""
        named = (("team", self.team), ("severity", self.severity), ("service", self.service), ("label", self.labels))
        return ", ".join(f"{word} {' or '.join(words)}" for word, words in named if words)

    def items(self, teams: Mapping[str, Sequence[str]]) -> Callable[[Sorted], bool]:
        """Whether an item is of it. `teams`: as People.teams has them, by the names of owners."""
        wanted = _plain(self.team)
        holds = self._incidents()

        def takes(item: Sorted) -> bool:
            if wanted and not wanted & _plain(teams_of(item.owner, teams)):
                return False
            return holds(item.incident_severity, item.incident_services, item.incident_labels)

        return takes

    def incidents(self, own: Iterable[int]) -> Callable[[int, OfIncident], bool]:
        """Whether an incident is of it. A team's are those of `own`: with an item of the team in the report."""
        mine = frozenset(own)
        holds = self._incidents()

        def takes(number: int, incident: OfIncident) -> bool:
            if self.team and number not in mine:
                return False
            return holds(incident.severity, incident.services, incident.labels)

        return takes

    def _incidents(self) -> Callable[[str | None, Sequence[str], Sequence[str]], bool]:
        severities = {level(word) for word in self.severity}
        service, labels = _plain(self.service), _plain(self.labels)

        def holds(severity: str | None, its_services: Sequence[str], its_labels: Sequence[str]) -> bool:
            return (
                (not severities or (severity is not None and level(severity) in severities))
                and (not service or not service.isdisjoint(_plain(its_services)))
                and (not labels or not labels.isdisjoint(_plain(its_labels)))
            )

        return holds


#: the report of all items
ALL = Part()


def teams_of(owner: str | None, teams: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The teams that answer for what this owner has, in the order of the people map. Nobody's item is no team's."""
    if owner is None:
        return ()
    return tuple(teams.get(owner) or teams.get(owner.removeprefix("@")) or ())


def _plain(words: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(word.casefold().split()) for word in words)
