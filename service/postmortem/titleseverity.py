"""The severity that the title of a text states, or a line before its first section that is nothing else."""

from __future__ import annotations

from service.postmortem.model import Evidence
from service.postmortem.outline import Outline
from service.postmortem.pairs import first_parts
from service.postmortem.severity import severity_alone, severity_of_title
from service.postmortem.stated import Stated
from service.postmortem.texts import Texts


def read_severity(stated: Stated, outline: Outline, texts: Texts) -> None:
    """Fills what no field has stated."""
    if stated.severity is None:
        stated.severity = severity_of_title(outline.title)
        if stated.severity:
            line = next((part.start + 1 for part in outline.parts if part.level == 1), 1)
            stated.evidence["severity"] = Evidence(outline.title, line, line, "the title")
    for part in first_parts(outline) if stated.severity is None else ():
        alone = [
            (part.name, part.start),
            *((texts.of(b), b.start) for b in part.blocks[:20] if b.kind == "paragraph" and len(texts.raw(b)) < 24),
        ]
        for text, line in alone:
            if stated.severity is None and (severity := severity_alone(text)):
                stated.severity = severity
                stated.evidence["severity"] = Evidence(text, line + 1, line + 1, "a line of its own")
