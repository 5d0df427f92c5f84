"""A look at every connection when a process starts: in the background, as a start must not wait for a vendor."""

from __future__ import annotations

import threading

import structlog

from service.checking import whole
from service.checking.line import MEND, counted
from service.parts import Parts

log = structlog.get_logger()


def in_background(parts: Parts, again: str) -> threading.Thread:
    """Says in a few lines what is to mend, on the screen and in the log; nothing waits for it."""
    thread = threading.Thread(target=look, args=(parts, again), name="check at start", daemon=True)
    thread.start()
    return thread


def look(parts: Parts, again: str) -> None:
    if not parts.sources and not parts.trackers:
        print(f"Nothing is connected yet:  {again} init", flush=True)
        return
    mends = [line for line in whole.connected(parts, again) if line.level == MEND]
    if not mends:
        print("Every connection was tried and is well.", flush=True)
        return
    told = [f"  {line.part} {line.name}   {line.whole}" for line in mends]
    many = f"{counted(len(mends), 'thing')} to mend. In full:  {again} check"
    print("\n".join([many, *told]), flush=True)
    for line in mends:
        log.warning("to mend", part=line.part, name=line.name, subject=line.subject, text=line.text)
