"""What somebody said in the ticket's comments and was obeyed, as the document keeps it for those who said it. Pure."""

from __future__ import annotations

from dataclasses import replace

from service.postmortem.model import Asked, Document, Reading

#: of these only the last one stands
_LAST = ("severity", "impact", "cause", "summary", "resolution")


def with_taken(document: Document, reading: Reading) -> Document:
    """The document with the commands that are in it, each without numbers; /file and /park have words of their own."""
    said = [Asked(one.comment, one.verb, (), one.who) for one in reading.decisions if one.verb not in ("file", "park")]
    last = {one.verb: index for index, one in enumerate(said)}
    taken = [one for index, one in enumerate(said) if one.verb not in _LAST or last[one.verb] == index]
    return replace(document, asked=(*document.asked, *taken))
