"""What `check` says of Jira: the account and its clock, each project, priorities and links. Read-only.

A tracker costs two calls, and three for each project; a source one, and one for each project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from connectors.base import ConnectorError, Denied, Finding, Missing
from connectors.jira import check_project
from connectors.jira.check_project import MEND, NOTE, OK, mend, names
from connectors.jira.client import Client, parse
from connectors.jira.meta import LinkTypes, Thing
from connectors.jira.settings import Connection, SourceSettings, TrackerSettings, named_in

#: seconds by which two clocks may differ before a person hears of it, and before it has to be mended
APART, FAR_APART = 60, 600
_LINKS, _THINGS = TypeAdapter(LinkTypes), TypeAdapter(list[Thing])

Fields = Mapping[str, Mapping[str, object]]


def tracker(settings: TrackerSettings, client: Client, places: Sequence[str], fields: Fields) -> list[Finding]:
    """The account, then what is to mend or note in each project, else one line that all is well there.

    `fields`: project → what its routes fill besides the tracker's own fields.
    """
    found = _account(settings, client)
    if any(one.level == MEND and one.subject == "Jira" for one in found):
        return found
    strange = False  # whether names of the settings are none of the site's, which may speak another language
    for place in dict.fromkeys(places):
        try:
            trouble, unknown = check_project.filing(settings, client, place, fields.get(place, {}))
            strange |= unknown
        except ConnectorError as error:
            trouble = [_refused(place, error, client, "browse and create issues in")]
        if not any(one.level == MEND for one in trouble):
            found.append(Finding(f"Jira {place}", OK, "read, write; required fields all mapped"))
        found += trouble
    try:
        found += _site(settings, client, strange)
    except ConnectorError as error:
        found.append(_no_answer("Jira", error))
    return found


def source(settings: SourceSettings, client: Client) -> list[Finding]:
    """The account, the secret, and every project and field that is named."""
    found: list[Finding] = []
    if settings.secret is None and settings.header_token is None and not settings.unsigned:
        text = "Set secret_env for this source (Automation: header_token_env), or say unsigned = true."
        found.append(mend("Jira", "no secret", text))
    found += _account(settings, client)
    if any(one.level == MEND and one.text != "no secret" for one in found):
        return found
    for project in settings.projects:
        try:
            trouble = check_project.reading(client, project)
        except ConnectorError as error:
            trouble = [_refused(project, error, client, "browse")]
        if not trouble:
            found.append(Finding(f"Jira {project}", OK, "read; its webhook is not shown to this account"))
        found += trouble
    try:
        found += _custom_fields(settings, client)
    except ConnectorError as error:
        found.append(_no_answer("Jira", error))
    return found or [Finding("Jira", OK, f"signed in as {client.account().displayName or client.account().id}")]


def _account(settings: Connection, client: Client) -> list[Finding]:
    """What is to mend or note of the address, the token and the clock; nothing if all is well."""
    host = urlsplit(settings.url).hostname or ""
    if host.endswith(".atlassian.net") and not settings.cloud:
        text = 'Remove deployment = "datacenter": what ends in .atlassian.net is Jira Cloud.'
        return [mend("Jira", "this is Jira Cloud, and the settings say Data Center", text)]
    try:
        client.account()
    except Denied as error:
        return [
            mend(
                "Jira",
                f"{error.status or ''} the token is refused".strip(),
                error.mend,
                saw=error.message,
                means="Nothing can be read or filed with this token.",
            )
        ]
    except Missing as error:
        text = f"Check url: does a browser show Jira at {settings.url}?"
        if settings.cloud:
            text += ' If this is Data Center, say deployment = "datacenter".'
        return [mend("Jira", f"{error.status} no Jira answers there", text, saw=error.message)]
    except ConnectorError as error:
        return [_no_answer("Jira", error)]
    return _clock(client)


def _clock(client: Client) -> list[Finding]:
    ahead = client.ahead
    if ahead is None or abs(ahead) <= APART:
        return []
    text = f"its clock is {_span(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} the one of this machine"
    if abs(ahead) <= FAR_APART:
        return [Finding("Jira clock", NOTE, text)]
    means = "What is new since the last look may be missed, and dates in the postmortem and the report are off."
    return [mend("Jira clock", text, "Let this machine keep its time with NTP (timedatectl shows it).", means=means)]


def _span(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "less than a minute"


def _site(settings: TrackerSettings, client: Client, strange: bool) -> list[Finding]:
    """Link types; and resolutions, where names of the settings are not those of the site."""
    found: list[Finding] = []
    if settings.link_type:
        links = parse(_LINKS, client.get("issueLinkType"), "GET issueLinkType").issueLinkTypes
        if not any(named_in(one, (settings.link_type,)) for one in links):
            text = f'Set link_type to one of these, by name or id, or to "" for none: it has {names(links)}.'
            found.append(mend("Jira", f"has no link type “{settings.link_type}”", text))
            strange = True
    if strange and settings.wont_do_resolutions:
        known = parse(_THINGS, client.get("resolution"), "GET resolution")
        if not any(named_in(one, settings.wont_do_resolutions) for one in known):
            text = f"has none of the wont_do_resolutions, so that whatever ends counts as done; it has {names(known)}"
            found.append(Finding("Jira", NOTE, text))
    return found


def _custom_fields(settings: SourceSettings, client: Client) -> list[Finding]:
    """A field that is mistyped restricts nothing, and nobody would see it."""
    wanted = {"restricted_field": settings.restricted_field, "severity_field": settings.severity_field}
    if not any(wanted.values()):
        return []
    known = {one.id for one in parse(_THINGS, client.get("field"), "GET field")}
    text = f"Look the id up at {settings.url}/rest/api/{settings.version}/field, signed in as an administrator."
    return [
        mend("Jira", f"has no field {field}, which {name} names", text)
        for name, field in wanted.items()
        if field and field not in known
    ]


def _refused(place: str, error: ConnectorError, client: Client, right: str) -> Finding:
    if isinstance(error, Missing | Denied):
        return mend(
            f"Jira {place}",
            str(error.status or "refused"),
            f"Give the account of the token in {client.origin} the right to {right} {place}, or correct the key.",
            saw=error.message,
            means=f"The token in {client.origin} is valid, but cannot see this project, or it does not exist.",
        )
    return _no_answer(f"Jira {place}", error)


def _no_answer(subject: str, error: ConnectorError) -> Finding:
    return mend(subject, "no answer", error.mend or "Try again later.", saw=error.message)
