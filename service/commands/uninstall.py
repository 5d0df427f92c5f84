"""`uninstall`: stops what leaves, and lists what is left behind. It deletes nothing."""

from __future__ import annotations

from argparse import Namespace

from service import leaving, pause, wiring
from service.commands.running import needs_tables, quiet
from service.errors import WELL
from service.store.database import Database

WHY = "Afterword is being uninstalled: `uninstall` was run."
NEXT = "Nothing was deleted. Stop the service when you have gone through this list."


def run(args: Namespace) -> int:
    quiet()
    settings = wiring.load_settings(args.config)
    database = Database(settings.database_url)
    try:
        needs_tables(database)
        if not args.dry_run:
            with database.begin() as connection:
                new = pause.begin(connection, WHY, wiring.clock())
            print("Paused: nothing leaves any more." if new else "It was paused before: nothing leaves.")
        with database.read() as connection:
            found = leaving.groups(settings, database, connection)
    finally:
        database.close()
    for group in found:
        print(f"\n{group.name}: {len(group.lines) or 'none'}")
        if group.lines:
            print(group.means)
        for line in group.lines:
            print(f"  {line}")
    print(f"\n{'Nothing was changed.' if args.dry_run else NEXT}")
    return WELL
