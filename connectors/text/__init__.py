"""Texts between Markdown and the vendors' own forms, and the neutralising of what strangers wrote.

Inside Afterword text is always Markdown. `quiet` makes ticket text harmless before it goes out again; `to_wiki` and
`to_adf` write Jira's two forms, `from_wiki` and `from_adf` read them. None of them raises on any input, and all take
linear time: mistletoe's Jira renderer and jira2markdown were measured and set aside (16 KB of "[](" took the one 3 s,
and its token table is global to all threads; 16 KB of plain words took the other 5 s).
"""

from connectors.text.adf import size, to_adf
from connectors.text.adf_reader import from_adf
from connectors.text.neutral import quiet, quiet_title
from connectors.text.shallow import DEEPEST, shallow_json
from connectors.text.storable import storable_json
from connectors.text.wiki import to_wiki
from connectors.text.wiki_reader import from_wiki

__all__ = [
    "DEEPEST",
    "from_adf",
    "from_wiki",
    "quiet",
    "quiet_title",
    "shallow_json",
    "size",
    "storable_json",
    "to_adf",
    "to_wiki",
]
