"""What somebody said in the ticket's comments and was not obeyed, each in a sentence that says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from service.postmortem.model import Asked, Document
from service.postmortem.standing import Standing


def not_obeyed(document: Document, standings: Sequence[Standing]) -> tuple[str, ...]:
    """ "comment 4: /file 9 by @alex names no action item; there are 1 to 5". Those that named no item come first, as
    people with a role wrote them; then the others, mostly of strangers."""
    known = {item.number for item in standings}
    unmet = [_unmet(one, missing, known) for one in document.asked if (missing := set(one.numbers) - known)]
    return (*unmet, *document.not_obeyed)


def _unmet(one: Asked, missing: set[int], known: set[int]) -> str:
    said = ",".join(str(number) for number in one.numbers if number in missing)
    there = "there is none yet" if not known else "there is only 1" if known == {1} else f"there are 1 to {max(known)}"
    return f"comment {one.comment}: /{one.verb} {said} by {one.who} names no action item; {there}"
