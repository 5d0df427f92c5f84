"""The one switch: while it is set, nothing leaves. Looked at before each outward write, in the transaction that begins
it; receiving, reading and writing documents go on.

Set by `pause`, by a storm of closures, by a database that was copied to another address, or by a file that an operator
touches. What it holds back is asked for again after a while and goes on where it stood.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError
from service.parts import Parts
from service.store import meta, writes

SWITCH, RESUMED, ADDRESS = "paused", "resumed_at", "public_url"
#: when what was held back looks again; `resume` wakes it at once
AGAIN = timedelta(minutes=1)

STORM = (
    "{many} incidents closed within an hour, more than the {most} of max_per_hour. Nothing is filed "
    "until a person says so."
)
COPIED = (
    "This database was at work for {before}, and public_url is now {now}. If it moved there, say `resume`. If it is a "
    "copy, leave it paused: two would file and report the same."
)
BY_FILE = "The file {file} is there. Remove it to go on."
BY_HAND = "A person paused it."


class Paused(AfterwordError):
    """Something was about to leave, and the switch is set. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Pause:
    why: str
    since: datetime
    by_file: bool = False


def standing(parts: Parts, connection: Connection) -> Pause | None:
    """Whether, and why, nothing leaves now."""
    said = meta.get(connection, SWITCH)
    if said is not None:
        read = json.loads(said)
        return Pause(str(read["why"]), datetime.fromisoformat(read["since"]))
    file = parts.settings.pause_file
    try:
        since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    return Pause(BY_FILE.format(file=file), since, by_file=True)


def guard(parts: Parts, connection: Connection) -> None:
    """Raises Paused where nothing may leave."""
    if (pause := standing(parts, connection)) is not None:
        raise Paused(f"Paused: {pause.why}", "`python -m service resume` goes on.")


def begin(connection: Connection, why: str, now: datetime, *, copied: bool = False) -> bool:
    """Sets the switch; the first reason stays. False: it was set. `copied`: it ends with its reason."""
    mine = json.dumps({"why": why, "since": now.isoformat(), "copied": copied})
    return meta.set_once(connection, SWITCH, mine) == mine


def look_at_address(connection: Connection, public_url: str, now: datetime) -> None:
    """At a start: a database that was at work for another address is a copy, or moved. A person says which; or its own
    address is back, and it was a slip."""
    before = meta.set_once(connection, ADDRESS, public_url)
    if before == public_url:
        said = meta.get(connection, SWITCH)
        if said is not None and json.loads(said).get("copied"):
            meta.remove(connection, SWITCH)
    elif writes.any_begun(connection):
        begin(connection, COPIED.format(before=before, now=public_url), now, copied=True)
    else:
        meta.replace(connection, ADDRESS, public_url)  # nothing ever left it: the address was only just decided


def end(connection: Connection, public_url: str, now: datetime) -> None:
    meta.remove(connection, SWITCH)
    meta.replace(connection, ADDRESS, public_url)
    meta.replace(connection, RESUMED, now.isoformat())


def resumed_at(connection: Connection) -> datetime | None:
    """Since when closings count towards a storm."""
    said = meta.get(connection, RESUMED)
    return datetime.fromisoformat(said) if said else None
