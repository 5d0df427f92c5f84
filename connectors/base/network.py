"""How vendors are reached from here: what the settings say of proxy and certificates. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.base.tickets import Secret


@dataclass(frozen=True, slots=True)
class Network:
    """`ca_bundle`: a PEM file in place of the usual authorities. `proxy`: its address, which may hold a password.
    `direct`: hosts that are reached without the proxy."""

    ca_bundle: str | None = None
    proxy: Secret | None = None
    direct: tuple[str, ...] = ()
