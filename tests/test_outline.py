"""A text as parts: headings of every style, fields, front matter, and the lines that each part stands in."""

from __future__ import annotations

import pytest

from service.postmortem.model import Section
from service.postmortem.outline import Outline, outline
from service.words import words

S, I, C, T, R, L, A = Section  # noqa: E741  (the seven, in the order of the document)


def whole(text: str) -> Outline:
    return outline(text, words())


def told(text: str) -> list[tuple[Section | None, str]]:
    """Section and words of each part that has any."""
    return [(part.section, part.text) for part in whole(text).parts if part.text]


@pytest.mark.parametrize(
    "heading",
    [
        "## Impact",
        "###### Impact",
        "# Impact",
        "Impact\n---",
        "Impact\n======",
        "## Impact ##",
        "**Impact**",
        "**Impact:**",
        "**Impact**:",
        "__Impact__",
        "Impact:",
        "IMPACT",
        "IMPACT:",
        "Impact",
        "## 2. Impact",
        "**2) Impact**",
        "2\\. Impact",
        "1. **Impact**",
        "- **Impact**",
        "* Impact:",
        "## 📉 Impact",
        "📉 Impact",
        "## :fire: Impact",
        "<h2>Impact</h2>",
        '<h3 align="left">Impact</h3>',
        "<b>Impact</b>",
        "<strong>Impact:</strong>",
        "## [Impact](#impact)",
        '## <a name="impact"></a>Impact',
        "## Impact {#impact}",
        "## **Impact**",
        "## _Impact_",
        "## What was the impact?",
        "## Section 3: Impact",
        "## Impact – who noticed",
        "## 影響：",
        "■ 影響",
        "<details><summary>Impact</summary>",
        "<details>\n<summary><b>Impact</b></summary>",
    ],
)
def test_a_heading_of_any_style_begins_its_section(heading: str) -> None:
    after = "\n\n</details>" if "<details" in heading else ""
    told_after = told(
        f"# Checkout slow\n\nIt was slow.\n\n{heading}\n\nHalf of the orders.{after}\n\n## Resolution\n\nBack.\n"
    )
    assert told_after == [(None, "It was slow."), (I, "Half of the orders."), (R, "Back.")]


@pytest.mark.parametrize(
    "text",
    [
        "**Impact:** half of the orders",
        "**Impact**: half of the orders",
        "Impact: half of the orders",
        "Impact - half of the orders",
        "**Impact** – half of the orders",
        "- **Impact**: half of the orders",
        "- **Impact** half of the orders",
        "- Impact: half of the orders",
        "* __Impact:__ half of the orders",
        "1. Impact: half of the orders",
        "- Impact\n\n  half of the orders",
        "- **Impact**\n  half of the orders",
        "| Field | Value |\n|---|---|\n| Impact | half of the orders |",
        "| **Impact** | half of the orders |\n|---|---|\n| Severity | 2 |",
        "<b>Impact:</b> half of the orders",
        "影響：half of the orders",
        "📉 Impact: half of the orders",
    ],
)
def test_a_field_of_any_style_is_a_part_with_the_words_of_its_line(text: str) -> None:
    found = [part for part in whole(f"# Checkout slow\n\n{text}\n").parts if part.section is I]
    assert [(part.text.strip(), part.begins) for part in found] == [("half of the orders", True)]
    at = text.split("\n").index(next(line for line in text.split("\n") if "Impact" in line or "影響" in line)) + 2
    assert found[0].start == at
    assert [block.kind for block in found[0].blocks] == ["paragraph"]
    assert "".join(span.text for span in found[0].blocks[0].spans) == "half of the orders"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("- **Impact**: **all** of the orders", "**all** of the orders"),
        ("**Impact: all of the orders**", "**all of the orders**"),
        ("- **Impact**: see [the graph](https://example.org/a:b)", "see [the graph](https://example.org/a:b)"),
        ("- [Impact](#impact): half", "half"),
        ("Impact: `a: b` failed", "`a: b` failed"),
        ("*Impact*: half", "half"),
        ("- **Impact**: _half_ of it", "_half_ of it"),
    ],
)
def test_the_words_of_a_field_keep_their_marks(line: str, text: str) -> None:
    assert told(f"{line}\n")[-1] == (I, text)


def test_what_is_nested_in_a_field_is_its_text_and_its_tree() -> None:
    found = whole("- **Impact**:\n  - orders\n    - half of them\n\n- **Resolution**: put back\n").parts
    impact, resolution = (part for part in found if part.section)
    assert (impact.text, impact.start, impact.end) == ("- orders\n  - half of them", 0, 3)
    assert [block.kind for block in impact.blocks] == ["list"]
    assert (impact.blocks[0].start, impact.blocks[0].children[0].children[1].start) == (1, 2)
    assert (resolution.text, resolution.start, resolution.end) == ("put back", 4, 5)


def test_fields_in_a_paragraph_know_their_lines() -> None:
    found = whole("# X\n\n**Severity:** 2\n**Impact:** half\nof them\n**Root cause:** a setting\n").parts
    assert [(p.section, p.name, p.text, p.start, p.end) for p in found if p.text] == [
        (None, "Severity", "**Severity:** 2", 2, 3),
        (I, "Impact", "half\nof them", 3, 5),
        (C, "Root cause", "a setting", 5, 6),
    ]


def test_rows_of_a_table_know_their_lines_and_facts_stay_a_table() -> None:
    found = whole("| Severity | 2 |\n|---|---|\n| Impact | half<br>- of it |\n| Root cause | a \\| b |\n").parts
    assert [(p.section, p.text, p.start) for p in found if p.text] == [
        (None, "| Severity | 2 |\n|---|---|", 0),
        (I, "half\n- of it", 2),
        (C, "a | b", 3),
    ]


def test_fields_that_are_the_headings_of_a_text_hold_the_paragraphs_after_them() -> None:
    text = "**Impact:** half of it.\n\nAll of the west.\n\n**Root cause:** a setting.\n\nIt was gone.\n"
    assert told(text) == [(I, "half of it."), (I, "All of the west."), (C, "a setting."), (C, "It was gone.")]


def test_what_follows_a_list_of_fields_belongs_to_none_of_them() -> None:
    assert told("- **Impact**: half\n- **Severity**: 2\n\nIt was slow.\n") == [
        (I, "half"),
        (None, "- **Severity**: 2"),
        (None, "It was slow."),
    ]


def test_a_bare_name_above_its_list_or_its_text_is_a_heading() -> None:
    text = (
        "It broke.\n\nImpact\nhalf of the orders\n\nROOT CAUSE\nA setting.\nTimeline\n- 10:00 begun\n\n"
        "Action items\n- Mend it\n"
    )
    assert told(text) == [
        (None, "It broke."),
        (I, "half of the orders"),
        (C, "A setting."),
        (T, "- 10:00 begun"),
        (A, "- Mend it"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We looked for the wide\nimpact\nof it for hours.",
        "There was no\nImpact",
        "See the impact.",
        "- Impact\n- Timeline\n- Resolution",
        "1. [Impact](#impact)\n2. [Timeline](#timeline)",
        "`Impact:` is a word",
        "> Impact",
        "```\n## Impact\n```",
        "    Impact: half",
        "https://example.org/Impact: x",
    ],
)
def test_a_word_that_is_no_heading_is_none(text: str) -> None:
    assert {section for section, _ in told(f"# X\n\nWe begin.\n\n{text}\n")} == {None}


def test_headings_of_other_names_stay_inside_their_section_and_exact_names_do_not() -> None:
    text = (
        "# X\n\n## Timeline\n\na\n\n### Detection\n\nb\n\n### Mitigation\n\n10:00 c\n\n### Impact\n\nd\n\n"
        "## Impact\n\n### Customer impact\n\ne\n\n### Of the summer\n\nf\n\n## Glossary\n\n### Words\n\ng\n"
    )
    assert told(text) == [(T, "a"), (T, "b"), (T, "10:00 c"), (I, "d"), (I, "e"), (I, "f"), (None, "g")]


def test_a_heading_inside_action_items_is_a_category_whatever_its_name() -> None:
    text = (
        "## Action items\n\n### Prevention\n\n- a\n\n### Timeline\n\n- b\n\n**Detection**\n\n- c\n\n"
        "## Timeline\n\n- d\n"
    )
    assert [section for section, _ in told(text)] == [A, A, T]


def test_what_is_folded_ends_where_the_fold_ends() -> None:
    text = "## Summary\n\na\n\n<details>\n<summary>Timeline</summary>\n\n- 10:00 b\n\n</details>\n\nc\n"
    assert told(text) == [(S, "a"), (T, "- 10:00 b"), (S, "c")]


@pytest.mark.parametrize(
    ("text", "title", "front"),
    [
        ("# Checkout slow\n\na", "Checkout slow", {}),
        ("Checkout slow\n===\n\na", "Checkout slow", {}),
        ("# Postmortem: checkout slow\n\na", "checkout slow", {}),
        ("## Checkout slow\n\n### Impact\n\na", "Checkout slow", {}),
        ("# Summary\n\na\n\n# Impact\n\nb", "", {}),
        ("# Checkout slow\n\n# Impact\n\nb", "Checkout slow", {}),
        ("# Impact on orders\n\n## Summary\n\nb", "Impact on orders", {}),
        ("a\n\n## Impact\n\nb\n\n# Numbers\n\nc", "", {}),
        ("no heading at all", "", {}),
        ("---\ntitle: 'A: b'\ndate: 2026-11-17\n---\n# A: b\n\na", "A: b", {"title": "A: b", "date": "2026-11-17"}),
        ('\ufeff---\nTitle: "X"\n...\na', "X", {"title": "X"}),
        ('+++\ntitle = "X"\nweight = 3\n+++\na', "X", {"title": "X", "weight": "3"}),
        ("---\ntitle: X\ntags:\n  - a\n  - b\n---\ne", "X", {"title": "X", "tags": "a\nb"}),
        ("---\ntitle: X\nnote: >\n  c\n  d\n---\ne", "X", {"title": "X", "note": "c\nd"}),
        ('<% title "X" %>\n\n---\nweight: 1\n---\na', "X", {"title": "X", "weight": "1"}),
        ("<%= partial %>\n# X\n\na", "X", {}),
        ("---\n\nSome words: and more\n\n---\n\n# X", "X", {"some words": "and more"}),
        ("---\nWe saw it.\nImpact: all\n---\n# X", "X", {}),
        ("---\nnever closed: x\n\n# X", "X", {}),
    ],
)  # fmt: skip
def test_the_title_and_the_front_matter_are_read(text: str, title: str, front: dict[str, str]) -> None:
    found = whole(text)
    assert (found.title, found.front) == (title, front)


def test_lines_are_those_of_the_source_below_front_matter_and_comments() -> None:
    found = whole("\ufeff---\r\ntitle: X\r\n---\r\n\r\n<!-- a\r\nb -->\r\n## Impact\r\n\r\nhalf\r\n")
    (impact,) = (part for part in found.parts if part.section)
    assert (impact.start, impact.end, impact.blocks[0].start) == (6, 9, 8)
    assert found.text.split("\n")[8] == "half"


def test_a_paragraph_with_a_rule_below_it_is_no_heading() -> None:
    text = "Impact was small,\nso we waited.\n---\n\n## Impact\n\nhalf\n"
    assert [section for section, _ in told(text)] == [None, I]


def test_two_headings_of_the_first_level_and_sections_below_both() -> None:
    text = "# One\n\n## Impact\n\na\n\n# Two\n\nb\n\n## Impact\n\nc\n"
    assert whole(text).title == "One"
    assert told(text) == [(I, "a"), (None, "b"), (I, "c")]


def test_a_remediation_of_states_of_work_holds_the_action_items() -> None:
    text = "## Resolution\n\nDone.\n\n## Remediation\n\n### Completed\n\n- A\n\n### In Progress\n\n- B\n"
    assert told(text) == [(R, "Done."), (A, "- A"), (A, "- B")]


@pytest.mark.parametrize("below", ["### Completed\n\n- A", "### In progress\n\n- B\n\n### Detection\n\nLate"])
def test_a_remediation_of_which_all_is_done_or_that_tells_more_stays_a_resolution(below: str) -> None:
    assert told(f"## Remediation\n\n{below}\n")[0][0] is R


def test_a_follow_up_of_a_day_tells_what_was_done_later() -> None:
    assert told("## Cache tuning follow-up (2026-03-02)\n\nThe cache was split.\n") == [(None, "The cache was split.")]
    assert told("## Follow-up (2026-03-02)\n\n- Split the cache\n") == [(A, "- Split the cache")]
