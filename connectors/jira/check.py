"""What `check` says of Jira: the account, each project, its type, fields, priorities and links. Read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from connectors.base import ConnectorError, Denied, Finding, Missing
from connectors.jira.client import Client, parse
from connectors.jira.settings import SourceSettings, TrackerSettings, among

OK, NOTE, MEND = "ok", "note", "MEND"
# Jira fills these itself, or we do.
_FILLED = frozenset(("summary", "issuetype", "project", "description", "reporter"))
_RIGHTS = {"BROWSE_PROJECTS": "Browse projects", "CREATE_ISSUES": "Create issues", "LINK_ISSUES": "Link issues"}


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Type(_Lenient):
    id: str
    name: str = ""


class _Schema(_Lenient):
    type: str = ""
    items: str = ""


class _Field(_Lenient):
    """Cloud says `fieldId` and `key`, Data Center `fieldId`."""

    fieldId: str = ""
    key: str = ""
    name: str = ""
    required: bool = False
    hasDefaultValue: bool = False
    field_schema: _Schema = Field(default_factory=_Schema, alias="schema")

    @property
    def id(self) -> str:
        return self.fieldId or self.key


class _Types(_Lenient):
    issueTypes: list[_Type] = []
    values: list[_Type] = []


class _Fields(_Lenient):
    fields: list[_Field] = []
    values: list[_Field] = []


class _Right(_Lenient):
    havePermission: bool = False


class _Rights(_Lenient):
    permissions: Mapping[str, _Right]


class _LinkTypes(_Lenient):
    issueLinkTypes: list[_Type]


_TYPES, _FIELDS, _RIGHTS_OF = TypeAdapter(_Types), TypeAdapter(_Fields), TypeAdapter(_Rights)
_LINKS, _NAMES = TypeAdapter(_LinkTypes), TypeAdapter(list[_Type])


def tracker(settings: TrackerSettings, client: Client, places: Sequence[str]) -> list[Finding]:
    """The account, then what is to mend or note in each project, else one line that all is well."""
    found = _account(client)
    if found:
        return found
    for place in dict.fromkeys(places):
        try:
            trouble = _project(settings, client, place)
        except ConnectorError as error:
            trouble = [_refused(place, error, client)]
        if not any(one.level == MEND for one in trouble):
            found.append(Finding(f"Jira {place}", OK, "read, write; required fields all mapped"))
        found += trouble
    try:
        found += _site(settings, client)
    except ConnectorError as error:
        found.append(_mend("Jira", "no answer", error.mend or "Try again later.", saw=error.message))
    return found


def source(settings: SourceSettings, client: Client) -> list[Finding]:
    """The account, the secret, and every project that is named."""
    found: list[Finding] = []
    if settings.secret is None and not settings.unsigned:
        found.append(_mend("Jira", "no secret", "Set secret_env for this source, or say unsigned = true."))
    trouble = _account(client)
    if trouble:
        return found + trouble
    for project in settings.projects:
        try:
            client.get(f"project/{project}")
            found.append(Finding(f"Jira {project}", OK, "read; its webhook is not shown to this account"))
        except ConnectorError as error:
            found.append(_refused(project, error, client))
    return found or [Finding("Jira", OK, f"signed in as {client.account().displayName or client.account().id}")]


def _account(client: Client) -> list[Finding]:
    """Nothing if the token is good, else what to mend."""
    try:
        client.account()
    except Denied as error:
        return [
            _mend(
                "Jira",
                f"{error.status or ''} the token is refused".strip(),
                f"Put a valid token into {client.origin}. Cloud tokens end after a year at most:"
                " https://id.atlassian.com/manage-profile/security/api-tokens",
                saw=error.message,
                means="Nothing can be read or filed with this token.",
            )
        ]
    except ConnectorError as error:
        return [_mend("Jira", "no answer", error.mend or "Try again later.", saw=error.message)]
    return []


def _project(settings: TrackerSettings, client: Client, place: str) -> list[Finding]:
    """What is to mend or note about filing there."""
    subject = f"Jira {place}"
    client.get(f"project/{place}")
    asked = {"projectKey": place, "permissions": ",".join(_RIGHTS)}
    rights = parse(_RIGHTS_OF, client.get("mypermissions", asked), "GET mypermissions").permissions
    lacking = [words for key, words in _RIGHTS.items() if key in rights and not rights[key].havePermission]
    if lacking:
        named = " and ".join(f"“{words}”" for words in lacking)
        return [
            _mend(subject, f"lacks the right {named}", f"Give the account of the token in {client.origin} {named}.")
        ]
    meta = f"issue/createmeta/{place}/issuetypes"
    types = parse(_TYPES, client.get(meta, {"maxResults": 200}), f"GET {meta}")
    known = types.issueTypes or types.values
    kind = next((one for one in known if among(one.name, (settings.issue_type,))), None)
    if kind is None:
        names = ", ".join(one.name for one in known)
        return [_mend(subject, f"has no issue type “{settings.issue_type}”", f"Set issue_type to one of: {names}.")]
    shown = parse(_FIELDS, client.get(f"{meta}/{kind.id}", {"maxResults": 200}), f"GET {meta}/{kind.id}")
    return _fields(settings, subject, shown.fields or shown.values)


def _fields(settings: TrackerSettings, subject: str, fields: Sequence[_Field]) -> list[Finding]:
    found = [
        _mend(
            subject,
            f"requires “{one.name or one.id}”",
            f"Add it to the fields of this tracker:  {one.id} = {_example(one)}",
            saw=f"{one.id} is required for {settings.issue_type}, and nothing here fills it.",
            means="No action item can be filed there; they wait, and are filed once each when this is mended.",
        )
        for one in fields
        if one.required and not one.hasDefaultValue and one.id not in _FILLED and one.id not in settings.fields
    ]
    shown = {one.id for one in fields}
    for name, means in (
        ("duedate", "has no due date on its create screen; the date is kept in the postmortem"),
        ("priority", "has no priority on its create screen"),
        ("labels", "has no labels on its create screen; issues are found without"),
    ):
        if name not in shown:
            found.append(Finding(subject, NOTE, means))
    return found


def _example(one: _Field) -> str:
    if one.field_schema.type == "option":
        return '{ value = "…" }'
    if one.field_schema.type == "array":
        return '[{ value = "…" }]' if one.field_schema.items == "option" else '["…"]'
    return "0" if one.field_schema.type == "number" else '"…"'


def _site(settings: TrackerSettings, client: Client) -> list[Finding]:
    """Priorities and link types, which are the same for the whole Jira."""
    found = []
    names = [one.name for one in parse(_NAMES, client.get("priority"), "GET priority")]
    for priority, name in settings.priorities.items():
        if not among(name, names):
            known = ", ".join(names)
            found.append(Finding("Jira", NOTE, f"has no priority “{name}” (for {priority}); it has {known}"))
    if settings.link_type:
        links = [one.name for one in parse(_LINKS, client.get("issueLinkType"), "GET issueLinkType").issueLinkTypes]
        if not among(settings.link_type, links):
            known = ", ".join(links)
            found.append(
                _mend("Jira", f"has no link type “{settings.link_type}”", f"Set link_type to one of: {known}.")
            )
    return found


def _refused(place: str, error: ConnectorError, client: Client) -> Finding:
    if isinstance(error, Missing | Denied):
        return _mend(
            f"Jira {place}",
            str(error.status or "refused"),
            f"Give the account of the token in {client.origin} the right to browse and create issues in {place}.",
            saw=error.message,
            means=f"The token in {client.origin} is valid, but cannot see this project, or it does not exist.",
        )
    return _mend(f"Jira {place}", "no answer", error.mend or "Try again later.", saw=error.message)


def _mend(subject: str, text: str, mend: str, *, saw: str = "", means: str = "") -> Finding:
    return Finding(subject, MEND, text, saw=saw, means=means, mend=mend)
