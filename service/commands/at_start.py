"""A look at every connection when a process starts: in the background, as a start must not wait for a vendor."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog

from service import pause
from service.checking import whole
from service.checking.line import MEND, counted
from service.parts import Parts

log = structlog.get_logger()

#: where `init` writes the settings unless told otherwise
MINE = Path("config/mine.toml")


def in_background(parts: Parts, again: str) -> threading.Thread:
    """Says in a few lines what is to mend, on the screen and in the log; nothing waits for it."""
    thread = threading.Thread(target=look, args=(parts, again), name="check at start", daemon=True)
    thread.start()
    return thread


def look(parts: Parts, again: str) -> None:
    if not parts.sources and not parts.trackers:
        print(_unconnected(again), flush=True)
        return
    with parts.database.read() as connection:
        stopped = pause.standing(parts, connection)
    if stopped is not None:
        print(f"Paused, so nothing leaves: {stopped.why}\n  {again} resume", flush=True)
        log.warning("paused at the start", why=stopped.why)
    mends = [line for line in whole.connected(parts, again) if line.level == MEND]
    if not mends:
        print("Every connection was tried and is well.", flush=True)
        return
    told = [f"  {line.part} {line.name}   {line.whole}" for line in mends]
    many = f"{counted(len(mends), 'thing')} to mend. In full:  {again} check"
    print("\n".join([many, *told]), flush=True)
    for line in mends:
        log.warning("to mend", part=line.part, name=line.name, subject=line.subject, text=line.text)


def _unconnected(again: str) -> str:
    if MINE.exists():
        return f"Nothing is connected in these settings. Are they those of {MINE}?  export AFTERWORD_CONFIG={MINE}"
    return f"Nothing is connected yet:  {again} init"
