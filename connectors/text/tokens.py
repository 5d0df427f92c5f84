"""Markdown, parsed once for the writers of Jira's two forms."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from connectors.text.neutral import plain

#: what stands at the end of a text that was cut
CUT = "… (cut here, as Jira takes no longer text; the postmortem has all of it)"
_DEEPEST = 24  # nesting beyond this is read as plain text; it also keeps hostile input linear


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False, "linkify": False, "maxNesting": _DEEPEST})


def parse(markdown: str) -> list[Token]:
    """The flat list of block tokens; those of type "inline" hold their spans as children."""
    return _parser().parse(plain(markdown))
