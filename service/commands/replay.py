"""`replay`: looks at a stored delivery once more, whatever became of it."""

from __future__ import annotations

from argparse import Namespace

from connectors.base import Said
from service.commands.running import filled, opened, progress, standby
from service.deliver import read
from service.errors import MEND, WELL, NotFound
from service.store import deliveries, postmortems
from service.store.deliveries import Delivery

EMPTY = (
    "Its bytes are gone: its days of keeping are over, or it named a person who was forgotten. It cannot be looked at "
    "again. `python -m service build SOURCE:REF` reads the ticket itself."
)


def run(args: Namespace) -> int:
    if args.dry_run:
        return _try(args)
    with opened(args) as desk:
        parts = desk.parts
        with parts.database.begin() as connection:
            known = deliveries.by_id(connection, args.id)
            if known is not None and known.emptied:
                return _gone(known)
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


def _gone(delivery: Delivery) -> int:
    """Nothing can be looked at again; what became of it stands."""
    print(f"Delivery {delivery.id}: {delivery.state}. {delivery.reason}".rstrip())
    progress(filled(EMPTY))
    return MEND


def _try(args: Namespace) -> int:
    """What the delivery means, as it is read now; nothing follows from it."""
    with standby(args) as parts:
        with parts.database.read() as connection:
            found = deliveries.by_id(connection, args.id)
        if found is None:
            raise NotFound(f"There is no delivery {args.id}.", "`python -m service deliveries` lists them.")
        if found.emptied:
            return _gone(found)
        meant = read(parts, found)
        print(f"Delivery {args.id}: {meant.why or 'understood'}")
        if meant.signal is not None and meant.signal.said is Said.CLOSED:
            print(f"What would follow:  python -m service plan {found.source}:{meant.signal.ref}")
    return WELL
