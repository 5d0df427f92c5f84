"""What this request may be shown: everything with a token; without one, what everybody may read where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import g
from sqlalchemy.engine import Connection

from service import pause
from service.followup.snapshot import Snapshot
from service.parts import Parts
from service.pause import Pause
from service.postmortem.audience import in_ticket
from service.postmortem.standing import Standing
from service.store import shown
from service.store.shown import Public


@dataclass(frozen=True, slots=True)
class Viewer:
    public: Public | None  # None: there is a token

    def incident(self, number: int) -> bool:
        return self.public is None or number in self.public.incidents

    def postmortem(self, number: int) -> bool:
        return self.public is None or number in self.public.postmortems

    def everything(self) -> bool:
        return self.public is None or self.public.whole

    def items(self, found: Iterable[Standing]) -> list[Standing]:
        """Without a token, an item is shown as the comment on its public ticket shows it: what people wrote and did in
        the issue since then may be private."""
        if self.public is None:
            return list(found)
        mine = (in_ticket(item) for item in found if self.incident(item.incident_id))
        return [replace(item, word="", reason="", notes=()) for item in mine]

    def event(self, kind: str) -> bool:
        """Whether what happened to an item is shown; title and owner are the issue's own words."""
        return self.public is None or kind not in ("title", "owner")

    def report(self, snapshot: Snapshot) -> bool:
        """A report mixes incidents: all of them must be public, and those of the items that it names besides."""
        if self.everything():
            return True
        rows = {row.id for row in snapshot.rows}
        named = {row.incident_id for row in snapshot.rows} | {incident.id for incident in snapshot.incidents}
        return all(map(self.incident, named)) and all(moved.item_id in rows for moved in snapshot.moved)


def has_token() -> bool:
    """Whether this request came with a token (service/web/auth.py)."""
    return g.get("token") is not None


def viewer(connection: Connection) -> Viewer:
    return Viewer(None if has_token() else shown.public(connection))


def paused(parts: Parts) -> Pause | None:
    """For the banner of a page; why is for those who have a token."""
    if not has_token():
        return None
    with parts.database.read() as connection:
        return pause.standing(parts, connection)
