"""When to try again what a vendor did not do."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import Limited

#: after something that mends itself: the network, an outage
SOON = timedelta(minutes=1)
LONGEST = timedelta(hours=1)


def retry_after(error: Limited) -> timedelta:
    """What the vendor asks for; a minute where it says nothing, a day at most."""
    return timedelta(seconds=min(error.retry_after or 60.0, 86400.0))


def backoff(tries: int) -> timedelta:
    """2, 4, 8 … seconds, an hour at most."""
    return min(timedelta(seconds=2 << min(tries, 20)), LONGEST)
