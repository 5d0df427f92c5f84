"""What this request may be shown: everything with a token; without one, what everybody may read where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flask import g
from sqlalchemy.engine import Connection

from connectors.base import Visibility
from service import pause
from service.followup import withheld
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

    def reports(self, connection: Connection, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot | None]:
        """Each report as this request may see it. Without a token that is one of public tickets alone, without what
        people did in issues that are not; None: it names a ticket that is not public."""
        if self.public is None:
            yield from snapshots
            return
        readers = shown.readers(connection)
        for snapshot in snapshots:
            now = withheld.as_now(snapshot, *readers)
            yield withheld.narrowed(now, Visibility.PUBLIC) if withheld.for_everybody(now) else None


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
