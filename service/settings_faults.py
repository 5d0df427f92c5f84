"""What is wrong in the settings, said all at once: file, line, key, and what is expected. No value of a secret ever."""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from connectors.base import AfterwordError, Secret

#: columns of a page of faults, and the fewest that what helps gets of them
WIDTH, LEAST = 100, 60
#: Where something stands in the file: ("sources", "ops", "labels"), ("routes", 0, "tracker").
Place = tuple[str | int, ...]
#: Place → line, from 1.
Lines = Mapping[Place, int]


class FaultKind(StrEnum):
    """Each has its entry in docs/troubleshooting.md."""

    UNREADABLE = "unreadable"  # the file itself
    NOT_TOML = "not_toml"
    VERSION = "version"
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    VALUE = "value"  # of another type or form than expected
    NAME = "name"  # of a source or tracker
    CONNECTOR = "connector"  # kind names none
    SECRET_IN_FILE = "secret_in_file"  # noqa: S105
    SECRET = "secret"  # a variable that is not set, a file that cannot be read  # noqa: S105
    UNSIGNED = "unsigned"  # a source without a secret
    TRACKER = "tracker"  # a name of none
    PLACE = "place"  # of a route, where its tracker does not file
    ENVIRONMENT = "environment"  # PORT, DATABASE_URL
    ADDRESS = "address"  # of a report or an alert, in its variable


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `place` is where it stands in the file, or (variable,) where the environment is wrong."""

    place: Place
    text: str
    mend: str = ""
    from_environment: bool = False
    kind: FaultKind = FaultKind.VALUE

    @property
    def key(self) -> str:
        return ".".join(str(part + 1 if isinstance(part, int) else part) for part in self.place)

    @property
    def table(self) -> str:
        """The table as the file spells it: [sources.ops], [[routes]], or "" at the top."""
        if self.from_environment:
            return self.key
        if len(self.place) > 1 and isinstance(self.place[1], int):
            return f"[[{self.place[0]}]]"
        names = [part for part in self.place if isinstance(part, str)][:-1]
        return f"[{'.'.join(names)}]" if names else ""

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


class SettingsError(AfterwordError):
    """The settings cannot be used; nothing was started. The text is what a person reads (exit code 2)."""

    def __init__(self, faults: Sequence[Fault], file: str = "the settings", lines: Lines | None = None) -> None:
        self.faults = tuple(faults)
        self.file = file
        super().__init__(_page(self.faults, file, lines or {}))


def _page(faults: Sequence[Fault], file: str, lines: Lines) -> str:
    """The three columns of a list of faults: line, table, text; what helps stands below the text."""
    rows = []
    for fault in faults:
        line = None if fault.from_environment else line_of(fault.place, lines)
        rows.append((line, f"line {line}" if line else "", fault))
    rows.sort(key=lambda row: (row[0] is None, row[0] or 0))
    first = max(len(label) for _, label, _ in rows)
    second = max(len(fault.table) for _, _, fault in rows)
    start = (f"{{:{first}}}  " if first else "{}") + (f"{{:{second}}}   " if second else "{}")
    count = f"{len(rows)} fault" + ("" if len(rows) == 1 else "s")
    page = [f"{file} has {count}. Nothing was started.", ""]
    for _, label, fault in rows:
        page.append(start.format(label, fault.table) + fault.text)
        below = start.format("", "")
        page += [below + line for line in _lines(fault.mend, WIDTH - len(below))]
    return "\n".join(page)


def _lines(mend: str, width: int) -> list[str]:
    """Nothing is broken inside a word. What has a line of its own is to be copied, and keeps it."""
    said, _, own = mend.partition("\n")
    return [*textwrap.wrap(said, max(width, LEAST), break_long_words=False, break_on_hyphens=False), *own.splitlines()]


def line_of(place: Place, lines: Lines) -> int | None:
    """The line of a place, else of what stands in it ([alert.more] makes `alert`), else of the table around it."""
    for length in range(len(place), 0, -1):
        part = place[:length]
        if part in lines:
            return lines[part]
        if length == len(place) and (inner := [at for one, at in lines.items() if one[:length] == part]):
            return min(inner)
    return None


# A key or a table's name: bare, or in quotes.
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=(.*)")
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*\]")
_PART = re.compile(_NAME)


def lines_of(text: str) -> dict[Place, int]:
    """The line of every table and key of a TOML text (tomllib keeps none). Keys in inline tables get their table's."""
    lines: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    open_quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quote:
            if open_quote in line:
                open_quote = ""
            continue
        if header := _TABLE.match(line):
            table = tuple(part.strip("\"'") for part in _PART.findall(header[2]))
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, counts[table])
            elif table[:1] in counts:
                table = (table[0], counts[table[:1]], *table[1:])
            lines.setdefault(table, number)
        elif entry := _KEY.match(line):
            lines.setdefault((*table, *(part.strip("\"'") for part in _PART.findall(entry[1]))), number)
            for quote in ('"""', "'''"):
                if entry[2].count(quote) == 1:
                    open_quote = quote
    return lines


_EXPECTED = {
    "string_type": 'is not a text. Write it in quotes: {key} = "…"',
    "int_type": "is not a whole number. Write it without quotes: {key} = 10",
    "bool_type": "is neither true nor false",
    "tuple_type": 'is not a list. Write: {key} = ["…"]',
    "list_type": 'is not a list. Write: {key} = ["…"]',
    "dict_type": "is not a table. Write it below a line [{key}]",
    "model_type": "is not a table. Write it below a line [{key}]",
    "greater_than_equal": "is too small. The least is {ge}",
    "less_than_equal": "is too large. The most is {le}",
    "literal_error": "is not known. Write one of: {expected}",
}


def from_validation(error: ValidationError, model: type[BaseModel], prefix: Place, raw: object) -> list[Fault]:
    """One fault for each place that pydantic names. `raw` is what the file says below `prefix`."""
    found = [_fault(one, model, prefix, raw) for one in error.errors(include_url=False)]
    # Where several kinds of value are allowed, pydantic says for each why it is none: the first is enough.
    return list({fault.place: fault for fault in reversed(found)}.values())[::-1]


def _fault(found: ErrorDetails, model: type[BaseModel], prefix: Place, raw: object) -> Fault:
    inner = _within(found["loc"], raw)
    place = (*prefix, *inner)
    names = [part for part in place if isinstance(part, str)]
    key = names[-1] if names else ""
    kind, context = found["type"], found.get("ctx", {})
    owner = _model_at(model, inner[:-1])
    if kind == "extra_forbidden":
        return unknown_key(place, keys_of(owner))
    if kind == "missing":
        described = owner.model_fields[key].description if key in owner.model_fields else None
        return Fault(place, f"{key} is missing.", described or "", kind=FaultKind.MISSING)
    if inner and holds_secret(owner.model_fields.get(key)):
        return secret_in_file(place)
    text = _EXPECTED.get(kind, found["msg"].removeprefix("Value error, "))
    for name, value in {"key": key, **context}.items():
        text = text.replace(f"{{{name}}}", str(value))
    if kind == "value_error" and not inner:
        return Fault((*prefix, ""), text)
    return Fault(place, f"{key} = {shown(found['input'])} {text}")


def _within(loc: Sequence[str | int], raw: object) -> Place:
    """The part of pydantic's location that stands in the file: its names for branches of a union are left out."""
    place: list[str | int] = []
    for part in loc:
        if isinstance(raw, Mapping) and isinstance(part, str):
            place.append(part)
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            place.append(part)
            raw = raw[part]
    return tuple(place)


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = inner_model(model.model_fields[part].annotation) or model
    return model


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation: Filing, tuple[Route, ...], dict[str, Person]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := inner_model(arg))), None)


def holds_secret(field: FieldInfo | None) -> bool:
    return field is not None and mentions(field.annotation, Secret)


def mentions(annotation: Any, wanted: type) -> bool:
    return wanted in (annotation, get_origin(annotation)) or any(mentions(arg, wanted) for arg in get_args(annotation))


def keys_of(model: type[BaseModel]) -> list[str]:
    """What a file may write for this model: a secret is named by X_env or X_file, never written."""
    keys: list[str] = []
    for name, field in model.model_fields.items():
        if field.exclude:  # filled by us, not by a person
            continue
        keys += [f"{name}_env", f"{name}_file"] if holds_secret(field) else [name]
    return keys


def unknown_key(place: Place, known: Iterable[str]) -> Fault:
    key = str(place[-1])
    known = sorted(known)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    mend = f"The nearest known key is {near[0]}." if near else f"Known here: {', '.join(known)}."
    return Fault(place, f"{key} is not a known key.", mend, kind=FaultKind.UNKNOWN_KEY)


def at_its_place(fault: Fault, top: type[BaseModel]) -> Fault:
    """An unknown key that is known in another place of the file says so. `top`: of the whole file."""
    key = str(fault.place[-1])
    if fault.kind is not FaultKind.UNKNOWN_KEY:
        return fault
    tables = {name: inner for name, field in top.model_fields.items() if (inner := inner_model(field.annotation))}
    if len(fault.place) > 1 and key not in tables and key in keys_of(top):
        return replace(fault, mend=f"{key} belongs at the top of the file, above the first [table].")
    kinds = {name: top.model_fields[name].annotation for name in tables}
    lists = {name for name, kind in kinds.items() if mentions(kind, tuple) or mentions(kind, dict)}
    homes = [f"[{name}]" for name in tables if name not in lists and key in keys_of(tables[name])]
    return replace(fault, mend=f"{key} belongs below {' or '.join(homes)}.") if homes else fault


def secret_in_file(place: Place) -> Fault:
    key = place[-1]
    return Fault(
        place,
        f"{key} is a secret and does not belong in this file.",
        f'Name the variable that holds it: {key}_env = "…", or a file: {key}_file = "…"',
        kind=FaultKind.SECRET_IN_FILE,
    )


def shown(value: object) -> str:
    """A value as TOML would write it, cut to one short piece."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"
