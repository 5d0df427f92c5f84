"""The words by which texts are read: config/vocabulary/, and a team's own file beside it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from service.postmortem.vocabulary import Vocabulary, key, vocabulary
from service.toml_table import table as read_table

SHIPPED = Path(__file__).resolve().parent.parent / "config" / "vocabulary"


@lru_cache(maxsize=4)
def words(own: Path | None = None) -> Vocabulary:
    """The shipped vocabulary, and what a file of the same shape adds to it. Raises ValueError with what is wrong."""
    shipped: dict[str, Any] = {}
    for path in sorted(SHIPPED.glob("*.toml")):
        shipped |= read_table(path)
    return vocabulary(shipped) if own is None else vocabulary(shipped, _fitting(read_table(own), shipped))


def _fitting(table: dict[str, Any], shipped: dict[str, Any], place: str = "") -> dict[str, Any]:
    """The table, if it has the shape of the shipped one: known tables, lists of words in them, any language."""
    languages = place.startswith("sections.") and place != "sections."
    for name, value in table.items():
        here = f"{place}{name}"
        if not languages and name not in shipped:
            raise ValueError(f"has no use for [{here}]. Known here are: {', '.join(shipped)}")
        if not languages and isinstance(shipped[name], dict):
            if not isinstance(value, dict):
                example = f"{here}.summary" if here == "sections" else here
                raise ValueError(f"holds no table at {here}. Write [{example}] and its lists of words below")
            _fitting(value, shipped[name], f"{here}.")
        else:
            _check_words(here, name, value)
    return table


def _check_words(here: str, name: str, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f'holds no list of words at {here}. Write: {name} = ["one", "another"]')
    marks = here.startswith(("blank.", "items."))  # a mark may stand for done, or for nothing
    silent = next((word for word in value if not (word.strip() if marks else key(word))), None)
    if silent is not None:
        raise ValueError(f"holds a word without a letter at {here}: {silent!r}. Take it out")
