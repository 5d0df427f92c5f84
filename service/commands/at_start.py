"""A look at every connection when a process starts: in the background, as a start must not wait for a vendor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from service import pause
from service.checking import whole
from service.checking.line import MEND, counted
from service.parts import Parts
from service.store.database import StoreUnavailable

log = structlog.get_logger()

#: where `init` writes the settings unless told otherwise
MINE = Path("config/mine.toml")
#: seconds that the end of the process waits for a look that is under way
PATIENCE = 2.0


@contextmanager
def beside(parts: Parts, again: str) -> Iterator[None]:
    """Says in a few lines what is to mend, on the screen and in the log, while the process works; nothing waits for it.

    When the work ends, nothing more is said: a thread that writes while Python ends takes the process down with it.
    """
    over = threading.Event()
    thread = threading.Thread(target=look, args=(parts, again, over), name="check at start", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE)


def look(parts: Parts, again: str, over: threading.Event) -> None:
    if not parts.sources and not parts.trackers:
        _say(over, _unconnected(again))
        return
    try:
        with parts.database.read() as connection:
            stopped = pause.standing(parts, connection)
    except StoreUnavailable as error:  # it went away just now; who needs it says so
        log.warning("the connections were not tried at the start", error=error.message)
        return
    if stopped is not None:
        _say(over, f"Paused, so nothing leaves: {stopped.why}\n  {again} resume")
        log.warning("paused at the start", why=stopped.why)
    mends = [line for line in whole.connected(parts, again) if line.level == MEND]
    if over.is_set():
        return
    if not mends:
        _say(over, "Every connection was tried and is well.")
        return
    told = [f"  {line.part} {line.name}   {line.whole}" for line in mends]
    _say(over, "\n".join([f"{counted(len(mends), 'thing')} to mend. In full:  {again} check", *told]))
    for line in mends:
        log.warning("to mend", part=line.part, name=line.name, subject=line.subject, text=line.text)


def _say(over: threading.Event, text: str) -> None:
    if not over.is_set():
        print(text, flush=True)


def _unconnected(again: str) -> str:
    if MINE.exists():
        return f"Nothing is connected in these settings. Are they those of {MINE}?  export AFTERWORD_CONFIG={MINE}"
    return f"Nothing is connected yet:  {again} init"
