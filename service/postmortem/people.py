"""The people map: who is meant by a name in a ticket, and what the trackers call that person. Never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Known:
    """A person or a team. `ids`: kind of tracker → its id (GitHub login, Jira account id). `teams`: those that a person
    belongs to, `lead`: who leads a team, both by their names; `left`: a person who is no longer here."""

    name: str
    email: str = ""
    team: bool = False
    aliases: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ()
    left: bool = False
    lead: str | None = None


def plain(text: str) -> str:
    """As it is looked up: without case, blanks around it and a leading @."""
    return text.strip().removeprefix("@").casefold()


class People:
    """Looks up exact names, logins, addresses and aliases; case and a leading @ do not matter."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.known = tuple(known)
        self._by_text: dict[str, Known] = {}
        for person in self.known:
            for text in (person.name, person.email, *person.aliases, *person.ids.values()):
                if text:
                    self._by_text.setdefault(plain(text), person)

    def find(self, text: str | None) -> Known | None:
        return self._by_text.get(plain(text)) if text else None

    def tracker_id(self, text: str | None, kind: str) -> str | None:
        """What this kind of tracker calls the person, or None if we do not know. A team cannot be assigned."""
        person = self.find(text)
        return None if person is None or person.team else person.ids.get(kind)

    @property
    def names(self) -> dict[str, str]:
        """Every name, login, address and alias, as `plain` has it → how we call that person or team."""
        return {text: person.name for text, person in self._by_text.items()}

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(person.name for person in self.known)

    @property
    def teams(self) -> dict[str, tuple[str, ...]]:
        """Person or team, by name → the teams that answer for what they own, each once: a team answers for itself. A
        team that is named in another way than in the map goes by its name there."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.known:
            named = (one.name,) if one.team else tuple(self._team(team) for team in one.teams)
            if named:
                found.setdefault(one.name, tuple(dict.fromkeys(named)))
        return found

    def _team(self, name: str) -> str:
        found = self.find(name)
        return found.name if found is not None and found.team else name
