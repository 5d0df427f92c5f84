"""Headings in a team's own words: known by a telling word, by a sentence above a list, and what is none of them."""

from __future__ import annotations

import pytest

from service.postmortem.model import Origin, Section
from service.postmortem.outline import outline
from service.postmortem.sections import read_other, read_sections
from service.words import words

S, I, C, T, R, L, A = Section  # noqa: E741  (the seven, in the order of the document)


def sections(text: str) -> dict[Section, str]:
    found = read_sections(outline(text, words()), words(), source="a")
    return {section: said.text or "" for section, said in found.items()}


def other(text: str) -> str:
    return read_other(outline(text, words()), words(), source="a").text or ""


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Corrective and Preventative Measures", A),
        ("Process and tooling improvements", A),
        ("Avoiding a recurrence", A),
        ("How we keep this from happening again", A),
        ("Planned fixes", A),
        ("3. Changes to prevent the next one", A),
        ("Das lernen wir: Lehren für uns", L),
        ("Some lessons for the queue team", L),
        ("The causes, structural ones", C),
        ("What the cause really was", C),
        ("Cause n° 2 (queue)", C),
        ("Why did the pools fill?", C),
        ("Our chronological log", T),
        ("Severity & customer impact", I),
        ("Teams affected by this", I),
        ("The actual fix", R),
        ("Final mitigations we applied", R),
        ("Wie wurde der Ausfall behoben?", R),
        ("Fehlerursache im Detail", C),
        ("Correctif appliqué au service", R),
        ("Mesures pour éviter une rechute", A),
        ("Causas estructurales", C),
        ("Medidas para evitarlo", A),
        ("Como o pool foi corrigido", R),
        ("Tekniske årsaker", C),
        ("Forebyggende arbeid", A),
        ("Tekniska orsaker", C),
        ("Langetermijn maatregelen", A),
        ("Azioni per il futuro", A),
        ("Przyczyny techniczne", C),
        ("最终修复方案", R),
        ("后续预防措施", A),
        ("故障根因说明", C),
        ("서비스 영향 정리", I),
    ],
)
def test_a_short_heading_is_known_by_a_telling_word(heading: str, section: Section) -> None:
    assert sections(f"# Night of the pools\n\nIt was dark.\n\n## {heading}\n\nWords below it.\n").get(section), heading


@pytest.mark.parametrize(
    "heading",
    [
        "Detection of the cause",
        "How we verified the fix",
        "Existing mitigations",
        "Alternative fixes",
        "Time to mitigate it",
        "Der Weg zur Lösung",
        "GitHub Actions",
        "Related incidents and fixes",
        "验证修复结果",
        "The long evening on which every pool of the west filled and we looked for a fix",
        "Terminology",
        "Participants",
        "Background",
    ],
)
def test_other_headings_are_no_section(heading: str) -> None:
    text = f"# Night of the pools\n\nIt was dark.\n\n## {heading}\n\nWords below it.\n"
    assert set(sections(text)) == {S}
    assert "Words below it." in other(text)


def test_a_telling_word_counts_only_above_everything_else() -> None:
    text = "# Night\n\n## Timeline\n\n- 10:00 begun\n\n### Preventive restart\n\n- 11:00 done\n"
    assert set(sections(text)) == {T}


def test_the_first_heading_of_a_text_is_not_told_by_a_word_in_it() -> None:
    assert set(sections("## Queue recovery drill in May\n\n### Summary\n\nIt was dark.\n")) == {S}


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Hva skjedde?", S),
        ("Innvirkning", I),
        ("Rotårsak", C),
        ("Tidslinje", T),
        ("Løsning", R),
        ("Hva lærte vi?", L),
        ("Aksjonspunkter", A),
        ("Hændelsesforløb", T),
        ("Næste skridt", A),
        ("Vad hände?", S),
        ("Lärdomar", L),
        ("Åtgärder", A),
        ("Samenvatting", S),
        ("Tijdlijn", T),
        ("Oplossing", R),
        ("Riepilogo", S),
        ("Prossimi passi", A),
        ("Lezioni apprese", L),
        ("Oś czasu", T),
        ("Działania naprawcze", A),
        ("概述", S),
        ("影响范围", I),
        ("根本原因", C),
        ("时间线", T),
        ("处理过程", R),
        ("经验教训", L),
        ("行动项", A),
        ("개요", S),
        ("근본 원인", C),
        ("타임라인", T),
        ("재발 방지 대책", A),
    ],
)
def test_more_languages_name_the_seven(heading: str, section: Section) -> None:
    assert words().named(heading) is section
    assert set(sections(f"## {heading}\n\nWords.\n\n**Other:** more\n")) == {section}


@pytest.mark.parametrize(
    "sentence",
    [
        "To prevent similar evenings in the future, we've made a few changes:",
        "What we will do next:",
        "The action items are:",
        "As next steps we will:",
        "It was our own mistake. Going forward, we plan to do the following:",
        "Damit das in Zukunft nicht wieder geschieht:",
        "Para que no vuelva a ocurrir:",
        "今後は次のように対応します：",
    ],
)
def test_a_sentence_above_a_list_begins_the_action_items_and_the_list_ends_them(sentence: str) -> None:
    text = (
        f"# Night\n\nThe pools were full.\n\n{sentence}\n\n1. Alert on the depth\n2. Test the pools\n\nWe are sorry.\n"
    )
    found = sections(text)
    assert "Alert on the depth" in found[A]
    assert "sorry" not in found[A]
    assert found[S].startswith("The pools were full.")
    assert "We are sorry." in other(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "We saw this on three hosts:",
        "To avoid this we should have done two things:",
        "We tried this in the future branch, and it failed:",
        "In the future there will be more words",
    ],
)
def test_other_sentences_above_a_list_begin_nothing(sentence: str) -> None:
    assert A not in sections(f"# Night\n\nThe pools were full.\n\n{sentence}\n\n- alpha\n- beta\n")


def test_a_list_of_a_timeline_is_none_of_the_action_items() -> None:
    text = "# Night\n\n## Timeline\n\nThe next steps were these:\n\n- 10:00 restarted\n"
    assert set(sections(text)) == {T}


def test_a_text_between_two_rules_is_no_front_matter() -> None:
    text = "---\n\n# Night\n\nDate: 2026-11-17\nStatus: done\n\n## Root cause\n\nA limit.\n\n---\n"
    assert outline(text, words()).title == "Night"
    assert sections(text)[C].startswith("A limit.")
    assert outline("---\ntitle: Night\ntags:\n- a\n---\n\nIt was dark.\n", words()).front["title"] == "Night"


def test_a_field_among_references_names_no_section() -> None:
    text = "# Night\n\nIt was dark.\n\n## References\n\n- Fix: commit 12ab\n- Recovery: the runbook\n"
    assert set(sections(text)) == {S}
    assert "the runbook" in other(text)


def test_an_entry_below_a_bold_section_begins_its_own() -> None:
    found = sections(
        "**What customers saw:**\nHalf timed out.\n\n- **Root cause**: a limit.\n\nNächste Schritte\n---\n- Test\n"
    )
    assert (found[I], found[C], found[A]) == ("Half timed out.", "a limit.", "- Test")


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_bold_name_of_something_else_ends_a_bold_section(gap: str) -> None:
    text = f"# Night\n\n**Summary:**{gap}Dark.\n\n**Resolution:**{gap}New pools.\n\n**Detection:**{gap}A caller.\n"
    assert sections(text)[R] == "New pools."
    assert "A caller." in other(text)


def test_what_was_done_at_once_is_a_part_of_the_resolution() -> None:
    assert set(sections("## Resolution\n\n### Immediate actions\n\n1. Restarted the pools\n")) == {R}
    assert set(sections("## Resolution\n\n### Immediate actions (completed)\n\n1. Restarted the pools\n")) == {A}


def test_a_lone_heading_is_the_title_and_the_prose_below_it_the_summary() -> None:
    whole = outline("## The night of the pools\n\nIt was dark.\n", words())
    assert whole.title == "The night of the pools"
    assert sections("## The night of the pools\n\nIt was dark.\n") == {S: "It was dark."}


def test_the_first_chapter_is_the_summary_where_nothing_else_is() -> None:
    prose = "At ten in the evening every pool of the west was full, and nobody could pay."
    text = f"# Night\n\n## The night of the pools\n\n{prose}\n\n## Root cause\n\nA limit.\n"
    assert prose in sections(text)[S]
    assert S not in sections(text.replace("The night of the pools", "Background"))
    assert read_sections(outline(text, words()), words(), source="a")[S].origin is Origin.READ


def test_short_facts_and_links_to_chapters_are_no_summary() -> None:
    text = (
        "# Night\n\n**Seen by:** alex\n\n- [Timeline](#timeline)\n- [Cause](#cause)\n\n## Timeline\n\n- 10:00 begun\n"
    )
    assert set(sections(text)) == {T}
    assert "alex" in other(text)
