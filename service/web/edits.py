"""A person's words for one section of a postmortem: they win over whatever the ticket says later."""

from __future__ import annotations

import hashlib

from service.errors import NotFound
from service.parts import Parts
from service.postmortem import document
from service.postmortem.gaps import QUESTIONS
from service.postmortem.model import Section
from service.postmortem.redaction import redact
from service.store import postmortems, work
from service.store.postmortems import EditedMeanwhile

LONGEST = 200  # characters of a name


def section_of(name: str) -> Section:
    """ "root_cause" or "root-cause"."""
    try:
        return Section(name.replace("-", "_"))
    except ValueError:
        names = ", ".join(section.replace("_", "-") for section in Section)  # as in the addresses of the pages
        raise NotFound(f"There is no section {name[:100]}.", f"Sections are: {names}.") from None


def fingerprint(text: str | None) -> str:
    """Says of a section's text whether it is still the one that a person began from."""
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def edit_section(parts: Parts, number: int, section: Section, text: str, by: str, *, base: str | None = None) -> int:
    """Saves the next revision and gives its number; words that change nothing make none.

    `base`: the fingerprint of the text that this person began from. Raises EditedMeanwhile if it is another one now.
    """
    text = redact(text.replace("\x00", "").encode("utf-8", "replace").decode())[0]  # no database takes NULs
    by = " ".join(by.replace("\x00", "").encode("utf-8", "replace").decode().split())[:LONGEST]
    with parts.database.begin() as connection:
        found = postmortems.load(connection, number)
        if found is None:
            raise NotFound(f"There is no postmortem {number}.")
        incident, before, revision = found
        if base is not None and base != fingerprint(before.sections[section].text):
            raise EditedMeanwhile("This section was changed while you wrote.", "Read both texts, and save again.")
        now = parts.now()
        edited = document.edit(before, section, text, by=by, at=now)
        if document.same(before, edited):
            return revision
        what = "edited" if text.strip() else "emptied"
        # the column for it is short
        why = f"{QUESTIONS[section][0]} {what} by {by}"[:200]
        revision = postmortems.save_revision(connection, number, revision, edited, now, why)
        work.ask(connection, "incident", str(incident.id), now)  # the ticket's comment says what is still missing
    parts.engine.wake("incident", str(incident.id))
    return revision
