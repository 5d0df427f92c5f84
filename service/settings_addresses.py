"""Who gets what: Apprise URLs are secrets, so the settings name variables that hold them; and the zone of all of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from connectors.base import Secret
from service.settings_faults import Fault, FaultKind, Place
from service.settings_followup import Report
from service.settings_model import Alerts, Settings
from service.settings_secrets import names_in, not_set

#: an address is decoded by the service that it is of, some twice
_DECODED = 3


def broken(address: str) -> bool:
    """Whether it holds a character that ends a line of a mail's head, plain or encoded: what follows would be read as a
    line of its own, such as another recipient."""
    for _ in range(_DECODED):
        if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in address):
            return True
        address = unquote(address)
    return False


class Addresses:
    """Puts a secret for each address beside the variables that name them."""

    def __init__(self, environ: Mapping[str, str], how: str, faults: list[Fault]) -> None:
        self.environ = environ
        self.how = how
        self.faults = faults

    def fill(self, values: dict[str, Any]) -> None:
        for part, usual in (("report", Report().deliver_env), ("alerts", Alerts().deliver_env)):
            table = values.get(part, {})
            if isinstance(table, dict) and "deliver" not in table:
                values[part] = {**table, "deliver": self._of((part, "deliver_env"), table, usual)}
        named = values.get("reports")
        if isinstance(named, dict):
            values["reports"] = {
                name: {**table, "deliver": self._of(("reports", name, "deliver_env"), table, ())}
                if isinstance(table, dict) and "deliver" not in table
                else table
                for name, table in named.items()
            }
        people = values.get("people")
        if isinstance(people, list):
            values["people"] = [
                {**one, "notify": self._of(("people", number, "notify_env"), one, ())} if isinstance(one, dict) else one
                for number, one in enumerate(people)
            ]

    def _of(self, place: Place, table: dict[str, Any], usual: tuple[str, ...]) -> tuple[Secret, ...]:
        """One secret per address; a variable that is named must be set."""
        found: list[Secret] = []
        setting = str(place[-1])
        for name in names_in(table.get(setting, usual)):
            addresses = self.environ.get(name, "").split()
            if not addresses and setting in table:
                self.faults.append(not_set(place, name, self.how))
            for number, address in enumerate(addresses, start=1):
                if broken(address):
                    text = f"{setting}: address {number} of {name} holds a line break or another control character."
                    mend = "Write it without %0A, %0D and the like."
                    self.faults.append(Fault(place, text, mend, kind=FaultKind.ADDRESS))
            found += [
                Secret(lambda address=address: address, f"the variable {name}, address {number}")  # type: ignore[misc]
                for number, address in enumerate(addresses, start=1)
            ]
        return tuple(found)


def in_one_zone(settings: Settings, raw: Mapping[str, Any]) -> Settings:
    """Where no zone is said, that of documents."""
    zone = settings.timezone

    def says(*path: str) -> bool:
        table: Any = raw
        for name in path:
            table = table.get(name, {}) if isinstance(table, Mapping) else {}
        return isinstance(table, Mapping) and "timezone" in table

    updates: dict[str, Any] = {}
    if not says("report"):
        updates["report"] = settings.report.model_copy(update={"timezone": zone})
    if not says("nudges"):
        updates["nudges"] = settings.nudges.model_copy(update={"timezone": zone})
    updates["reports"] = {
        name: one if says("reports", name) else one.model_copy(update={"timezone": zone})
        for name, one in settings.reports.items()
    }
    return settings.model_copy(update=updates)
