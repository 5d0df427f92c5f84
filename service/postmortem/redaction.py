"""Secrets in what people wrote are replaced by a mark before anything is kept. Pure, and linear in the text.

What looks like a secret goes; commit hashes, digests, ids, addresses and prose stay. It guards against accidents, not
against an author who hides one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from connectors.base import Ticket
from service.postmortem.secret_kinds import Span, private_keys, tokens
from service.postmortem.secret_values import named_values, url_passwords

#: A character that Markdown or JSON escapes: ghp\_… is the same token.
_ESCAPED = re.compile(r"\\(?=[!-/:-@\[-`{-~])")


def redact(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a mark such as `[redacted: GitHub token]` in place of each secret; the kinds, each once ("a GitHub
    token"), in the order of their appearance. Redacting twice changes nothing more."""
    spans = _spans(text)
    if not spans:
        return text, ()
    out, at = list[str](), 0
    for span in spans:
        out += (text[at : span.start], f"[redacted: {span.kind.label}]")
        at = span.end
    return "".join([*out, text[at:]]), tuple(dict.fromkeys(span.kind.phrase for span in spans))


def redact_ticket(ticket: Ticket) -> tuple[Ticket, tuple[str, ...]]:
    """The ticket with its title, text, comments and events redacted; the findings with their place, in words ("a GitHub
    token in comment 3"). The very same ticket where there is no secret."""
    findings: list[str] = []

    def clean(text: str, place: str) -> str:
        cleaned, kinds = redact(text)
        findings.extend(f"{kind} in {place}" for kind in kinds)
        return cleaned

    title, text = clean(ticket.title, "the title"), clean(ticket.text, "the text")
    comments = tuple(
        replace(comment, text=clean(comment.text, f"comment {number}"))
        for number, comment in enumerate(ticket.comments, start=1)
    )
    events = tuple(
        replace(event, subject=clean(event.subject, "the history"), was=clean(event.was, "the history"))
        for event in ticket.events
    )
    if not findings:
        return ticket, ()
    return replace(ticket, title=title, text=text, comments=comments, events=events), tuple(dict.fromkeys(findings))


def _spans(text: str) -> list[Span]:
    """The secrets of a text in their order, none of which overlap."""
    plain, removed = text, list[int]()
    if "\\" in text:
        removed = [found.start() - number for number, found in enumerate(_ESCAPED.finditer(text))]
        plain = _ESCAPED.sub("", text) if removed else text
    found = [(span, rank) for rank, look in enumerate(_LOOKS) for span in look(plain)]
    return [
        Span(start + bisect_left(removed, start), end + bisect_right(removed, end - 1), kind)
        for start, end, kind in _apart(found)
    ]


#: the most telling first: a token's own look says more than the name before it
_LOOKS = (tokens, private_keys, url_passwords, named_values)


def _apart(found: list[tuple[Span, int]]) -> Iterator[Span]:
    """Spans that overlap are made one, named as the most telling of them."""
    found.sort(key=lambda one: one[0][:2])
    start, end, rank, kind = 0, 0, len(_LOOKS), None
    for span, its_rank in found:
        if kind is not None and span.start >= end:
            yield Span(start, end, kind)
            kind = None
        if kind is None:
            start, end, kind, rank = *span, its_rank
        else:
            end = max(end, span.end)
            if its_rank < rank:
                kind, rank = span.kind, its_rank
    if kind is not None:
        yield Span(start, end, kind)
