"""The list of hints on wording: config/hints/, and a team's own file beside it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from service.postmortem.blame import HintList, hint_list
from service.toml_table import table as read_table

SHIPPED = Path(__file__).resolve().parent.parent / "config" / "hints"
_LISTS, _TEXTS = ("phrases", "unless"), ("reason", "better", "where")


@lru_cache(maxsize=4)
def hints_list(own: Path | None = None) -> HintList:
    """The shipped list, and what a file of the same shape adds to it or silences. Raises ValueError with what is
    wrong."""
    shipped = [read_table(path) for path in sorted(SHIPPED.glob("*.toml"))]
    return hint_list(*shipped) if own is None else hint_list(*shipped, _fitting(read_table(own)))


def _fitting(table: dict[str, Any]) -> dict[str, Any]:
    """The table, if it has the shape of the shipped one."""
    if unknown := sorted(table.keys() - {"words", "hints"}):
        raise ValueError(f"has no use for [{unknown[0]}]. Known here are: words, hints.")
    for kind in ("words", "hints"):
        if not isinstance(table.get(kind, {}), dict):
            raise ValueError(f"holds no table at {kind}. Write: [{kind}]")
    for name, words in table.get("words", {}).items():
        _words(words, f"words.{name}")
    for name, told in table.get("hints", {}).items():
        if not isinstance(told, dict):
            raise ValueError(f"holds no table at hints.{name}. Write: [hints.{name}]")
        for key, value in told.items():
            here = f"hints.{name}.{key}"
            if key in _LISTS:
                _words(value, here)
            elif key in _TEXTS and not (isinstance(value, str) and value.strip()):
                raise ValueError(f'holds no words at {here}. Write: {key} = "one sentence"')
            elif key == "keep" and not isinstance(value, bool):
                raise ValueError(f"holds neither true nor false at {here}. Write: keep = false")
            elif key not in (*_TEXTS, "keep"):
                raise ValueError(f"has no use for {here}. Known here are: {', '.join((*_LISTS, *_TEXTS, 'keep'))}.")
    return table


def _words(value: object, here: str) -> None:
    if not (isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)):
        name = here.rpartition(".")[2]
        raise ValueError(f'holds no list of words at {here}. Write: {name} = ["one", "another"]')
