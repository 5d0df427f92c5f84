"""One process per SQLite file: two could do the same work twice. The lock goes with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path
from typing import IO

from service.errors import InUse


class FileLock:
    def __init__(self, database_file: Path) -> None:
        self.database_file = database_file
        self.path = database_file.with_name(database_file.name + ".lock")
        self._file: IO[str] | None = None

    def take(self, now: datetime) -> None:
        """Raises InUse with the process that holds it."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise InUse(
                f"{self.database_file} is in use by another Afterword ({holder}). Nothing was started.",
                "Two processes on one SQLite file could do the same work twice. "
                "Stop the other one, or use PostgreSQL for several hosts.",
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}, since {now:%d %b %Y, %H:%M} UTC")
        file.flush()
        self._file = file

    def held_elsewhere(self) -> bool:
        """Whether a service runs on this file now."""
        if self._file is not None or not self.path.exists():
            return False
        with self.path.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
