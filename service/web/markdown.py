"""Markdown to harmless HTML: parsed with raw HTML off, then cleaned against a list of what may stay."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

INLINE = {"code", "em", "strong", "s", "del"}
TAGS = (
    INLINE
    | {"p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "a"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_PARSER = MarkdownIt("js-default", {"maxNesting": 40})


def to_html(markdown: str) -> Markup:
    """A section of a document. Its headings stand below the section's own, at the third level first and none left out;
    pictures and scripts never get through, and a link leads to the web or to a mail address."""
    tokens = _PARSER.parse(_whole(markdown))
    above: list[str] = []  # the headings that the present one stands below, and itself
    for token in tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(2 + len(above), 6)}"
    return _clean(_PARSER.renderer.render(tokens, _PARSER.options, {}), TAGS)


def to_inline(markdown: str, *, links: bool = True) -> Markup:
    """One line of text, such as a line of a timeline. `links=False` where the line itself stands in a link."""
    return _clean(_PARSER.renderInline(" ".join(_whole(markdown).split())), INLINE | {"a"} if links else INLINE)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a character cannot be shown


def _clean(html: str, tags: set[str]) -> Markup:
    return Markup(  # noqa: S704 - cleaned in the same breath
        nh3.clean(
            html,
            tags=tags,
            attributes=ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )
