"""A small tracker in memory that counts its calls, for tests of the sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from connectors.base import Draft, Filed, Finding, IssueState, Person, Problem, Sighting, State, Tracked

DUE = date(2026, 12, 17)


class MemoryTracker:
    """Issues in a dict. `refused` places answer 403, `gone` ids 404; a listing shows neither."""

    name = "code"
    kind = "github"
    places: Sequence[str] = ("acme/ops",)

    def __init__(self) -> None:
        self.issues: dict[str, IssueState] = {}
        self.refused: set[str] = set()
        self.status = 403
        self.gone: set[str] = set()
        self.down: Exception | None = None
        self.why = "Part of the 2027 plan."
        self.calls: list[str] = []

    def put(self, number: int, at: datetime, **changes: Any) -> None:
        known = self.issues.get(f"I_{number}")
        if known is None:
            label = f"acme/ops#{number}"
            known = IssueState(
                id=f"I_{number}", label=label, url=f"https://github.example/{label}", state=State.OPEN, word="open",
                title=f"Item {number}", updated_at=at, due=DUE, assignee=Person("alex", "Alex Example"),
            )  # fmt: skip
        self.issues[known.id] = replace(known, updated_at=at, **changes)

    def changes(self, since: datetime | None, tracked: Sequence[Tracked]) -> Sighting:
        self.calls.append("changes")
        if self.down:
            raise self.down
        ids = [one.id for one in tracked]
        refused = tuple(one.id for one in tracked if one.label.split("#")[0] in self.refused)
        seen = [
            self.issues[one]
            for one in ids
            if one not in self.gone and one not in refused and (since is None or self.issues[one].updated_at > since)
        ]
        problems = tuple(Problem(place, self.status, "no right to read issues here", refused) for place in self.refused)
        cursor = max((state.updated_at for state in seen), default=since)
        return Sighting(states=tuple(seen), problems=problems, cursor=cursor)

    def states(self, tracked: Sequence[Tracked]) -> Sighting:
        self.calls += ["states"] * -(-len(tracked) // 100)
        ids = [one.id for one in tracked]
        found = [one for one in ids if one not in self.gone]
        return Sighting(
            states=tuple(self.issues[one] for one in found),
            verified=frozenset(found),
            missing=frozenset(ids) & self.gone,
        )

    def reason(self, tracked: Tracked) -> str:
        self.calls.append("reason")
        return self.why

    def look(self, markers: Any, place: Any, incident: Any, since: Any, *, deep: bool = False) -> dict[str, Filed]:
        raise NotImplementedError

    def create(self, draft: Draft) -> Filed:
        raise NotImplementedError

    def link(self, filed: Filed, draft: Draft) -> None:
        raise NotImplementedError

    def assignable(self, place: str, person_id: str) -> bool:
        raise NotImplementedError

    def resolve(self, reference: str, incident: Any) -> None:
        raise NotImplementedError

    def marked(self, since: Any) -> Any:
        raise NotImplementedError

    def check(self, places: Sequence[str]) -> Sequence[Finding]:
        raise NotImplementedError
