"""Hints stand where their words stand, in a section's HTML, and never break it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hints_file import hints_list
from service.postmortem.quality import hints
from service.web.markdown import to_html
from service.web.marked import lettered, with_hints
from tests.example import document

LINK = re.compile(r'<a class="hint" href="#hint-[a-z]+">([^<]*)<sup>[a-z]+</sup></a>')


def shown(text: str) -> str:
    return str(with_hints(text, lettered(hints(document(impact=text), (), hints_list()))))


def test_each_hint_is_marked_with_its_letter() -> None:
    assert shown("It was **human error**. <b>\n\n- Sam broke it") == (
        '<p>It was <strong><a class="hint" href="#hint-a">human error<sup>a</sup></a></strong>. &lt;b&gt;</p>\n'
        '<ul>\n<li><a class="hint" href="#hint-b">Sam broke<sup>b</sup></a> it</li>\n</ul>\n'
    )


def test_words_over_two_lines_and_in_a_cell_are_marked() -> None:
    assert LINK.findall(shown("The engineer\nforgot it.\n\n| a |\n|---|\n| human error |")) == [
        "engineer\nforgot",
        "human error",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It was human error.\n\n[human error][1]\n\n[1]: https://example.org",
        "[It was human error][1]\n\n[1]: https://x.org",
    ],
)
def test_no_link_stands_in_a_link(text: str) -> None:
    assert not re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", shown(text), re.DOTALL)


def test_characters_of_ours_in_a_text_do_nothing() -> None:
    said = shown("\ue0a0human error\ue0a1 and \ue0a0<script>")
    assert "\ue0a0" not in said
    assert "<script" not in said
    assert len(LINK.findall(said)) == 1


def test_after_z_comes_aa() -> None:
    (hint,) = hints(document(impact="human error"), (), hints_list())
    assert [one.letter for one in lettered([hint] * 54)][24:29] == ["y", "z", "aa", "ab", "ac"]
    assert lettered([hint] * 54)[-1].letter == "bb"


PIECES = st.sampled_from(
    ["human error", "Sam broke", "obviously. ", "*", "**", "[", "](https://x)", "][1]", "\n", "\n\n", "- ", "| ", "> ",
     "`", "<b>", "\ue0a0", "\ue0a1", "&", " ", "a", "\\", "# ", "1. ", "\t"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=20).map("".join))
def test_a_page_with_hints_is_the_page_without_them_and_their_marks(text: str) -> None:
    plain = str(to_html(text.replace("\ue0a0", "\ufffd").replace("\ue0a1", "\ufffd")))
    assert LINK.sub(r"\1", shown(text)).replace("\ue0a0", "\ufffd").replace("\ue0a1", "\ufffd") == plain
