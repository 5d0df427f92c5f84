"""What is left behind when Afterword goes: in trackers as its rows remember it, and what people set up for it.

It asks no tracker: `uninstall` also tells where a connection is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy.engine import Connection

from connectors.base import Secret
from service.settings import Settings
from service.store import left
from service.store.database import Database


@dataclass(frozen=True, slots=True)
class Group:
    """`means` says in a sentence what these are, and what to do about them."""

    name: str
    means: str
    lines: Sequence[str]


def groups(settings: Settings, database: Database, connection: Connection) -> Sequence[Group]:
    """Everything, the groups that are empty too: their absence should be seen."""
    found = left.issues(connection)
    ours = [issue for issue in found if issue.ours]
    labels = {(issue.tracker, issue.place): _labels(settings, issue.tracker) for issue in ours}
    return [
        Group(
            "Issues",
            "Filed by Afterword. People work with them: close or keep them as any other issue.",
            [f"{one.tracker}  {one.label}  {one.state}  {one.url}" for one in ours],
        ),
        Group(
            "Comments",
            "One on each incident ticket. They link to the postmortem, which goes with this service.",
            [f"{one.source}  {one.ref}  {one.url}" for one in left.comments(connection)],
        ),
        Group(
            "May be there",
            "Sent, and the answer was lost. Look for them by hand.",
            [f"{one.ref}  {one.what}" for one in left.unknown(connection)],
        ),
        Group(
            "Labels",
            "Each filed issue carries them. Where nothing else uses a label, it can be deleted.",
            [f"{tracker}  {place}  {', '.join(words)}" for (tracker, place), words in labels.items() if words],
        ),
        Group(
            "Links",
            "From these issues to their incident ticket (GitHub: the parent issue; Jira: an issue link) and to the "
            f"postmortem below {settings.public_url}/postmortems/ (Jira: a web link).",
            [f"{one.tracker}  {one.label}  {one.url}" for one in found if one.linked],
        ),
        Group(
            "Webhooks",
            "Delete them where they were set up, or GitHub and Jira go on knocking.",
            [
                f"{name}  {getattr(one, 'kind', '')}  {settings.public_url}/webhooks/{name}"
                for name, one in settings.sources.items()
            ],
        ),
        Group(
            "Secrets",
            "Revoke the tokens and keys, uninstall the App if there is one, and forget where they stand.",
            list(_secrets(settings)),
        ),
        Group("Files", "Delete them last: after that nobody can list this again.", list(_files(settings, database))),
    ]


def _labels(settings: Settings, tracker: str) -> Sequence[str]:
    return tuple(getattr(settings.trackers.get(tracker), "labels", ()))


def _secrets(settings: Settings) -> Iterator[str]:
    """Where each stands; never what it is."""
    parts: dict[str, BaseModel] = {f"sources.{name}": one for name, one in settings.sources.items()}
    parts |= {f"trackers.{name}": one for name, one in settings.trackers.items()}
    for name, part in parts.items():
        for field in type(part).model_fields:
            value = getattr(part, field)
            if isinstance(value, Secret):
                yield f"{name}.{field}: {value.origin}"
    for name, secrets in (("report", settings.report.deliver), ("alerts", settings.alerts.deliver)):
        for secret in secrets:
            yield f"{name}: {secret.origin}"


def _files(settings: Settings, database: Database) -> Iterator[str]:
    if database.path is None:
        yield f"the database {database.shown()}"
    else:
        around = ("", "-wal", "-shm", ".lock")
        files = [database.path.with_name(database.path.name + end) for end in around]
        yield from (str(file) for file in files if file.exists())
    yield settings.file
    beside = Path(settings.file).with_suffix(".env")  # where `init` wrote the secrets
    for more in (beside, settings.pause_file, settings.templates, Path("var/demo")):
        if more is not None and more.exists():
            yield str(more)
