"""The table of settings that the README shows: key, default, meaning. Made from the models, so it is never behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from service.settings_faults import holds_secret, inner_model, shown
from service.settings_model import Settings

Row = tuple[str, str, str]


def settings_table(model: type[BaseModel] = Settings, prefix: str = "") -> list[Row]:
    """One row per key, those of inner tables as `filing.quiet`. For a connector: its own model and no prefix."""
    rows: list[Row] = []
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        inner = inner_model(field.annotation)
        if holds_secret(field):
            rows.append((f"{prefix}{name}_env, {name}_file", _default(field), field.description or ""))
        elif inner and inner is not BaseModel:
            rows += settings_table(inner, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", _default(field), field.description or ""))
    return rows


def markdown(rows: list[Row]) -> str:
    """The rows as the README holds them."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for keys, default, meaning in rows:
        key = ", ".join(f"`{one}`" for one in keys.split(", "))
        lines.append(f"| {key} | {f'`{default}`' if default else ''} | {meaning} |")
    return "\n".join(lines).replace(" |  | ", " | | ")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "" if holds_secret(field) else "required"
    value = field.get_default(call_default_factory=True)
    return "" if value in (None, (), {}, "") else _toml(value)


def _toml(value: object) -> str:
    """A default as a person writes it: 10m, not a number of seconds."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
            if seconds and seconds % length == 0:
                return f'"{seconds // length}{unit}"'
        return f'"{seconds}s"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    return shown(str(value) if not isinstance(value, bool | int | str) else value)
