"""What an operator should be told of: a key for each trouble that stands now, and its text. No word of a ticket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from connectors.base import AfterwordError, Source, Tracker
from service import accounts, duplicates, pause, places
from service.checking.room import room
from service.engine import Distributed
from service.followup.week import of_slot, page_of
from service.parts import Parts
from service.store import arrivals, connections, meta, needs, polls

#: where a clock of its own keeps what it learned of tokens (it makes no other calls)
TOKENS = "alerts_tokens"

PAUSED = "Nothing leaves{since}: {why} Look at what waits, then say `python -m service resume`."
REFUSED = (
    "{names}: the sign-in is refused since {since}. {reason} Until that is mended nothing is asked there but, once in "
    "a while, whether it is; then everything goes on by itself."
)
PERSON = "{items} for a person to say what becomes of {them}: {page}"
SILENT = (
    "No delivery of the source {name} came for {days} days{last}. If incidents were closed meanwhile, look at its "
    "webhook; `silent_days` below [alerts] says when this is told."
)
ENDING = "The token of {names} {ends} on {day}. Make a new one with the same rights, and put it where this one stands."
SYNC = (
    "The last sync of {name} that went well was {at}. What the pages show of it may be old; `python -m service check` "
    "says what is wrong."
)
POLL = (
    "The last time that {name} said what was closed was {at}. An incident whose webhook was lost meanwhile is not "
    "known here; `python -m service check` says what is wrong."
)
DISK = "{free} MB are free in {folder}, less than the {least} MB of disk_mb. When it is full nothing can be received."
PUBLIC = (
    "{place} ({name}) became public on {day}. Nothing is filed there until a person says `python -m service resume`, "
    "or its route says `publish = true`."
)
SECOND = (
    "{label} has a second issue with the same marker: {other}. Look which of the two is worked on, and close the "
    "other; `python -m service duplicates` looks again."
)
REPORT = (
    "The report {slot} did not reach {addresses}, or may not have arrived there. Look: {page}. It is not sent a second "
    "time by itself; `python -m service report --week {week} --name {name} --resend` sends it once more."
)
DIGEST = (
    "The digest {slot} did not reach {addresses}, or may not have arrived there. `python -m service dead-letters` "
    "says why."
)


def found(parts: Parts, connection: Connection, now: datetime, up_since: datetime) -> dict[str, str]:
    """Key → text. `up_since`: since when the service runs without a break."""
    made: dict[str, str] = {}
    for part in (_paused, _refused, _person, _tokens, _public, _reports, _duplicates):
        made.update(part(parts, connection, now))
    made.update(_silent(parts, connection, now))
    made.update(_sync(parts, connection, now, up_since))
    made.update(_poll(parts, connection, now, up_since))
    made.update(_disk(parts))
    return made


Found = Iterator[tuple[str, str]]


def _paused(parts: Parts, connection: Connection, now: datetime) -> Found:
    stopped = pause.standing(parts, connection)
    if stopped is not None:
        since = f" since {_when(parts, stopped.since)}"
        yield "paused", PAUSED.format(since=since, why=stopped.why)


def _refused(parts: Parts, connection: Connection, now: datetime) -> Found:
    for one in connections.every(connection):
        names = accounts.named(parts, connection, one.account)
        if one.state == connections.DENIED and names:  # else it is no longer in the settings
            since = _when(parts, one.since)
            yield f"denied:{one.account}", REFUSED.format(names=" and ".join(names), since=since, reason=one.reason)


def _person(parts: Parts, connection: Connection, now: datetime) -> Found:
    number = needs.items_for_a_person(connection)
    if number:
        items, them = ("1 action item waits", "it") if number == 1 else (f"{number} action items wait", "them")
        yield "person", PERSON.format(items=items, them=them, page=f"{parts.settings.public_url}/")


def _silent(parts: Parts, connection: Connection, now: datetime) -> Found:
    days = parts.settings.alerts.silent_days
    if not days:
        return
    last = arrivals.last_by_source(connection)
    first_boot = _first_boot(connection, now)
    for name in parts.sources:
        if now - last.get(name, first_boot) > timedelta(days=days):
            said = f", the last on {_when(parts, last[name])}" if name in last else ""
            yield f"silent:{name}", SILENT.format(name=name, days=days, last=said)


def _tokens(parts: Parts, connection: Connection, now: datetime) -> Found:
    """Connections whose tokens end at the same moment have one token, most likely."""
    ends: dict[datetime, list[str]] = {}
    for name, at in token_ends(parts, connection).items():
        if at - now <= timedelta(days=parts.settings.alerts.token_days):
            ends.setdefault(at, []).append(name)
    for at, names in ends.items():
        word = "ended" if at <= now else "ends"
        day = parts.texts.days.weekday_day(at)
        yield f"token:{names[0]}", ENDING.format(names=" and ".join(dict.fromkeys(names)), ends=word, day=day)


def token_ends(parts: Parts, connection: Connection) -> dict[str, datetime]:
    """Name of a source or tracker → when its token ends, where that is known."""
    if isinstance(parts.engine, Distributed):
        kept = json.loads(meta.get(connection, TOKENS) or "{}")
        return {name: datetime.fromisoformat(at) for name, at in kept.items()}
    return known_ends(parts)


def known_ends(parts: Parts) -> dict[str, datetime]:
    """As the connections of this process were last told."""
    ends: dict[str, datetime] = {}
    connections: list[tuple[str, Source | Tracker]] = [*parts.sources.items(), *parts.trackers.items()]
    for name, one in connections:
        try:
            at = one.token_ends()
        except AfterwordError:  # its file is gone, which the next call to the vendor says
            continue
        if at is not None:
            ends[name] = min(at, ends.get(name, at))
    return ends


def _public(parts: Parts, connection: Connection, now: datetime) -> Found:
    for name, place, since in places.opened(connection):
        day = parts.texts.days.day(since)
        yield f"public:{name}/{place}", PUBLIC.format(place=place, name=name, day=day)


def _reports(parts: Parts, connection: Connection, now: datetime) -> Found:
    for slot, number in needs.unsent_reports(connection, now).items():
        addresses = "1 address" if number == 1 else f"{number} addresses"
        if slot.startswith("digest-"):
            yield f"report:{slot}", DIGEST.format(slot=slot, addresses=addresses)
            continue
        name, week = of_slot(slot)
        page = f"{parts.settings.public_url}{page_of(slot)}"
        yield f"report:{slot}", REPORT.format(slot=slot, addresses=addresses, page=page, name=name, week=week)


def _duplicates(parts: Parts, connection: Connection, now: datetime) -> Found:
    for name in parts.trackers:
        for one in duplicates.kept(connection, name):
            yield f"duplicate:{one.marker}", SECOND.format(label=one.label, other=one.other)


def _sync(parts: Parts, connection: Connection, now: datetime, up_since: datetime) -> Found:
    """While the service was down nothing could be synced: only what stays old while it runs is told."""
    synced = needs.synced(connection)
    longest = timedelta(hours=parts.settings.alerts.sync_hours)
    for name in parts.trackers:
        if now - max(synced.get(name, up_since), up_since) > longest:
            at = _when(parts, synced[name]) if name in synced else "never"
            yield f"sync:{name}", SYNC.format(name=name, at=at)


def _poll(parts: Parts, connection: Connection, now: datetime, up_since: datetime) -> Found:
    """As of a sync; the time between two polls, which may be longer, is none of it."""
    every = parts.settings.sync.reconcile
    if not every:
        return
    polled = polls.last(connection)
    longest = timedelta(hours=parts.settings.alerts.sync_hours) + timedelta(minutes=every)
    for name in parts.sources:
        if now - max(polled.get(name, up_since), up_since) > longest:
            at = _when(parts, polled[name]) if name in polled else "never"
            yield f"poll:{name}", POLL.format(name=name, at=at)


def _disk(parts: Parts) -> Found:
    least, there = parts.settings.alerts.disk_mb, room(parts.settings)
    if least and there and there[1] < least:
        yield "disk", DISK.format(free=there[1], folder=there[0], least=least)


def _first_boot(connection: Connection, now: datetime) -> datetime:
    said = meta.get(connection, "first_boot")
    return datetime.fromisoformat(said) if said else now


def _when(parts: Parts, at: datetime) -> str:
    return f"{parts.texts.days.stamp(at, parts.now())} {parts.texts.days.zone(at)}"
