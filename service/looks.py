"""Which looks for earlier filings this process made a moment ago, so that what is put back for a turn costs no call.

A look holds for what was looked for and not sent since, and only while no other attempt had the incident in between: a
database that was restored meanwhile, or another worker, is looked after anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from connectors.base import Tracker
from service.store.work import Lease

HOLDS = timedelta(minutes=5)
_MOST = 1000


@dataclass(slots=True)
class _Look:
    at: datetime
    attempt: int  # the last of the incident's row that saw to it
    keys: set[str]


class Looks:
    """Those of one tracker's client, which is made anew with every start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: dict[tuple[str, str | None], _Look] = {}

    def made(self, lease: Lease, place: str | None, keys: Iterable[str], now: datetime) -> None:
        with self._lock:
            if len(self._looks) >= _MOST:
                self._looks.clear()
            self._looks[lease.key, place] = _Look(now, lease.attempt, set(keys))

    def holds(self, lease: Lease, place: str | None, key: str, now: datetime) -> bool:
        """Whether this item was looked for, and nothing since then speaks against it."""
        with self._lock:
            look = self._kept(lease, place, now)
            return look is not None and key in look.keys

    def goes_on(self, lease: Lease, place: str | None, now: datetime) -> None:
        """This attempt had the incident, and is put back."""
        with self._lock:
            self._kept(lease, place, now)

    def _kept(self, lease: Lease, place: str | None, now: datetime) -> _Look | None:
        look = self._looks.get((lease.key, place))
        if look is None:
            return None
        if lease.attempt - look.attempt not in (0, 1) or not timedelta(0) <= now - look.at <= HOLDS:
            del self._looks[lease.key, place]
            return None
        look.attempt = lease.attempt
        return look

    def sent(self, lease: Lease, place: str | None, key: str) -> None:
        """What was sent is there, or may be: the look says nothing about it any more."""
        with self._lock:
            look = self._looks.get((lease.key, place))
            if look is not None:
                look.keys.discard(key)


_OF: WeakKeyDictionary[Tracker, Looks] = WeakKeyDictionary()
_LOCK = threading.Lock()


def of(tracker: Tracker) -> Looks:
    with _LOCK:
        return _OF.setdefault(tracker, Looks())
