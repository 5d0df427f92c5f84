"""The seven sections in their own words, and what belongs to none of them."""

from __future__ import annotations

from time import process_time

import pytest
from markdown_it import MarkdownIt

from service.postmortem.model import Origin, Section, SectionText
from service.postmortem.outline import outline
from service.postmortem.sections import read_other, read_sections
from service.words import words

S, I, C, T, R, L, A = Section  # noqa: E741  (the seven, in the order of the document)


def sections(text: str) -> dict[Section, str | None]:
    return {name: found.text for name, found in read_sections(outline(text, words()), words(), source="x").items()}


def other(text: str) -> SectionText:
    return read_other(outline(text, words()), words(), source="the text", url="https://example.org/1")


def test_a_section_in_two_places_has_the_lines_of_both() -> None:
    text = "# X\n\n## Impact\n\na\n\n\n## Timeline\n\n10:00 b\n\n## User impact\n\nc\nd\n"
    found = read_sections(outline(text, words()), words(), source="x")
    assert found[I].lines == ((3, 5), (12, 15))
    assert found[I].text == "a\n\n**User impact**\n\nc\nd"


def test_parts_with_only_empty_lines_between_them_are_one_span() -> None:
    found = read_sections(outline("## Lessons\n\n\n### Good\n\na\n\n\n### Bad\n\nb\n", words()), words(), source="x")
    assert found[L].lines == ((1, 11),)
    assert found[L].text == "### Good\n\na\n\n### Bad\n\nb"


@pytest.mark.parametrize(
    ("heading", "kept"),
    [
        ("Impact", ""),
        ("2. 📉 Impact:", ""),
        ("Impact(s)", ""),
        ("Root cause analysis (RCA)", ""),
        ("Impact on customers of the west", "**Impact on customers of the west**"),
        ("Timeline (all times UTC)", "**Timeline (all times UTC)**"),
        (
            "Impact ([ticket](https://example.org/7))",
            "**Impact ([ticket](https://example.org/7))**",
        ),
    ],
)
def test_a_heading_that_says_more_than_the_section_s_name_stays(heading: str, kept: str) -> None:
    (text,) = sections(f"## {heading}\n\nhalf\n").values()
    assert text == (f"{kept}\n\nhalf" if kept else "half")


def test_prose_under_the_title_is_the_summary_and_facts_and_links_are_kept_aside() -> None:
    text = (
        "# Checkout slow\n\n**Severity:** SEV2\nAuthors: sam\n\nHalf of the orders failed.\n\nThread: https://example.org/t\n\n"
        "It took an hour.\n\n## Timeline\n\n10:00 a\n"
    )
    assert sections(text)[S] == "Half of the orders failed.\n\nIt took an hour."
    assert other(text).text == "**Severity:** SEV2\nAuthors: sam\n\nThread: https://example.org/t"
    assert other(text).lines == ((3, 4), (8, 8))


def test_a_summary_with_a_name_leaves_the_prose_above_it_aside_unless_it_says_nothing() -> None:
    assert sections("It broke.\n\n## Summary\n\nThe pool was full.\n")[S] == "The pool was full."
    assert other("It broke.\n\n## Summary\n\nThe pool was full.\n").text == "It broke."
    assert sections("It broke.\n\n## Summary\n\nTBD\n")[S] == "It broke."


def test_a_text_without_any_heading_is_its_summary() -> None:
    text = "It broke at ten.\n\n- the pool was full\n- nobody saw it\n\nIt is back.\n"
    assert sections(text) == {S: text.strip()}
    assert other(text).origin is Origin.MISSING


def test_facts_alone_are_no_summary() -> None:
    text = "# X\n\n| Severity | 2 |\n|---|---|\n| Date | 2026-11-17 |\n\n- Authors: sam\n- Status: final\n"
    assert sections(text) == {}
    assert other(text).text == "| Severity | 2 |\n|---|---|\n| Date | 2026-11-17 |\n\n- Authors: sam\n- Status: final"


def test_what_belongs_to_none_keeps_its_words_its_headings_and_its_order() -> None:
    text = (
        "# X\n\n## Background\n\nWe sell.\n\n## Impact\n\nhalf\n\n**Graphs**\n\n![g](https://example.org/g.png)\n\n"
        "## See [this](https://example.org/1)\n\n```\ncode\n```\n\n[1]: https://example.org/2\n"
    )
    found = other(text)
    assert found.text == (
        "### Background\n\nWe sell.\n\n### See [this](https://example.org/1)\n\n```\ncode\n```\n\n[1]: https://example.org/2"
    )
    assert sections(text)[I] == "half\n\n**Graphs**\n\n![g](https://example.org/g.png)"
    assert (found.origin, found.source, found.url) == (Origin.READ, "the text", "https://example.org/1")
    assert found.lines == ((3, 5), (15, 21))


def test_rules_and_folds_are_no_words() -> None:
    assert other("# X\n\n---\n\n<details>\n\n</details>\n\n## Impact\n\nhalf\n").text is None


def test_the_title_of_a_text_can_be_kept_with_the_rest() -> None:
    whole = outline("# X slow\n\n## Background\n\na\n", words())
    assert read_other(whole, words(), source="x", titled=False).text == "### X slow\n\n### Background\n\na"


@pytest.mark.parametrize("answer", ["N/A", "_No response_", "TBD", "<!-- fill in -->", "なし", "keine", "ninguno"])
def test_an_answer_that_says_nothing_is_no_section_and_nothing_else(answer: str) -> None:
    text = f"## Impact\n\n{answer}\n\n## Resolution\n\nback\n"
    assert sections(text) == {R: "back"}
    assert other(text).text is None


def realistic(size: int) -> str:
    prose = (
        "The [checkout](https://example.org/x) pool was **restarted** by alex after `db-1` was slow for half an hour"
    )
    out = ["# Checkout slow", "", "**Severity:** SEV2", "", "## Summary", "", prose, "", "## Timeline", ""]
    out += [f"- 2026-11-17 {n // 60 % 24:02}:{n % 60:02} UTC {prose}" for n in range(size // 900)]
    for number in range(size // 600):
        out += ["", f"### Comment {number}", "", prose + ",\n" + prose]
    out += ["", "## Action items", "", *(f"- [ ] {prose} @sam" for _ in range(size // 900))]
    return "\n".join(out)


@pytest.mark.whole
def test_finding_the_sections_adds_little_to_parsing_and_grows_with_the_length() -> None:
    parser = MarkdownIt("js-default")

    def least(work: object, rounds: int = 5) -> float:
        taken = []
        for _ in range(rounds):
            begun = process_time()
            work()  # type: ignore[operator]
            taken.append(process_time() - begun)
        return min(taken)

    def read(text: str) -> None:
        whole = outline(text, words())
        read_sections(whole, words(), source="x")
        read_other(whole, words(), source="x")

    text, long = realistic(200_000), realistic(800_000)
    assert least(lambda: read(text)) < 1.6 * least(lambda: parser.parse(text))
    assert least(lambda: read(long), 2) < 8 * least(lambda: read(text), 2)


@pytest.mark.parametrize(
    "text",
    [
        "- " * 10_000 + "a",
        "> " * 10_000 + "a",
        "".join("  " * n + "- a\n" for n in range(2_000)),
        "**Impact**: " * 20_000,
    ],
    ids=["lists", "quotes", "steps", "fields"],
)
def test_nesting_without_end_is_read(text: str) -> None:
    begun = process_time()
    assert sections(f"## Impact\n\n{text}\n") or other(text).text
    assert process_time() - begun < 20
