"""docs/troubleshooting.md, made from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from service.troubles.entry import Entry
from service.troubles.errors import ERRORS
from service.troubles.faults import FAULTS
from service.troubles.findings import ALARMS, HERE
from service.troubles.vendors import BOTH, GITHUB, JIRA

HEAD = """\
# Troubleshooting

Written by `make docs` from the catalogue in service/troubles. Each entry: what you see, what it means, what to do.

Begin with `python -m service check`: it tries everything, changes nothing, and says of each thing to mend what it
saw, what that means, what waits because of it, and what to do. `check --format json` says the same to programs, with
the same exit code: 0 well, 1 something to mend, 2 settings or a command typed wrong, 3 the database file is in use by
another process.

Nothing that was answered with a 2xx is lost, whatever is broken: it waits, and goes on where it stood.
"""
ALARMED = """\
Sent to the addresses of `[alerts]`: each once, a reminder a day, and once when it is over. They go out also while
everything else is paused, as that is what they say; they carry no text of a ticket. Without an address they stand in
the log and in `check`. A telling that an address does not take is not sent again before the next day.
"""


def page() -> str:
    parts = [
        HEAD,
        _part("What `check` says here", HERE),
        _part("What `check` says of GitHub and Jira", BOTH),
        _part("Of GitHub", GITHUB),
        _part("Of Jira", JIRA),
        _part("Settings", FAULTS, "Faults of the file, told before anything is started (exit 2)."),
        _part("Alarms", ALARMS, ALARMED.strip()),
        _part("Errors", ERRORS, "By their class; in answers over HTTP by the name that stands first."),
    ]
    return "\n".join(parts)


def _part(title: str, entries: Sequence[Entry], words: str = "") -> str:
    lines = [f"## {title}", ""]
    if words:
        lines += [words, ""]
    for entry in entries:
        seen = entry.see.split(" · ")
        lines += [f"### {entry.about}", ""]
        lines += [f"- See: {one}" for one in seen]
        lines += [f"- Means: {entry.means}", f"- Do: {entry.mend}", ""]
    return "\n".join(lines)
