"""The parts that `check` reads of Jira's JSON around issues: rights, types, create screens, link types.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-get
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Of


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _readable(values: object) -> list[dict[str, object]]:
    """Those of a field's values that have an id or a word; fields of apps hold anything."""
    found = []
    for one in values if isinstance(values, list) else ():
        if isinstance(one, dict):
            plain = {key: one.get(key) for key in ("id", "name", "value")}
            found.append({key: value if isinstance(value, str | int) else None for key, value in plain.items()})
    return [{**one, "name": _text(one["name"]), "value": _text(one["value"])} for one in found]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Thing(_Lenient):
    """An issue type, priority, resolution, link type, field, or one of a field's values."""

    id: Annotated[str | None, BeforeValidator(_text)] = None
    name: str | None = None
    value: str | None = None


class Schema(_Lenient):
    type: str = ""
    items: str = ""


class Field(_Lenient):
    """Cloud says `fieldId` and `key`, Data Center `fieldId`."""

    fieldId: str = ""
    key: str = ""
    name: str = ""
    required: bool = False
    hasDefaultValue: bool = False
    field_schema: Schema = Of(default_factory=Schema, alias="schema")
    allowedValues: Annotated[tuple[Thing, ...], BeforeValidator(_readable)] = ()

    @property
    def id(self) -> str:
        return self.fieldId or self.key


class Types(_Lenient):
    issueTypes: tuple[Thing, ...] = ()
    values: tuple[Thing, ...] = ()  # Data Center


class Screen(_Lenient):
    fields: tuple[Field, ...] = ()
    values: tuple[Field, ...] = ()  # Data Center


class OldType(Thing):
    fields: Mapping[str, Field] = {}


class OldProject(_Lenient):
    issuetypes: tuple[OldType, ...] = ()


class OldMeta(_Lenient):
    """The one call that Data Center had before 8.4 and dropped with 9.0."""

    projects: tuple[OldProject, ...] = ()


class Right(_Lenient):
    havePermission: bool = False


class Rights(_Lenient):
    permissions: Mapping[str, Right]


class LinkTypes(_Lenient):
    issueLinkTypes: tuple[Thing, ...]
