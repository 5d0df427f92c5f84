"""Real postmortems, changed at random as people, editors and tools change texts: read without a crash, and no
word of them is lost. A failure names the document and the number of the change, never words: some are kept unseen."""

from __future__ import annotations

import html
import os
import random
import re
import traceback
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from service.postmortem.outline import outline
from service.words import words
from tests.reading.mutated import mutated
from tests.reading_hands import read_text
from tests.test_every_line import lost_lines, told
from tests.test_reading_robust import sound

SHARED = os.environ.get("AFTERWORD_SHARED", "")
FOLDER = Path(SHARED) / "data" / "postmortems"
TODAY = date(2026, 11, 17)
FEW = 10  # words: marks that are left half open hide some, and names that stand alone are many when lines are shuffled
OWN = sorted((Path(__file__).parent / "fixtures" / "reading").rglob("*.md"))
DOCUMENTS = [*OWN, *(sorted(path for path in FOLDER.glob("*/*") if path.is_file()) if SHARED else [])]


#: a name alone on its line ("- **Impact**:", "Impact:"), a key of front matter
_NAME = re.compile(r"^[^\w\n]*\*\*[^*\n]+\*\*\W*$|^\W*[^:\n]{1,60}:\W*$|^[a-z]+:|^\W*N/A\W*$", re.MULTILINE | re.I)
_ADDRESS = re.compile(r"<img [^<>]*>|https?://\S+|\]\([^()\n]*\)|^\[[^\]\n]+\]:.*$", re.MULTILINE)


def lost_but_names(text: str) -> Counter[str]:
    """Words that stand nowhere. Changes leave much that may go: names of sections and of headings with nothing below
    them, the same title or front matter twice, addresses behind the words of what has become a heading."""
    whole = outline(text, words())
    names = [whole.title, *(part.name for part in whole.parts), *_NAME.findall(text), *_ADDRESS.findall(text)]
    return Counter(word for _, word in lost_lines(text)) - Counter(told("\n".join(names)))


@pytest.mark.parametrize("rounds", [3, pytest.param(200, marks=pytest.mark.whole)])
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_changed_document_is_read_and_none_of_its_words_is_lost(path: Path, rounds: int) -> None:
    text = path.read_text("utf-8")
    for number in range(rounds):
        if said := _wrong(mutated(text, random.Random(f"{path.name} {number}"))):
            pytest.fail(f"change {number} of {path.name}: {said}", pytrace=False)


def _wrong(changed: str) -> str:
    """What is wrong, in no word of the document."""
    try:
        sound(read_text(changed, today=TODAY), changed)
        lost = lost_but_names(html.unescape(changed)).total()
    except Exception as error:
        return f"{type(error).__name__} at line {traceback.extract_tb(error.__traceback__)[-1].lineno} of the code"
    return f"{lost} words are lost" if lost > FEW else ""
