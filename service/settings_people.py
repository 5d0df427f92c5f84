"""The people map as it is written: nobody stands for two, and an address is one line."""

from __future__ import annotations

from collections.abc import Iterator

from service.postmortem.people import plain
from service.settings_faults import Fault, Place, shown

#: what names one person alone
_ONE = ("github", "jira", "email")


def people_faults(people: object) -> Iterator[Fault]:
    """Of `[[people]]` as it was read. A login of two people would hand the items of one to the other, unsaid."""
    first: dict[tuple[str, str], int] = {}
    for number, person in enumerate(people if isinstance(people, list) else []):
        if not isinstance(person, dict):
            continue
        for key in _ONE:
            said = person.get(key)
            if not isinstance(said, str) or not said.strip():
                continue
            place: Place = ("people", number, key)
            if key == "email" and any(letter.isspace() or not letter.isprintable() for letter in said.strip()):
                yield Fault(place, f"email = {shown(said)} is no address.", "Write one address, without blanks.")
            known = first.setdefault((key, plain(said)), number)
            if known != number:
                other = people[known].get("name") if isinstance(people, list) else ""
                text = f"{key} = {shown(said)} is that of {shown(other)} too."
                yield Fault(place, text, "Each stands for one person. Write other names of one person in aliases.")
