"""How well the reader reads real postmortems, beside the labels that people made of them.

    python -m tests.reading.accuracy [--corpus FOLDER] [--unseen | --document NAME]

The documents are those of AFTERWORD_SHARED/data/postmortems, or of the folder that --corpus names. A document that has
changed since it was labelled is said, not measured. --unseen measures the labels that nobody tunes by, and prints
their figures alone. --document shows every difference of one document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.postmortem.model import Reading
from service.postmortem.reading import read_text
from service.words import words
from tests.reading.differences import differences
from tests.reading.figures import GOALS, figures, table, worst
from tests.reading.labelling import LABELS, lines_of
from tests.reading.matching import Counts, compare

UNSEEN = LABELS / "unseen"


@dataclass(frozen=True, slots=True)
class Measured:
    """A labelled document as the reader reads it. `changed`: why it is not measured, else ""."""

    label: dict[str, Any]
    lines: list[str]
    reading: Reading | None
    changed: str = ""

    @property
    def name(self) -> str:
        return str(self.label["document"])

    def counts(self) -> Counts:
        assert self.reading is not None
        return compare(self.label, self.reading, self.lines)


def labels(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def measure(label: dict[str, Any], corpus: Path) -> Measured:
    """Reads the document as `read FILE` does."""
    try:
        content = (corpus / label["document"]).read_bytes()
    except OSError:
        return Measured(label, [], None, "is not in the corpus")
    if hashlib.sha256(content).hexdigest() != label["sha256"]:
        return Measured(label, [], None, "has changed since it was labelled")
    reading = read_text(content.decode("utf-8-sig", "replace"), words(), name=Path(label["document"]).name)
    return Measured(label, lines_of(content), reading)


def corpus_of(named: Path | None) -> Path | None:
    """The folder with the documents, or None where there is none."""
    shared = os.environ.get("AFTERWORD_SHARED", "")
    folder = named or (Path(shared) / "data" / "postmortems" if shared else None)
    return folder if folder and folder.is_dir() else None


def by_source(measured: list[Measured]) -> Iterator[tuple[str, Counts]]:
    for source in sorted({one.name.split("/")[0] for one in measured}):
        total = Counts()
        for one in measured:
            if one.name.split("/")[0] == source:
                total.add(one.counts())
        yield source, total


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reading.accuracy", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="the folder that holds the labelled documents")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--unseen", action="store_true", help="measure the unseen labels, figures alone")
    asked.add_argument("--document", metavar="NAME", help="a part of a document's name: show all its differences")
    wanted = parser.parse_args(arguments)
    corpus = corpus_of(wanted.corpus)
    if corpus is None:
        print(
            "The real postmortems are not part of this project. Set AFTERWORD_SHARED to the folder that holds "
            "data/postmortems, or name their folder with --corpus.",
            file=sys.stderr,
        )
        return 2
    if wanted.document:
        return _one(wanted.document, corpus)
    return _all(labels(UNSEEN if wanted.unseen else LABELS), corpus, shown=not wanted.unseen)


def _one(name: str, corpus: Path) -> int:
    found = [label for label in labels(LABELS) if name.lower() in label["document"].lower()]
    if not found:
        print(f"No open label's document has “{name}” in its name.", file=sys.stderr)
    for label in found:
        one = measure(label, corpus)
        print(f"{one.name} {one.changed}")
        if one.reading is not None:
            print("\n".join(f"  {line}" for line in differences(label, one.reading, one.lines)))
    return 0 if found else 2


def _all(chosen: list[dict[str, Any]], corpus: Path, *, shown: bool) -> int:
    measured = [measure(label, corpus) for label in chosen]
    for one in measured:
        if one.changed:
            print(f"{one.name if shown else 'A document'} {one.changed}; it is not measured.")
    measured = [one for one in measured if one.reading is not None]
    if not measured:
        print("No labelled document was found.", file=sys.stderr)
        return 2
    sources = list(by_source(measured))
    total = Counts()
    for _, counts in sources:
        total.add(counts)
    print("\n".join(table([*sources, ("all", total)])))
    print()
    read = figures(total)
    print("\n".join(figure.line() for figure in read))
    if shown:
        print("\n".join(worst([(one.name, one.counts()) for one in measured])))
    missed = [figure.name for figure in read if figure.met is False]
    print(f"\n{len(GOALS)} goals; " + (f"not met: {', '.join(missed)}" if missed else "none is missed"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
