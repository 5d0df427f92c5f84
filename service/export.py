"""Writes everything into a folder, one file after the other, so that size does not matter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from connectors.base import AfterwordError
from service.parts import Parts
from service.store import export as store
from service.store.standings import standings

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

README = """\
Everything that this Afterword keeps, written on {day}.

incidents/    One JSON file for each incident: its ticket as it was last read, its action items with all that happened
              to them, and every revision of its postmortem. Beside it the postmortem as Markdown, to be read.
reports/      The weekly reports, byte for byte as they were made: JSON, Markdown, HTML and CSV.

Times are ISO 8601, UTC. Restricted incidents are in it: whoever may read this folder reads them too.
Not in it: tokens and secrets, the settings, and the webhooks as they came in.
"""


def export(parts: Parts, folder: Path) -> Mapping[str, int]:
    """Kind → how many. Raises AfterwordError where the folder is not new or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AfterwordError(f"{folder} is not empty. Nothing was written.", "Name a new or empty folder.")
    for one in (folder, folder / "incidents", folder / "reports"):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what tickets say: for its owner alone
    days = parts.texts.days
    _write(folder / "README.txt", README.format(day=days.day(parts.now())).encode())
    counts = {"incidents": 0, "reports": 0}
    with parts.database.read() as connection:
        for incident_id in store.incident_ids(connection):
            kept = store.incident(connection, incident_id)
            name = f"{incident_id}-{safe(kept.ticket.ref)}"
            _write(folder / "incidents" / f"{name}.json", _json(kept.incident))
            if kept.document is not None and kept.postmortem_id is not None:
                found = standings(connection, incident_id, names=parts.people.names)
                text = parts.texts.postmortem_markdown(
                    kept.document,
                    found,
                    ref=kept.ticket.ref,
                    url=kept.ticket.url,
                    services=kept.ticket.services,
                    document_url=parts.document_url(kept.postmortem_id),
                    now=parts.now(),
                )
                _write(folder / "incidents" / f"{name}.md", text.encode())
            counts["incidents"] += 1
        for slot in store.report_slots(connection):
            for form, body in store.report(connection, slot).items():
                _write(folder / "reports" / f"{safe(slot)}.{form}", body)
            counts["reports"] += 1
    return counts


def safe(name: str) -> str:
    """A part of a file name, whatever the ticket is called."""
    return _UNSAFE.sub("-", name)[:80].strip("-.") or "ticket"


def _json(plain: Mapping[str, object]) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def _write(file: Path, body: bytes) -> None:
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(body)
