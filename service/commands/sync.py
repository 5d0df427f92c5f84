"""`sync`: asks every tracker how its issues are, now."""

from __future__ import annotations

from argparse import Namespace

from service.commands.running import finish, opened, progress
from service.errors import MEND, WELL
from service.store import followups, work
from service.wiring import Service


def run(args: Namespace) -> int:
    code = WELL
    with opened(args) as (service, here):
        parts = service.parts
        for name in parts.trackers:
            progress(f"Asking {name}.")
            with parts.database.begin() as connection:
                work.ask(connection, "sync", name, parts.now())
            done = finish(service, here, "sync", name, progress)
            with parts.database.read() as connection:
                known = followups.progress(connection, name)
            troubles = "; ".join(f"{t.scope}: {t.message}" for t in known.troubles)
            print(f"{name}: {troubles or ('in step' if done else 'no answer yet; it is asked again')}")
            code = WELL if code == WELL and done and not troubles else MEND
        for task, key in _due(service):
            if here:
                service.jobs.run(task, key)
    return code


def _due(service: Service) -> list[tuple[str, str]]:
    with service.parts.database.read() as connection:
        return [row for row in work.due(connection, service.parts.now()) if row[0] == "incident"]
