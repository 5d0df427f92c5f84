"""The document is the ticket's reading merged with what people wrote: a person's word wins, gaps stay gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Ticket, Visibility
from service.postmortem.document import Facts, build, edit, from_json, questions, same, to_json
from service.postmortem.forgetting import Forgotten, mark_of
from service.postmortem.model import Asked, Document, Origin, Reading, ReadItem, Section, SectionText, TimelineLine
from tests.example import standing

OPENED = datetime(2026, 11, 17, 13, 19, tzinfo=UTC)
CLOSED = datetime(2026, 11, 17, 14, 31, tzinfo=UTC)
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class PlainWords:
    """The two texts as short as they can be, so that these tests are about the merging."""

    def summary(self, facts: Facts) -> str:
        return f"{facts.title}, {facts.severity}, {facts.opened_at:%H:%M}"

    def timeline(self, lines) -> str:
        return "\n".join(line.text for line in lines)


def ticket(**changes) -> Ticket:
    told = Ticket(
        "ops", "42", "acme/ops#42", "https://example.org/42", "Checkout slow", "", Visibility.INTERNAL, OPENED, CLOSED
    )
    return replace(told, **changes)


def reading(lines=(), items=(), started=None, resolved=None, **sections: str) -> Reading:
    found = {Section(name): SectionText(text, Origin.READ, "the ticket") for name, text in sections.items()}
    return Reading("Checkout slow", None, started, resolved, found, tuple(lines), tuple(items))


def built(said: Reading | None = None, previous: Document | None = None, **changes) -> Document:
    return build(ticket(**changes), said or reading(), previous, PlainWords())


def origins(document: Document) -> dict[str, str]:
    return {section.value: said.origin.value for section, said in document.sections.items()}


def test_every_section_is_there_and_what_nobody_wrote_is_missing() -> None:
    document = built(reading(impact="Slow for all."))
    assert origins(document) == {
        "summary": "generated",
        "impact": "read",
        "root_cause": "missing",
        "timeline": "missing",
        "resolution": "missing",
        "lessons_learned": "missing",
        "action_items": "missing",
    }
    assert all((said.text is None) == (said.origin is Origin.MISSING) for said in document.sections.values())


def test_a_summary_that_somebody_wrote_is_not_generated() -> None:
    assert built(reading(summary="The pool was full.")).text(Section.SUMMARY) == "The pool was full."


def test_a_text_of_white_space_is_no_text() -> None:
    assert built(reading(impact=" \n ")).sections[Section.IMPACT].origin is Origin.MISSING


def test_times_that_nobody_stated_are_the_tickets_own() -> None:
    document = built()
    assert (document.started_at, document.resolved_at) == (OPENED, CLOSED)
    assert document.unstated == ("started_at", "resolved_at")
    started, resolved = OPENED - timedelta(minutes=14), CLOSED - timedelta(minutes=12)
    document = built(reading(started=started, resolved=resolved))
    assert (document.started_at, document.resolved_at, document.unstated) == (started, resolved, ())
    assert built(reading(started=started), closed_at=None).unstated == ()


def test_a_webhook_alone_turns_no_guess_into_a_fact() -> None:
    first = built()
    later = built(previous=first, from_payload=True, closed_at=CLOSED + timedelta(days=1))
    assert later.unstated == ("started_at", "resolved_at")
    stated = built(reading(resolved=CLOSED), previous=first, from_payload=True)
    assert stated.unstated == ("started_at",)
    assert built(previous=stated, from_payload=True).unstated == ("started_at",)


def test_the_severity_of_the_text_comes_before_that_of_the_ticket() -> None:
    assert built(severity="SEV3").severity == "SEV3"
    assert built(replace(reading(), severity="SEV1"), severity="SEV3").severity == "SEV1"


def test_timeline_and_action_items_from_comments_alone_have_a_text() -> None:
    document = built(reading(lines=[TimelineLine(OPENED, "p95 up")], items=[ReadItem("Add\nan alert")]))
    assert document.text(Section.TIMELINE) == "p95 up"
    assert document.text(Section.ACTION_ITEMS) == "- Add an alert"


def test_what_a_person_edited_is_never_touched_by_a_later_reading() -> None:
    first = built(reading(impact="Slow.", resolution="Restarted."))
    mine = edit(first, Section.IMPACT, "Slow for 14 customers.", by="@alex", at=NOW)
    later = built(reading(impact="Very slow.", resolution="Pools restarted."), previous=mine)
    assert later.sections[Section.IMPACT] == SectionText("Slow for 14 customers.", Origin.EDITED, by="@alex", at=NOW)
    assert later.text(Section.RESOLUTION) == "Pools restarted."


def test_what_the_ticket_no_longer_says_is_no_longer_said() -> None:
    first = built(reading(impact="Slow."))
    assert built(reading(), previous=first).sections[Section.IMPACT].origin is Origin.MISSING


def test_a_webhook_alone_does_not_take_away_what_was_read_before() -> None:
    lines = [TimelineLine(OPENED, "p95 up"), TimelineLine(CLOSED, "p95 down")]
    started = OPENED - timedelta(minutes=14)
    first = built(reading(impact="Slow.", lines=lines, started=started))
    later = built(reading(lines=lines[:1], resolution="Restarted."), previous=first, from_payload=True)
    assert later.text(Section.IMPACT) == "Slow."
    assert later.text(Section.RESOLUTION) == "Restarted."
    assert later.timeline == tuple(lines)
    assert later.started_at == started
    assert later.from_payload


def also(text: str) -> SectionText:
    return SectionText(text, Origin.READ, "the ticket")


def test_what_stands_in_none_of_the_seven_sections_is_kept_in_the_document() -> None:
    first = built(
        replace(reading(impact="Slow."), other=also("The bill of the month."), doubts=("Two days are named.",))
    )
    assert first.other == also("The bill of the month.")
    assert first.doubts == ("Two days are named.",)
    later = built(reading(impact="Slow."), previous=first)
    assert (later.other.origin, later.doubts) == (Origin.MISSING, ())
    assert built(replace(reading(), other=also(" \n"))).other.origin is Origin.MISSING


def test_a_webhook_alone_does_not_take_away_the_rest_of_the_ticket_its_doubts_and_its_length() -> None:
    told = replace(reading(), other=also("The bill."), doubts=("Two days are named.",), duration=timedelta(hours=2))
    first = built(told)
    later = built(replace(reading(), doubts=("No zone is named.",)), previous=first, from_payload=True)
    assert later.other == also("The bill.")
    assert later.doubts == ("Two days are named.", "No zone is named.")
    assert later.duration == timedelta(hours=2)
    again = built(replace(reading(), other=also("The new bill.")), previous=first, from_payload=True)
    assert again.other == also("The new bill.")


def test_the_rest_of_the_ticket_is_no_gap() -> None:
    names = [gap.name for gap in questions(built(replace(reading(), other=also("Costs: TBD"))), [])]
    assert names == [gap.name for gap in questions(built(), [])]


def test_where_something_was_read_is_no_reason_for_a_new_revision() -> None:
    def read_at(number: int) -> Reading:
        said = SectionText("Slow.", Origin.READ, "the ticket", lines=((number, number),))
        lines = [TimelineLine(OPENED, "p95 up", line=number)]
        return replace(reading(lines=lines), sections={Section.IMPACT: said}, other=replace(said, text="The bill."))

    first = built(read_at(4))
    assert same(first, built(read_at(9), previous=first))
    assert same(from_json(to_json(first)), first)


def test_who_is_forgotten_stands_in_no_part_of_the_document() -> None:
    mark = mark_of(b"key", "Alex Example")
    assert mark is not None
    said = SectionText("Thanks to Alex Example.", Origin.READ, "comment 2, Alex Example", by="Alex Example")
    told = replace(reading(impact="Alex Example saw it."), other=said, doubts=("“Alex Example” is in no map.",))
    lines = (TimelineLine(OPENED, "Alex Example restarts it", "comment 3, Alex Example"),)
    document = built(replace(told, timeline=lines, title="Alex Example", severity="Alex Example"))
    document = replace(document, not_obeyed=("/file by Alex Example",), asked=(Asked(1, "file", (1,), "Alex Example"),))
    cleaned = json.dumps(to_json(Forgotten(b"key", [mark]).document(document)))
    assert "Example" not in cleaned.replace("example.org", "")


def test_reading_the_same_ticket_again_needs_no_new_revision() -> None:
    first = edit(built(reading(impact="Slow.")), Section.SUMMARY, "Mine.", by="@alex", at=NOW)
    assert same(first, built(reading(impact="Slow."), previous=first))
    assert not same(first, built(reading(impact="Slower."), previous=first))


def test_saving_a_form_without_a_change_is_no_edit() -> None:
    first = built(reading(impact="Slow.\nVery."))
    assert edit(first, Section.IMPACT, "Slow.\r\nVery.\r\n", by="@alex", at=NOW) is first


def test_an_edit_emptied_again_gives_the_section_back_to_the_ticket() -> None:
    mine = edit(built(reading(impact="Slow.")), Section.IMPACT, "Mine.", by="@alex", at=NOW)
    emptied = edit(mine, Section.IMPACT, " \r\n", by="@alex", at=NOW)
    assert emptied.sections[Section.IMPACT] == SectionText(None, Origin.MISSING)
    assert built(reading(impact="Slow."), previous=emptied).text(Section.IMPACT) == "Slow."


def test_an_edit_changes_no_other_section_and_not_the_document_it_was_made_on() -> None:
    first = built(reading(impact="Slow."))
    mine = edit(first, Section.ROOT_CAUSE, "A full pool.", by="@alex", at=NOW)
    assert first.text(Section.ROOT_CAUSE) is None
    assert {s for s in Section if first.sections[s] != mine.sections[s]} == {Section.ROOT_CAUSE}


# --- gaps


def test_gaps_are_sections_then_figures_then_owners() -> None:
    everything = {section.value: "Something." for section in Section}
    del everything["lessons_learned"]
    everything["impact"] = (
        "- Slow for all\n- How many orders were given up: to be counted\n- **API calls refused:** TBD"
    )
    gaps = questions(built(reading(**everything)), [standing(1, "A", owner="@alex"), standing(4, "B")])
    assert [(gap.name, gap.anchor) for gap in gaps] == [
        ("lessons learned", "lessons-learned"),
        ("how many orders were given up", "impact"),
        ("API calls refused", "impact"),
        ("the owner of “B”", "item-4"),
    ]
    assert str(gaps[0]) == "Lessons learned. What went well, what did not, where were we lucky?"
    assert gaps[3].question == "Who will see it through, and how can one tell that it is done?"


def test_nobody_is_asked_for_the_owner_of_an_item_that_ended() -> None:
    everything = {section.value: "Something." for section in Section}
    assert questions(built(reading(**everything)), [standing(1, "A", state="done")]) == ()


def test_items_of_people_fill_the_gap_of_an_action_section_without_text() -> None:
    names = [gap.name for gap in questions(built(), [standing(1, "A", owner="@alex")])]
    assert "action items" not in names
    assert "action items" in [gap.name for gap in questions(built(), [])]


def test_a_sentence_with_a_colon_is_no_gap() -> None:
    text = "The cause: not known to anybody at 14:05, it was found later.\nTODO list: see below."
    everything = {section.value: "Something." for section in Section} | {"impact": text}
    assert questions(built(reading(**everything)), []) == ()


# --- the revisions table


def test_a_revision_of_an_older_version_lacks_what_came_later() -> None:
    stored = to_json(built(replace(reading(), other=also("The bill."), doubts=("Two days.",))))
    for name in ("other", "doubts", "duration", "asked", "unstated"):
        del stored[name]
    document = from_json(stored)
    assert (document.other.text, document.doubts, document.duration) == (None, (), None)


texts = st.text(max_size=30)
moments = st.datetimes(
    datetime(2000, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
maybe = st.none() | moments
said = st.builds(SectionText, st.none() | texts, st.sampled_from(Origin), texts, texts, texts, maybe)
documents = st.builds(
    Document,
    title=texts,
    severity=st.none() | texts,
    started_at=maybe,
    detected_at=maybe,
    mitigated_at=maybe,
    resolved_at=maybe,
    sections=st.fixed_dictionaries(dict.fromkeys(Section, said)),
    other=said,
    doubts=st.lists(texts, max_size=3).map(tuple),
    duration=st.none() | st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)),
    timeline=st.lists(st.builds(TimelineLine, maybe, texts, texts, texts, texts), max_size=4).map(tuple),
    from_payload=st.booleans(),
    unstated=st.sampled_from([(), ("started_at",), ("resolved_at",), ("started_at", "resolved_at")]),
    not_obeyed=st.lists(texts, max_size=3).map(tuple),
    asked=st.lists(
        st.builds(Asked, st.integers(1, 99), st.sampled_from(["file", "park"]), st.just((2, 9)), texts), max_size=3
    ).map(tuple),
)


@given(documents)
def test_a_document_comes_back_from_json_as_it_was(document: Document) -> None:
    stored = json.loads(json.dumps(to_json(document)))
    assert from_json(stored) == document
    assert to_json(from_json(stored)) == stored


def test_times_are_stored_in_utc_with_their_offset() -> None:
    there = OPENED.astimezone(timezone(timedelta(hours=1)))
    assert to_json(built(opened_at=there))["started_at"] == "2026-11-17T13:19:00+00:00"
