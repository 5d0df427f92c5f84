"""What only prepares the work, and is no proof that the work is done: "Ticket raised to …", "Scheduled a drill".

What runs by a clock of its own is another thing: "Cron cleanup scheduled" leaves nothing to do.
"""

from __future__ import annotations

import re

from service.postmortem.itemwords import ItemWords

_AROUND = ".,;:!?()[]*_`\"'“”-"
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|-(?=[^\W\d_]))*")
_FIRST = re.compile(r"(?:(?:we|i|the team)(?:['’]ve| have)?(?: also| now| already)? )?scheduled ", re.IGNORECASE)
_LAST = re.compile(
    r" (?:(?:is|are|was|were|has been|have been)(?: now| already)? )?scheduled"
    r"(?=\.?$| (?:to [a-z]|every |daily|nightly|hourly|weekly|monthly|via |with |as ))",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:for|on|until|by|before|after|once|when|if|unless|should|must|will|would|could|can|may|might|not|never|yet|still|"
    r"needs?|be|being|next|later|soon|get|gets|pending)\b|[?\d]|n['’]t\b",
    re.IGNORECASE,
)


def only_prepares(clause: str, words: ItemWords) -> bool:
    """Whether a clause tells of a ticket, a meeting, a proposal or the like, and not of the work that they are for."""
    if words.prepared_heads.isdisjoint(word.strip(_AROUND) for word in clause.lower().split()):
        return False
    return words.prepares.match(clause) is not None or words.prepared.search(clause) is not None


def told_of_clockwork(clause: str, words: ItemWords) -> str | None:
    """ "Cron cleanup scheduled", "Scheduled a nightly backup of the archive": a job that will run by itself."""
    if "cheduled" not in clause:
        return None
    first = _FIRST.match(clause)
    last = None if first else _LAST.search(clause)
    if first is None and last is None:
        return None
    named = clause[first.end() :] if first else clause[: last.start()] if last else ""
    said = [word.lower() for word in _WORD.findall(named[:160])]
    if not said or words.lists["appointment"] & set(said) or _NOT_YET.search(clause):
        return None
    if not words.lists["clockwork"] & set(said) or not words.lists["clockwork_job"] & set(said):
        return None
    return None if said[0] in words.lists["verb"] and said[0] not in words.lists["noun_verb"] else "scheduled"
