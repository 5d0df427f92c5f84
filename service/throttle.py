"""What one source may cost us, in bytes: how much with a wrong signature, and how much that is stored. No I/O.

A request is not refused for being one of many. To verify a small body costs no more than to refuse it would, so that is
always done: whoever floods us with bad signatures cannot keep the vendor's own deliveries out, many of which are never
sent again. What a flood is held to is the bytes that it makes us hash and hold: large bodies are turned away with 503
while too many bytes failed. Addresses count for nothing, as behind a proxy all are the same. A good signature pays
only for what it stores, far above every vendor's burst: a leaked secret, or a delivery sent over and over under other
ids, shall not fill a disk in minutes.

Twenty lines of our own rather than `limits` or pyrate-limiter: those count calls, behind a lock, before their outcome
is known, and cost more than the HMAC of a usual delivery. Each process counts for itself.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

MIB = 1024 * 1024
#: as much as no vendor's usual delivery holds, and whose HMAC takes about 0.2 ms
SMALL = 256 * 1024
#: (bytes at once, bytes a second after that)
REFUSED = (64 * MIB, 1 * MIB)
STORED = (512 * MIB, 16 * MIB)


class Bucket:
    """Bytes that may pass. Without a lock: two threads at the same moment may miscount by a body, which is harmless."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, burst: int, rate: int) -> None:
        self._burst, self._rate = burst, rate
        self._left: float = burst
        self._at = 0.0  # POSIX seconds

    def take(self, size: int, at: float) -> None:
        passed = max(at - self._at, 0.0)
        self._left = min(self._left + passed * self._rate, self._burst) - size
        self._at = at

    def wait(self, at: float) -> float:
        """Seconds until something may pass again; 0 while it may."""
        left = self._left
        if left > 0:
            return 0.0
        self._at = min(self._at, at)  # a clock that was set back shuts nobody out until it has caught up
        return max(-left / self._rate - (at - self._at), 0.0)


class Throttle:
    """Of one source."""

    def __init__(self) -> None:
        self._refused, self._stored = Bucket(*REFUSED), Bucket(*STORED)
        self._said: datetime | None = None

    def wait(self, size: int, now: datetime) -> int:
        """Seconds after which a delivery of so many bytes may be sent again; 0: it may pass."""
        at = now.timestamp()
        seconds = self._stored.wait(at)
        if size > SMALL:
            seconds = max(seconds, self._refused.wait(at))
        return math.ceil(seconds)

    def refused(self, size: int, now: datetime) -> None:
        """Its signature was wrong, or it was too large."""
        self._refused.take(size, now.timestamp())

    def worth_saying(self, now: datetime) -> bool:
        """Once a minute, that deliveries are turned away."""
        said = self._said is not None and timedelta(0) <= now - self._said < timedelta(minutes=1)
        if not said:
            self._said = now
        return not said

    def stored(self, size: int, now: datetime) -> None:
        self._stored.take(size, now.timestamp())
