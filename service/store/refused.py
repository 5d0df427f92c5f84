"""Why SQLite does not take its file, in one sentence, and what to do (https://www.sqlite.org/rescode.html)."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

#: no vendor promises to deliver again what was answered 503; GitHub does not
MISSED = "What was not acknowledged may not come again: `build --since` fetches what is missing."


def why(name: str, file: Path) -> tuple[str, str] | None:
    """(what is wrong, what to do); None where the driver's own words are best. `name`: such as SQLITE_READONLY."""
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        what = "it is no SQLite database" if name.startswith("SQLITE_NOTADB") else "the file is damaged"
        return what, "Stop the service and restore the backup (docs/operating.md), or name another file."
    if name.startswith("SQLITE_FULL"):
        return "the disk is full", "Make room on it."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "another process writes to it for long", "Wait until that one has ended: a backup, or a sqlite3 shell."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return _rights(file)
    return None


def _rights(file: Path) -> tuple[str, str]:
    folder = next((one for one in file.absolute().parents if one.exists()), Path("/"))
    if file.is_dir():
        return "it is a folder", "Name a file in it."
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return f"{folder} is mounted read-only", "Mount it for writing, or name another place."
    user = _name(os.geteuid())
    here = [one for one in (file, folder) if one.exists()]
    owner = _name(here[0].stat().st_uid)
    told = ", ".join(f"{one} belongs to {_name(one.stat().st_uid)}, {_mode(one)}" for one in here)
    mend = f"Give {user} the right to write the file and its folder"
    mend += f", or run this as {owner}: sudo -u {owner} …" if owner != user else "."
    return f"the user {user} may not write there ({told})", mend


def _mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container
        return str(number)
