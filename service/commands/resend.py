"""`report --resend`: sends a frozen report once more, where a person says that it did not arrive."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import AfterwordError, Secret
from service import pause
from service.commands.running import SOON, Desk, progress
from service.errors import MEND, WELL
from service.followup import notify
from service.followup.week import Week, slot_of
from service.parts import Parts
from service.report_plans import plan_of
from service.store import reports, work, writes
from service.store.writes import Write

ALL = "all"
#: who says so may have mended the address, so that what is tried again by itself goes at once too
_AGAIN = ("waiting", "failed")


def show(parts: Parts, name: str, week: Week, which: str) -> int:
    """What it would do. Raises AfterwordError."""
    for number, address, write in _asked(parts, name, week, which):
        again = "would be sent again" if write is None or write.state in _AGAIN else "would be left"
        print(f"{number}. {address.origin}: {_said(write)}; {again}")
    return WELL


def resend(desk: Desk, name: str, week: Week, which: str) -> int:
    """To `which`, the number of an address, or to all that may not have it. Raises AfterwordError."""
    parts, slot = desk.parts, slot_of(name, week)
    for number, address, write in _asked(parts, name, week, which):
        if write is not None and write.state not in _AGAIN:
            progress(f"{number}. {address.origin}: {_said(write)}; it is not sent again.")
            continue
        with parts.database.begin() as connection:
            writes.file_now(connection, notify.key(slot, address.reveal()), _AGAIN)
    with parts.database.begin() as connection:
        work.ask(connection, "report", slot, parts.now())
        paused = pause.standing(parts, connection)
    desk.done("report", slot, soon=timedelta(0) if paused else SOON)
    if paused is not None:
        progress(f"Paused: {paused.why} `python -m service resume` lets it go on.")
    asked = _asked(parts, name, week, which)
    for number, address, write in asked:
        print(f"{number}. {address.origin}: {_said(write)}")
    return WELL if all(write is not None and write.state == "done" for _, _, write in asked) else MEND


def _asked(parts: Parts, name: str, week: Week, which: str) -> list[tuple[int, Secret, Write | None]]:
    """(number, address, what became of it)."""
    plan, slot = plan_of(parts.settings, name), slot_of(name, week)
    if plan is None or not plan.said.deliver:
        raise AfterwordError(f"The report {name} has no addresses.", "Name them in deliver_env.")
    last = len(plan.said.deliver)
    if which != ALL and not (which.isascii() and which.isdigit() and 1 <= int(which) <= last):
        raise AfterwordError(f"There is no address {which[:20]}.", f"They are numbered from 1 to {last}.")
    with parts.database.read() as connection:
        if reports.find(connection, slot) is None:
            raise AfterwordError(f"There is no report of week {week} yet.", "It is sent when it is made.")
        found = [
            (number, address, writes.get(connection, notify.key(slot, address.reveal())))
            for number, address in enumerate(plan.said.deliver, start=1)
        ]
    return [one for one in found if which in (ALL, str(one[0]))]


def _said(write: Write | None) -> str:
    if write is None or write.state == "planned":
        return "not sent yet"
    if write.state == "done":
        return "taken by its service"
    if write.state == "sending":
        return "being sent"
    return write.reason.rstrip(".")[:1].lower() + write.reason.rstrip(".")[1:]
