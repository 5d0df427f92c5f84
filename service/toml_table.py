"""A TOML file of words, ours or a team's own, as a table."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def table(path: Path) -> dict[str, Any]:
    """What the file holds. Raises ValueError with what is wrong, to be read behind the file's name."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise ValueError(f"is not TOML: {error}") from None
