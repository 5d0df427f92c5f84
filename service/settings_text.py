"""From a path to what the file says: its text, its tables, the line of each key. Faults are told with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from service.settings_faults import Fault, FaultKind, Lines, Place, SettingsError, lines_of

VERSION = 1


class Written(NamedTuple):
    """`file`: as a person calls it."""

    file: str
    raw: dict[str, Any]
    lines: Lines


def written(path: Path) -> Written:
    """Raises SettingsError where the file cannot be read, is not TOML, or is of another version."""
    file = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
    try:
        text = path.read_text("utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        mend = "Name the file with --config or AFTERWORD_CONFIG, or make one: python -m service init"
        fault = Fault((), f"The file cannot be read: {error.strerror}.", mend, kind=FaultKind.UNREADABLE)
        raise SettingsError([fault], file) from None
    except UnicodeDecodeError:
        mend = "Save it as UTF-8; names in any language are good then."
        raise SettingsError([Fault((), "The file is not UTF-8.", mend, kind=FaultKind.UNREADABLE)], file) from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at (?:line (\d+), .*|end of document)\)$", str(error))
        place: Place = ("",)
        said = str(error)[: at.start()] if at else str(error)
        fault = Fault(place, f"is not TOML: {said}.", _mend(said), kind=FaultKind.NOT_TOML)
        line = int(at[1]) if at and at[1] else len(text.splitlines()) if at else 0
        raise SettingsError([fault], file, {place: line} if line else {}) from None
    lines = lines_of(text)
    _version(raw, file, lines)
    return Written(file, raw, lines)


def _mend(said: str) -> str:
    """What helps with the faults that are made most."""
    if "Invalid value" in said:
        return 'A text stands in quotes: key = "value"'
    if "Illegal character" in said:
        return "A text ends on the line where it begins; look for a quote that is missing."
    if "Cannot overwrite" in said or "Cannot declare" in said:
        return "It is written twice. Keep one of them."
    if "escaped" in said or "escape" in said:
        return "Write a backslash twice, or the text in single quotes."
    return ""


def _version(raw: Mapping[str, Any], file: str, lines: Lines) -> None:
    """Said alone: what else looks wrong in a file of another version is most likely right there."""
    version = raw.get("version", VERSION)
    if type(version) is int and version != VERSION:
        fault = Fault(
            ("version",),
            f"version = {version} is of another Afterword; this one reads version {VERSION}.",
            "Run the Afterword that the file was written for. CHANGELOG.md says what changed between versions.",
            kind=FaultKind.VERSION,
        )
        raise SettingsError([fault], file, lines)
