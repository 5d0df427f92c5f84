"""The shipped words, and a team's own file beside them: its shape is checked, and what is wrong is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.postmortem.model import Section
from service.postmortem.reading import read_text
from service.words import words


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "our-words.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_team_s_own_headings_in_a_made_up_language_are_read_as_all_others_are(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        '[sections.impact]\nvolan = ["zu brakk"]\n[sections.action_items]\nvolan = ["dorr vashti"]\n'
        'begins = ["vashti"]\n[sections.timeline]\nvolan = ["tëkk"]\n'
        '[moments]\nstarted = ["kräm"]\n[blank]\nwords = ["nuu"]\n',
    )
    reading = read_text(
        "# Login down\n\nKräm: 2026-11-17 14:05 UTC\n\n- **TEKK**:\n  - 2026-11-17 14:05 UTC begun\n\n"
        "## 📉 Zu Brakk?\n\nhalf of the orders\n\nVashti mol dar\n- Limit the retries\n\n## Summary\n\nnuu\n",
        words(path),
    )
    assert reading.sections[Section.IMPACT].text == "half of the orders"
    assert [item.text for item in reading.items] == ["Limit the retries"]
    assert reading.started_at is not None
    assert [line.text for line in reading.timeline] == ["begun"]
    assert reading.sections[Section.SUMMARY].text is None


def test_a_team_s_word_wins_over_the_shipped_one(tmp_path: Path) -> None:
    assert words().section_of("Analysis") is Section.ROOT_CAUSE
    path = own(tmp_path, '[sections.lessons_learned]\nen = ["analysis"]\n[headings]\nothers = ["symptoms"]\n')
    assert words(path).section_of("Analysis") is Section.LESSONS_LEARNED
    assert words(path).section_of("Symptoms") is None
    assert words(path).section_of("Impact") is Section.IMPACT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sections.sumary]\nen = ['x']\n", "has no use for [sections.sumary]. Known here are: summary, impact"),
        ("[section]\n", "has no use for [section]. Known here are: "),
        ("sections = ['x']\n", "holds no table at sections. Write [sections.summary] and its lists of words below"),
        ("moments = 'x'\n", "holds no table at moments. Write [moments] and its lists of words below"),
        (
            "[sections.impact]\nen = 'x'\n",
            'holds no list of words at sections.impact.en. Write: en = ["one", "another"]',
        ),
        ("[sections.impact.en]\na = ['x']\n", "holds no list of words at sections.impact.en"),
        ("[sections.impact]\nen = ['x', 3]\n", "holds no list of words at sections.impact.en"),
        ("[sections.impact]\nen = ['**']\n", "holds a word without a letter at sections.impact.en: '**'. Take it out"),
        ("[items]\ndone = ['  ']\n", "holds a word without a letter at items.done"),
        ("[sections.impact\n", "is not TOML: "),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_place_and_what_to_write(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        words(own(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        words(tmp_path / "none.toml")
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is not TOML"):
        words(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_text('[sections.impact]\nen = ["blorp"]\n', "utf-8-sig")
    assert words(path).section_of("Blorp") is Section.IMPACT


def test_what_stands_for_nothing_may_hold_no_letter(tmp_path: Path) -> None:
    assert words(own(tmp_path, '[blank]\nwords = ["–"]\n')).nothing_said("–")
