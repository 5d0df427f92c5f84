"""Secrets of the settings: a variable or a file that is named, never a value that is written there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.base import AfterwordError, Secret
from service.settings_faults import Fault, FaultKind, Place


class Secrets:
    """Finds each one, and tells `faults` of what is not there."""

    def __init__(self, environ: Mapping[str, str], faults: list[Fault], how: str = "") -> None:
        self.environ = environ
        self.how = how  # what to do where a variable is not set
        self.faults = faults

    def named(self, variable: object, file: object, field: str, place: Place) -> list[Secret]:
        """The secrets that X_env or X_file names; two names while a secret is being changed."""
        if variable is not None and file is not None:
            text = f"{field}_env and {field}_file are both set."
            self.faults.append(Fault((*place, f"{field}_file"), text, "Keep one of them."))
            return []
        key = (*place, f"{field}_file" if variable is None else f"{field}_env")
        given = file if variable is None else variable
        names = names_in(given)
        if given is not None and not names:
            self.faults.append(Fault(key, f'{key[-1]} names nothing. Write: {key[-1]} = "…"'))
        make = self._of_file if variable is None else self.of_variable
        return [secret for name in names if (secret := make(name, key))]

    def of_variable(self, name: str, key: Place) -> Secret | None:
        value = self.environ.get(name, "").strip()
        if not value:
            self.faults.append(not_set(key, name, self.how))
            return None
        return Secret(lambda: value, f"the variable {name}")

    def _of_file(self, name: str, key: Place) -> Secret | None:
        def content() -> str:
            try:
                found = Path(name).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise AfterwordError(f"The file {name} cannot be read.", "It holds a secret: restore it.") from None
            if not found:
                raise AfterwordError(f"The file {name} is empty.", "It holds a secret: restore it.")
            return found

        try:
            content()
        except AfterwordError as error:
            text = f"{key[-1]}: {error.message[0].lower()}{error.message[1:]}"
            mend = "A path is seen from the folder where the service is started; its user must be able to read it."
            self.faults.append(Fault(key, text, mend, kind=FaultKind.SECRET))
            return None
        return Secret(content, f"the file {name}")


def names_in(value: object) -> list[str]:
    """The names in `"A"` or `["A", "B"]`."""
    named = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return [name.strip() for name in named if isinstance(name, str) and name.strip()]


def how_to_set(settings_file: str) -> str:
    """How the variables are set that `init` wrote beside these settings, or just that they are to be set."""
    beside = Path(settings_file).with_suffix(".env")
    named = str(beside) if "/" in str(beside) else f"./{beside}"  # a shell looks for a bare name on its path
    return f"Export it, or:\nset -a; . {named}; set +a" if beside.is_file() else "Export it before the start."


def not_set(key: Place, name: str, how: str) -> Fault:
    """A variable that is named and has no value here."""
    return Fault(key, f"{key[-1]}: the variable {name} is not set.", how, kind=FaultKind.SECRET)
