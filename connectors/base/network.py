"""How vendors are reached from here: what the settings say of proxy and certificates, and who counts the calls.

Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.base.tickets import Secret

#: told the outcome of each request that is sent, one of `OUTCOMES`; by any thread, and at once
Tally = Callable[[str], None]

#: by what the vendor's status line said: a write without a clear one is unknown, a read unavailable
OUTCOMES = ("ok", "refused", "limited", "denied", "missing", "unavailable", "unknown")


@dataclass(frozen=True, slots=True)
class Network:
    """`ca_bundle`: a PEM file in place of the usual authorities. `proxy`: its address, which may hold a password.
    `direct`: hosts that are reached without the proxy."""

    ca_bundle: str | None = None
    proxy: Secret | None = None
    direct: tuple[str, ...] = ()
    tally: Tally | None = None
