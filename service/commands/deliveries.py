"""`deliveries`: what came in and what became of it."""

from __future__ import annotations

from argparse import Namespace

from service import wiring
from service.store import deliveries
from service.store.database import Database


def run(args: Namespace) -> int:
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    with database.read() as connection:
        rows = deliveries.latest(connection, state=args.state, limit=args.limit)
    database.close()
    if not rows:
        print("No deliveries are stored." if args.state is None else f"No deliveries are {args.state}.")
        return 0
    print(f"{'ID':>6}  {'received (UTC)':16}  {'source':12}  {'state':11}  {'bytes':>9}  what it says")
    for row in rows:
        print(
            f"{row.id:>6}  {row.received_at:%Y-%m-%d %H:%M}  {row.source[:12]:12}  {row.state:11}  {row.size:>9,}  "
            f"{row.reason}"
        )
    return 0
