"""Ways of writing that were met in the postmortems of further teams, in words of our own."""

from __future__ import annotations

import pytest

from service.postmortem.model import Reading, ReadItem
from tests.reading_hands import read_text


def items_of(*lines: str, heading: str = "Action items") -> tuple[ReadItem, ...]:
    return read_text(f"# Down\n\nIt broke.\n\n## {heading}\n\n" + "".join(f"- {line}\n" for line in lines)).items


def timeline_of(*lines: str) -> Reading:
    return read_text(
        "# Shop down 2026-11-17\n\nIt broke.\n\n## Timeline\n\nAll times UTC.\n\n" + "\n".join(lines) + "\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "40 Abfragen auf die neue Warteschlange umgestellt (auch die der Rechnungen)",
        "Alarm auf den Rückstand eingerichtet",
        "Wiederanlauf dokumentiert in der Anleitung, mit Beispielen",
        "**Zweiter Knoten aktiviert** -- trägt nun die halbe Last",
        "Añadida una alerta de la cola",
        "Criado um painel da fila",
        "Ajouté une alerte sur la file",
        "Alert on queue depth (shipped, #67)",
        "Alert on queue depth. (Done during this incident)",
        "Alert on queue depth *(shipped for this incident; kept as a rule)*",
    ],
)
def test_what_is_told_as_done_in_further_ways_is_done(line: str) -> None:
    (item,) = items_of(line, "Raise the limit")[:1]
    assert item.done


@pytest.mark.parametrize(
    "line",
    [
        "Alarm auf den Rückstand einrichten",
        "Der zweite Knoten wird aktiviert",
        "Der Wiederanlauf muss noch dokumentiert werden",
        "Prüfen, ob der zweite Knoten aktiviert ist",
        "Añadir una alerta de la cola",
        "Alert on queue depth (outstanding — nothing built)",
        "Alert on queue depth (done for staging)",
    ],
)
def test_what_only_sounds_like_it_is_not_done(line: str) -> None:
    (item,) = items_of(line, "Raise the limit")[:1]
    assert not item.done


@pytest.mark.parametrize("heading", ["What we are changing beyond the fix", "What stops a repeat", "Was ändern wir"])
def test_these_headings_hold_action_items(heading: str) -> None:
    assert [item.text for item in items_of("Alert on queue depth", "Raise the limit", heading=heading)] == [
        "Alert on queue depth",
        "Raise the limit",
    ]


def test_who_writes_me_owns_it() -> None:
    first, second = items_of("[ ] **me** — Rotate the keys of the storage", "[ ] Chart — the time to recovery")
    assert (first.owner, first.text) == ("me", "Rotate the keys of the storage")
    assert second.owner is None


@pytest.mark.parametrize(
    "line",
    [
        "| 14:05 | **OUTAGE BEGINS** -- sam removes the queue |",
        "| 14:05 | The deploy is live. Impact begins: no orders |",
    ],
)
def test_a_row_that_begins_the_outage_in_capitals_or_behind_a_sentence_is_its_start(line: str) -> None:
    read = timeline_of(
        "| Time | What |", "|---|---|", "| 13:50 | sam opens a change |", line, "| 14:20 | alex is paged |"
    )
    assert read.started_at is not None
    assert read.started_at.strftime("%H:%M") == "14:05"


def test_a_bold_name_with_a_remark_over_two_lines_is_a_heading() -> None:
    read = read_text(
        "# Shop down 2026-11-17\n\nIt broke.\n\n**Timeline** (UTC, 2026-11-17; times of people are\napproximate)\n\n"
        "- 14:05 — the shop goes down\n- 14:30 — the shop is back\n"
    )
    assert [row.text for row in read.timeline] == ["the shop goes down", "the shop is back"]


@pytest.mark.parametrize(
    ("name", "moment"),
    [("Resolvido em", "resolved"), ("Resuelto el", "resolved"), ("Behoben am", "resolved"), ("Iniciado em", "started")],
)
def test_a_field_of_another_language_with_a_first_and_a_later_time_gives_the_first(name: str, moment: str) -> None:
    read = read_text(f"# Down\n\n- **{name}**: 2026-11-17 ~18:15 (UTC)\n\n## Summary\n\nIt broke.\n")
    found = getattr(read, f"{moment}_at")
    assert found is not None
    assert found.strftime("%d %H:%M") == "17 18:15"
