"""Names of stated times that are put together of what began and how it is said: "Customer impact ended at", "End of
the disruption", "When was the issue resolved?". The words are data (config/vocabulary/times.toml, [composed])."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_Words = Mapping[str, Sequence[str]]


def composed(table: _Words) -> Iterator[tuple[str, str]]:
    """Names as they are looked up, each with its moment: "started" or "resolved". Without words there are none."""
    subjects, hours = table.get("subjects", ()), table.get("hours", ())
    for moment in ("started", "resolved"):
        for noun in table.get(f"{moment}_noun", ()):
            yield from ((f"{noun} {hour}", moment) for hour in hours)
            yield from ((f"{hour} of {noun}", moment) for hour in hours)
            for subject in subjects:
                yield f"{noun} of {subject}", moment
                yield f"{noun} of the {subject}", moment
                yield f"{subject} {noun}", moment
                yield from ((f"{subject} {noun} {hour}", moment) for hour in hours)
                yield from ((f"{hour} of {subject} {noun}", moment) for hour in hours)
        for verb in table.get(f"{moment}_verb", ()):
            yield from ((f"{hour} {verb}", moment) for hour in hours)
            for subject in subjects:
                yield from ((f"{subject} {verb}{tail}", moment) for tail in ("", " at", " on", " time", " date"))
                yield from ((f"{hour} {subject} {verb}", moment) for hour in ("time", "when"))
        for asked in table.get(f"{moment}_asked", ()):
            for subject in ("it", *(f"{article}{subject}" for subject in subjects for article in ("the ", ""))):
                yield asked.replace("*", subject), moment
