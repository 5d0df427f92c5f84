"""Tells the operator what needs a person: once, a reminder a day, and once when it is over. Asked by the clock.

What is told is decided and taken in one transaction; sending follows in a thread of its own, so that an address which
does not answer holds up nothing. A telling whose sending fails is not sent again before the next day; it is in the log
in any case. Alarms go out also while everything else is paused: that it is paused is what they say.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from connectors.base import AfterwordError
from service import alarm_conditions
from service.engine import Distributed
from service.followup.notify import Send, by_apprise
from service.parts import Parts
from service.store import alerts, meta
from service.store.alerts import Kind, Telling

log = structlog.get_logger()

EVERY = timedelta(minutes=1)
#: the clock's own process asks the vendors so often when their tokens end
LEARN = timedelta(days=1)
_LEARNED = "alerts_tokens_at"

#: the beginning of a key → what stands in the subject
ABOUT = {
    "paused": "paused",
    "denied": "a connection is refused",
    "person": "a person is asked",
    "silent": "a source is silent",
    "token": "a token ends",
    "sync": "a sync is late",
    "poll": "a look for missed closings is late",
    "disk": "little room",
    "public": "a place became public",
    "report": "a report did not arrive",
    "duplicate": "an action item has two issues",
}
SAID = {Kind.NEW: "{text}", Kind.AGAIN: "Still so, since {since}: {text}", Kind.OVER: "This is over: {text}"}


def look(parts: Parts, send: Send = by_apprise) -> threading.Thread | None:
    """Looks, at most once a minute over all processes, and tells in the background. Never raises for a database that is
    away, nor for an address. Gives the thread that sends, if there is something to send."""
    now = parts.now()
    try:
        with parts.database.begin() as connection:
            up_since = alerts.take_turn(connection, now, EVERY)
            if up_since is None:
                return None
            tellings = alerts.settle(connection, alarm_conditions.found(parts, connection, now, up_since), now)
            learn = isinstance(parts.engine, Distributed) and _due(parts, meta.get(connection, _LEARNED))
            if learn:
                meta.replace(connection, _LEARNED, now.isoformat())
    except AfterwordError as error:
        log.error("the alarms could not look", error=error.message)
        return None
    for one in tellings:
        log.warning("alert", key=one.key, kind=one.kind.value, text=one.text)
    if not learn and not (tellings and parts.settings.alerts.deliver):
        return None
    thread = threading.Thread(target=_tell, args=(parts, tellings, send, learn), name="alarms", daemon=True)
    thread.start()
    return thread


def _due(parts: Parts, learned: str | None) -> bool:
    return learned is None or learned <= (parts.now() - LEARN).isoformat()


def _tell(parts: Parts, tellings: Sequence[Telling], send: Send, learn: bool) -> None:
    for telling in tellings:
        title, text = worded(parts, telling)
        for number, address in enumerate(parts.settings.alerts.deliver, start=1):
            try:
                taken = send(address.reveal(), title, text, None)
            except AfterwordError as error:
                log.warning("an alert was not sent", key=telling.key, address=number, error=error.message)
                continue
            if not taken:
                log.warning("an address did not take an alert", key=telling.key, address=number)
    if learn:
        _learn(parts)


def worded(parts: Parts, telling: Telling) -> tuple[str, str]:
    """(subject, text)."""
    host = urlsplit(parts.settings.public_url).netloc
    days = parts.texts.days
    since = f"{days.stamp(telling.since, parts.now())} {days.zone(telling.since)}"
    about = ABOUT[telling.key.partition(":")[0]]
    over = "over: " if telling.kind is Kind.OVER else ""
    return (
        f"Afterword, {over}{about}",
        f"Afterword at {host}. {SAID[telling.kind].format(text=telling.text, since=since)}",
    )


def _learn(parts: Parts) -> None:
    """A clock of its own makes no calls, so nobody would tell it when a token ends."""
    try:
        for source in parts.sources.values():
            source.check()
        for tracker in parts.trackers.values():
            tracker.check(())
        ends = {name: at.isoformat() for name, at in alarm_conditions.known_ends(parts).items()}
        with parts.database.begin() as connection:
            meta.replace(connection, alarm_conditions.TOKENS, json.dumps(ends))
    except AfterwordError as error:
        log.warning("when the tokens end could not be asked", error=error.message)
