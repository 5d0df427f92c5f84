"""Where the SQLite file lies, and how much room there is."""

from __future__ import annotations

import shutil
from pathlib import Path

from service.settings import Settings

MEGABYTE = 1_000_000


def file_of(settings: Settings) -> Path | None:
    """The SQLite file that the settings name; None on PostgreSQL."""
    _, sqlite, rest = settings.database_url.partition("sqlite:///")
    return Path(rest.partition("?")[0]) if sqlite else None


def folder_of(file: Path) -> Path:
    """The folder that it lies in, or will."""
    return next((one for one in file.absolute().parents if one.is_dir()), Path("/"))


def room(settings: Settings) -> tuple[Path, int] | None:
    """(folder, megabytes free there) of the SQLite file; None on PostgreSQL."""
    file = file_of(settings)
    if file is None:
        return None
    folder = folder_of(file)
    return folder, shutil.disk_usage(folder).free // MEGABYTE
