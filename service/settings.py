"""Reads the settings: one TOML file and the environment become one frozen model. Every fault is reported at once.

A secret comes by variable (`token_env = "GITHUB_TOKEN"`) or by file (`token_file = "/run/secrets/token"`), never as
a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from service.followup.week import WEEKLY
from service.settings_addresses import Addresses, in_one_zone
from service.settings_faults import (
    Fault,
    FaultKind,
    Place,
    SettingsError,
    at_its_place,
    from_validation,
    holds_secret,
    mentions,
    secret_in_file,
    shown,
    unknown_key,
)
from service.settings_leaks import leaks
from service.settings_model import Settings
from service.settings_people import people_faults
from service.settings_secrets import Secrets, how_to_set, names_in
from service.settings_text import written
from service.settings_values import database_url

__all__ = ["DEFAULT", "Fault", "Settings", "SettingsError", "read"]

#: Read when neither a path nor AFTERWORD_CONFIG is given.
DEFAULT = Path(__file__).parents[1] / "config" / "default.toml"

_NAME = re.compile(r"[a-z0-9-]+")
#: of a report: with its week it fits the 40 characters of a slot
LONGEST_NAME = 30


def read(path: Path | None, environ: Mapping[str, str], kinds: Mapping[str, Any]) -> Settings:
    """The settings of this process. `path` None: AFTERWORD_CONFIG, else config/default.toml.

    `kinds` maps a connector's name to its module; `SourceSettings` and `TrackerSettings` there are pydantic models.
    Raises SettingsError with every fault that was found.
    """
    file, raw, lines = written(path or Path(environ.get("AFTERWORD_CONFIG") or DEFAULT))
    leaked = leaks(raw)
    reading = _Reading(environ, kinds, how_to_set(file))
    sources = reading.connectors(raw.pop("sources", {}), "sources", "SourceSettings")
    trackers = reading.connectors(raw.pop("trackers", {}), "trackers", "TrackerSettings")
    settings = reading.rest(raw, sources, trackers)
    # What a leak was taken for would show it: the leak alone is told of.
    faults = [*leaked, *(one for one in reading.faults if not any(_within(one, leak) for leak in leaked))]
    if faults or settings is None:
        raise SettingsError([at_its_place(fault, Settings) for fault in faults], file, lines)
    settings.read_from(file, lines)
    return settings


def _within(fault: Fault, leak: Fault) -> bool:
    """Whether it speaks of the same key, or of the secret that the key names."""
    end = max(number for number, part in enumerate(leak.place) if isinstance(part, str))
    *table, key = leak.place[: end + 1]
    plain = str(key).removesuffix("_env").removesuffix("_file")
    return any(fault.place[: end + 1] == (*table, one) for one in (key, plain, f"{plain}_env"))


class _Reading:
    """One reading: collects the faults on its way."""

    def __init__(self, environ: Mapping[str, str], kinds: Mapping[str, Any], how: str) -> None:
        self.environ = environ
        self.kinds = kinds
        self.faults: list[Fault] = []
        self.how = how  # what to do where a variable is not set
        self.secrets = Secrets(environ, self.faults, how)

    def connectors(self, raw: object, group: str, wanted: str) -> dict[str, BaseModel | None]:
        """Name → the connector's own settings; None where they have a fault."""
        if not isinstance(raw, dict):
            self.faults.append(Fault((group,), f"{group} is not a table. Write [{group}.name]"))
            return {}
        return {name: self._connector(section, (group, name), wanted) for name, section in raw.items()}

    def _connector(self, section: object, place: Place, wanted: str) -> BaseModel | None:
        group, name = str(place[0]), place[1]
        side = group.removesuffix("s")
        if not _NAME.fullmatch(str(name)):
            self.faults.append(
                Fault((*place, ""), f"{name} does not fit a name.", "Use a-z, 0-9 and -.", kind=FaultKind.NAME)
            )
        if not isinstance(section, dict):
            self.faults.append(Fault(place, f"{name} is not a table. Write it below a line [{group}.{name}]"))
            return None
        fitting = [kind for kind, module in self.kinds.items() if hasattr(module, wanted)]
        kind = section.get("kind")
        if kind not in fitting:
            text = "kind is missing." if kind is None else f"There is no {side} of the kind {kind}."
            mend = f"Write one of: {', '.join(sorted(fitting))}."
            self.faults.append(Fault((*place, "kind"), text, mend, kind=FaultKind.CONNECTOR))
            return None
        model: type[BaseModel] = getattr(self.kinds[kind], wanted)
        before = len(self.faults)
        values = self._with_secrets(section, model, place)
        if "kind" not in model.model_fields:
            del values["kind"]
        try:
            made = model.model_validate(values)
        except ValidationError as error:
            secret = {name for name, info in model.model_fields.items() if holds_secret(info)}  # told of above
            found = from_validation(error, model, place, section)
            self.faults += [fault for fault in found if fault.place[-1] not in secret]
            return None
        return made if len(self.faults) == before else None

    def _with_secrets(self, section: dict[str, Any], model: type[BaseModel], place: Place) -> dict[str, Any]:
        """The section with each X_env and X_file replaced by the secret X."""
        values = dict(section)
        for field, info in model.model_fields.items():
            if not holds_secret(info):
                continue
            by_variable, by_file = f"{field}_env", f"{field}_file"
            many = mentions(info.annotation, tuple)
            found = self.secrets.named(values.pop(by_variable, None), values.pop(by_file, None), field, place)
            if found:
                values[field] = tuple(found) if many else found[0]
                if len(found) > 1 and not many:
                    self.faults.append(Fault((*place, by_variable), f"{field} takes one name, not {len(found)}."))
            elif values.pop(field, None) is not None:
                self.faults.append(secret_in_file((*place, field)))
            elif field == "secret" and place[0] == "sources" and not _lets_in_otherwise(section):
                self._refuse_unsigned(section, place)
            elif info.is_required() and not {by_variable, by_file} & section.keys():
                mend = f'Name the variable that holds it: {by_variable} = "…"'
                self.faults.append(Fault((*place, field), f"{field} is missing.", mend, kind=FaultKind.MISSING))
        return values

    def _refuse_unsigned(self, section: dict[str, Any], place: Place) -> None:
        """Says in one fault what is wrong with a source's secret, in place of what was said of its variable."""
        mend = "Set it to the secret of the webhook. To accept unsigned deliveries, say unsigned = true."
        found = [fault for fault in self.faults if fault.place in {(*place, "secret_env"), (*place, "secret_file")}]
        self.faults[:] = [fault for fault in self.faults if fault not in found]
        for fault in found:
            names = names_in(section.get("secret_env"))
            unset = "is not set" in fault.text and len(names) == 1
            text = f"secret_env names {names[0]}, which is not set." if unset else fault.text
            more = f" {self.how}" if unset else ""
            self.faults.append(Fault(fault.place, f"no secret: {text}", f"{mend}{more}", kind=FaultKind.UNSIGNED))
        if not found and "secret" not in section:
            mend = (
                'Write secret_env = "…" with the variable\'s name. To accept unsigned deliveries, say unsigned = true.'
            )
            self.faults.append(Fault((*place, ""), "no secret.", mend, kind=FaultKind.UNSIGNED))

    def rest(
        self, raw: dict[str, Any], sources: Mapping[str, BaseModel | None], trackers: Mapping[str, BaseModel | None]
    ) -> Settings | None:
        """Everything besides the connectors; None where something has a fault."""
        values = dict(raw)
        Addresses(self.environ, self.how, self.faults).fill(values)
        self._proxy(values)
        self._database(values)
        self._port(values)
        self._report_names(values.get("reports"))
        self.faults += people_faults(values.get("people"))
        self._tracker_names(values, trackers)
        self._places(values, trackers)
        values["default_tracker"] = values.get("default_tracker", next(iter(trackers), None))
        values["sources"], values["trackers"] = _whole(sources), _whole(trackers)
        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            self.faults += from_validation(error, Settings, (), raw)
            return None
        return in_one_zone(settings, raw)

    def _proxy(self, values: dict[str, Any]) -> None:
        """The proxy's address may hold a password, so it comes by variable; what it is for people is looked at here."""
        network = values.get("network")
        if not isinstance(network, dict):
            return
        if network.pop("proxy", None) is not None:
            self.faults.append(secret_in_file(("network", "proxy")))
        name = network.get("proxy_env")
        if not isinstance(name, str) or not (proxy := self.secrets.of_variable(name, ("network", "proxy_env"))):
            return
        try:
            parts = urlsplit(proxy.reveal())
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            mend = "Write it as http://proxy.example.org:3128"
            self.faults.append(Fault(("network", "proxy_env"), f"proxy_env: {name} holds no address.", mend))
        values["network"] = {**network, "proxy": proxy}

    def _database(self, values: dict[str, Any]) -> None:
        variable = self.environ.get("DATABASE_URL")
        if not variable and "database_url" not in values:
            return
        place: Place = ("DATABASE_URL",) if variable else ("database_url",)
        try:
            values["database_url"] = database_url(variable or values["database_url"])
        except ValueError as error:
            self.faults.append(
                Fault(place, f"{place[0]} {error}", from_environment=bool(variable), kind=FaultKind.ENVIRONMENT)
            )
            values.pop("database_url", None)

    def _port(self, values: dict[str, Any]) -> None:
        """A platform that sets PORT wants to be answered from outside, unless the file names the address."""
        port = self.environ.get("PORT")
        if not port:
            return
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            text = "PORT is not a port. Write: PORT=8000"
            self.faults.append(Fault(("PORT",), text, from_environment=True, kind=FaultKind.ENVIRONMENT))
            return
        values["listen"] = f"{str(values.get('listen', '0.0.0.0:')).rpartition(':')[0]}:{port}"

    def _report_names(self, reports: object) -> None:
        """A name stands in addresses and, before the week, in the row of each report."""
        for name in reports if isinstance(reports, dict) else ():
            if name == WEEKLY:
                text, mend = f"{name} is the report of all items, below [report].", "Give this one another name."
            elif name == "digest" or name.startswith("digest-"):
                text, mend = f"{name} would be taken for the digests.", "Give it another name."
            elif not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
                text, mend = f"{name} does not fit a name.", f"Use a-z, 0-9 and -, at most {LONGEST_NAME} of them."
            else:
                continue
            self.faults.append(Fault(("reports", name, ""), text, mend, kind=FaultKind.NAME))

    def _tracker_names(self, values: Mapping[str, Any], trackers: Iterable[str]) -> None:
        """Each tracker that is named must be there, also where it has faults of its own."""
        named: list[tuple[Place, object]] = [(("default_tracker",), values.get("default_tracker"))]
        routes = values.get("routes")
        for number, route in enumerate(routes if isinstance(routes, list) else []):
            if isinstance(route, dict):
                named.append((("routes", number, "tracker"), route.get("tracker")))
        for place, name in named:
            if isinstance(name, str) and name not in trackers:
                mend = unknown_key((name,), trackers).mend.replace("known key", "tracker")
                known = mend if trackers else "There is no tracker yet. Write [trackers.name]"
                self.faults.append(
                    Fault(place, f'{place[-1]} = "{name}" names no tracker.', known, kind=FaultKind.TRACKER)
                )

    def _places(self, values: Mapping[str, Any], trackers: Mapping[str, BaseModel | None]) -> None:
        """A route leads where its tracker files: a place that only a route knows is most likely typed wrong."""
        routes = values.get("routes")
        for number, route in enumerate(routes if isinstance(routes, list) else []):
            if not isinstance(route, dict) or not isinstance(route.get("place"), str):
                continue
            model = trackers.get(str(route.get("tracker")))
            filed = getattr(model, "places", None) or getattr(model, "repositories", None) or ()
            known = [str(one) for one in filed]
            if known and route["place"].casefold() not in {one.casefold() for one in known}:
                text = f"place = {shown(route['place'])} is no place of [trackers.{route['tracker']}]."
                mend = f"Write one of: {', '.join(known)}; or name it among the places of that tracker too."
                self.faults.append(Fault(("routes", number, "place"), text, mend, kind=FaultKind.PLACE))


def _lets_in_otherwise(section: Mapping[str, object]) -> bool:
    """A source without a secret: it says that it is open, or its deliveries carry a token of their own."""
    return section.get("unsigned") is True or bool({"header_token_env", "header_token_file"} & section.keys())


def _whole(found: Mapping[str, BaseModel | None]) -> dict[str, BaseModel]:
    return {name: model for name, model in found.items() if model is not None}
