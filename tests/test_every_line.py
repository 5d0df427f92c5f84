"""Nothing that a person wrote is lost: every line of a text ends up in the title, a section, what is kept aside, or the
front matter, and no line in two sections."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from service.postmortem.markdown import tidy
from service.postmortem.model import SectionText
from service.postmortem.outline import outline
from service.postmortem.sections import read_other, read_sections
from service.words import words

SHARED = os.environ.get("AFTERWORD_SHARED", "")
CORPUS = Path(SHARED) / "data" / "postmortems"
FIXTURES = Path(__file__).parent / "fixtures"

_WORD = re.compile(r"\w+")
_TEMPLATE = re.compile(r"^\s*<%.*?%>", re.DOTALL)

#: lines of the kind that stand in tickets; {n} is a number that stands nowhere else
_LINES = [
    *[
        "# Title {n}",
        "## Impact",
        "### Detection {n}",
        "**Impact**",
        "**Impact:** half {n}",
        "Impact:",
        "IMPACT",
        "Action items",
    ],
    *[
        "- item {n}",
        "- **Impact**: some {n}",
        "- **Key events**",
        "  - nested {n}",
        "  more {n}",
        "1. **Summary**",
        "> quote {n}",
    ],
    *[
        "<details>",
        "</details>",
        "<summary>Timeline {n}</summary>",
        "<h2>Root cause</h2>",
        "some prose {n} in words.",
        "---",
        "",
        "",
        "",
    ],
    *["10:05 begun {n}", "[1]: https://example.org/{n}", "![picture{n}](https://example.org/p)", "Cause - limit {n}"],
    *[
        "## Timeline of {n}",
        "## Lessons and luck {n}",
        "    indented {n}",
        "- [ ] mend {n} @sam",
        "**Bold words {n}**",
        "```",
    ],
    *[
        "影響：多{n}",
        "## 2. Root cause (RCA)",
        "<b>Fix:</b> again {n}",
        "- - deep {n}",
        "1) **Impact** – all {n}",
        "- Impact:",
    ],
    *[
        "1. Timeline: begun {n}",
        "Severity: {n}",
        "Author: {n}",
        "See https://example.org/{n}",
        "**Impact:**",
        "~~~ {n}",
    ],
    "| Impact | all {n} |\n|:--|:--|\n| Severity | {n} |",
    "| who {n} | what |\n|---|---|\n| sam | {n} |",
]


def documents() -> list[Path]:
    own = sorted(path for path in (FIXTURES / "reading").rglob("*") if path.suffix in (".md", ".qmd", ".erb"))
    return own + (sorted(path for path in CORPUS.glob("*/*") if path.is_file()) if SHARED else [])


def told(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def lost_lines(text: str) -> list[tuple[int, str]]:
    """Lines of which a word stands nowhere, by counting: a word that the source says twice must stand there twice.

    What only names a section ("## Impact") stands as that section; an answer that says nothing ("N/A") as its absence.
    """
    known = words()
    whole = outline(text, known)
    sections = read_sections(whole, known, source="the text")
    other = read_other(whole, known, source="the text")
    kept = "\n".join(
        [
            whole.title,
            *(part.name for part in whole.parts if part.start == whole.titled_at),
            *(f"{name} {value}" for name, value in whole.front.items()),
            *(found.text or "" for found in sections.values()),
            other.text or "",
            *(part.name for part in whole.parts if part.begins),
            *(part.text for part in whole.parts if part.section and known.nothing_said(part.text)),
        ]
    )
    left: dict[str, int] = {}
    for word in told(kept):
        left[word] = left.get(word, 0) + 1
    lost: list[tuple[int, str]] = []
    source = _TEMPLATE.sub(lambda found: "\n" * found[0].count("\n"), tidy(text))
    for number, line in enumerate(source.split("\n"), start=1):
        for word in told(re.sub(r"</?(?:details|summary|h[1-6]|b|strong)\b[^<>]*>|<br ?/?>|^\s*\d+[.)] ", " ", line)):
            left[word] = left.get(word, 0) - 1
            if left[word] < 0:
                lost.append((number, word))
    return lost


def covered(found: SectionText) -> set[int]:
    return {line for first, last in found.lines for line in range(first, last + 1)}


def test_no_word_of_any_real_document_is_lost() -> None:
    if not CORPUS.is_dir():
        pytest.skip("AFTERWORD_SHARED does not name a folder with real postmortems")
    told_of = {path.name: len(lost) for path in documents() if (lost := lost_lines(path.read_text("utf-8")))}
    assert told_of == {}


@pytest.mark.parametrize("path", sorted((FIXTURES / "reading").rglob("*.md")), ids=lambda path: path.name)
def test_no_word_of_our_own_examples_is_lost(path: Path) -> None:
    assert lost_lines(path.read_text("utf-8")) == []


def test_no_numbered_word_of_any_mixture_of_lines_is_lost() -> None:
    for seed in range(400):
        chance = random.Random(seed)
        lines = [chance.choice(_LINES).format(n=10_000 + n) for n in range(chance.randint(2, 16))]
        lost = [word for _, word in lost_lines("\n".join(lines)) if re.search(r"\d{5}", word)]
        assert lost == [], "\n".join(lines)


def test_no_line_stands_in_two_sections() -> None:
    for path in documents():
        text = path.read_text("utf-8")
        whole = outline(text, words())
        other = read_other(whole, words(), source="the text")
        seen: dict[int, str] = {}
        for name, found in [*read_sections(whole, words(), source="the text").items(), ("other", other)]:
            for line in covered(found):
                assert line not in seen, f"{path.name}: line {line} is in {seen[line]} and {name}"
                seen[line] = str(name)


def test_a_line_s_words_stand_at_the_lines_of_its_section() -> None:
    for path in documents():
        text = path.read_text("utf-8")
        rows = tidy(text).split("\n")
        whole = outline(text, words())
        for name, found in read_sections(whole, words(), source="the text").items():
            there = set(told("\n".join(rows[line - 1] for line in covered(found))))
            assert set(told(found.text or "")) <= there, f"{path.name}: {name} says what its lines do not"
