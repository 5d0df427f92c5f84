"""`replay`: looks at a stored delivery once more, whatever became of it."""

from __future__ import annotations

from argparse import Namespace

from service.commands.running import opened, progress
from service.errors import MEND, WELL, NotFound
from service.store import deliveries, postmortems


def run(args: Namespace) -> int:
    with opened(args) as desk:
        parts = desk.parts
        with parts.database.begin() as connection:
            found = deliveries.again(connection, args.id)
        after = desk.delivered(args.id) if found else None
        if after is None:
            raise NotFound(f"There is no delivery {args.id}.", "`python -m service deliveries` lists them.")
        if after.state == "received":
            print(f"Delivery {args.id}: not looked at yet.")
            return MEND
        print(f"Delivery {args.id}: {after.state}. {after.reason}".rstrip())
        if after.state in ("quarantined", "failed"):
            return MEND
        with parts.database.read() as connection:
            incident = deliveries.incident_of(connection, args.id)
        if incident is None:
            return WELL
        progress("Telling the story of its ticket.")
        done = desk.done("incident", str(incident))
        with parts.database.read() as connection:
            postmortem = postmortems.of_incident(connection, incident)
        if postmortem:
            print(parts.document_url(postmortem.id))
        return WELL if done else MEND
