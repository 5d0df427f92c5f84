"""Markdown becomes HTML that can do nothing but be read."""

from __future__ import annotations

import re

import pytest

from service.web.markdown import to_html, to_inline

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    '[x](https://example.org "onmouseover=alert(1)")',
    '<div style="position:fixed">x</div>',
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<!-- <script>alert(1)</script> -->",
    "`<script>`",
    "```\n<script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x]: javascript:alert(1)\n\n[x]",
    "<https://example.org/><script>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "\x00<script>\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text):
    html = str(to_html(text))
    tags = re.findall(r"<[^>]*>", html)
    assert not [tag for tag in tags if re.match(r"</?(script|img|svg|iframe|style|div|object|embed|form)\b", tag, re.I)]
    assert not [
        tag for tag in tags if re.search(r"\son\w+\s*=|style\s*=|javascript:|data:|vbscript:", _names(tag), re.I)
    ]


def _names(tag: str) -> str:
    """The tag without what stands in its title, which is only read."""
    return re.sub(r'title="[^"]*"', "", tag)


def test_what_people_write_stays_what_they_wrote():
    html = to_html("# A\n\n**b** `c` [d](https://example.org/)\n\n1. e\n\n| f |\n|---|\n| g |\n")
    assert "<h3>A</h3>" in html
    assert "<strong>b</strong> <code>c</code>" in html
    assert '<a href="https://example.org/" rel="noopener noreferrer nofollow">d</a>' in html
    assert "<li>e</li>" in html
    assert "<td>g</td>" in html


def test_a_link_without_a_scheme_of_ours_keeps_its_words():
    assert "words" in to_html("[words](javascript:alert(1))")


def test_headings_of_the_text_follow_each_other_below_the_section_s_own():
    html = str(to_html("#### A\n###### B\n## C\n### D\n# E\n"))
    assert re.findall(r"<h(\d)>(\w)", html) == [("3", "A"), ("4", "B"), ("3", "C"), ("4", "D"), ("3", "E")]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_of_hostile_text_holds_only_marks_of_emphasis(text):
    assert set(re.findall(r"</?(\w+)", str(to_inline(text)))) <= {"a", "code", "em", "strong", "s", "del"}
    assert "<a" not in to_inline(text, links=False)
