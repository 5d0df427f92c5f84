"""`replay`: looks at a stored delivery once more, whatever became of it."""

from __future__ import annotations

from argparse import Namespace

from service.commands.running import finish, opened, progress
from service.errors import WELL, NotFound
from service.store import deliveries


def run(args: Namespace) -> int:
    with opened(args) as (service, here):
        parts = service.parts
        with parts.database.begin() as connection:
            found = deliveries.again(connection, args.id)
            delivery = deliveries.by_id(connection, args.id)
        if not found or delivery is None:
            raise NotFound(f"There is no delivery {args.id}.", "`python -m service deliveries` lists them.")
        if here:
            service.jobs.run("delivery", f"{delivery.source}/{delivery.delivery_id}")
        with parts.database.read() as connection:
            after = deliveries.by_id(connection, args.id)
            incident = deliveries.incident_of(connection, args.id)
        if after is not None and after.state == "received":
            print(f"Delivery {args.id} is handed to the running service.")
            return WELL
        if incident is not None and here:
            finish(service, here, "incident", str(incident), progress)
        print(f"Delivery {args.id}: {after.state if after else 'gone'}. {after.reason if after else ''}")
    return WELL
