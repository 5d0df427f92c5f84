"""The measure itself: that it counts what is right and wrong, and that the labels are sound and hold no words."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from service.postmortem.model import Evidence, Origin, Reading, ReadItem, Section, SectionText
from tests.reading import accuracy
from tests.reading.differences import differences
from tests.reading.figures import Figure, figures
from tests.reading.labelling import LABELS, SECTIONS, Refused, label, normal, ref_sha, text_sha, written
from tests.reading.matching import Counts, Tally, compare, match, stands

TEXT = """# Checkout was down

## Impact
Nobody could pay from 2026-03-01 10:00 UTC on.

## Action items
- [ ] Add an alert on queue depth (@sam, by 2026-03-12) acme/ops#12
- [x] Write down how to fail over
- Be more careful
"""
LINES = TEXT.split("\n")
DRAFT: dict[str, Any] = {
    "file": "acme/down.md",
    "severity": None,
    "started": {"words": "2026-03-01 10:00 UTC", "line": 4, "at": "2026-03-01T10:00:00+00:00", "zone_stated": True},
    "resolved": None,
    "sections": {"impact": [[3, 4]], "action_items": [[6, 9]]},
    "optional_sections": {"summary": [[3, 4]]},
    "items": [
        {
            "lines": [7, 7],
            "text": "Add an alert on queue depth",
            "owner": "@sam",
            "due": {"words": "by 2026-03-12", "date": "2026-03-12"},
            "done": False,
            "refs": ["acme/ops#12"],
            "optional": False,
        },
        {"lines": [8, 8], "text": "Write down how to fail over", "done": True, "refs": [], "optional": False},
        {"lines": [9, 9], "text": "Be more careful", "done": False, "refs": [], "optional": True},
    ],
    "note": "The last one is a wish.",
}
ALERT = ReadItem(
    "Add an alert on queue depth",
    owner="sam",
    due=date(2026, 3, 12),
    refs=("#12",),
    lines=(7, 7),
    evidence={"owner": Evidence("@sam", 7, 7, "@"), "due": Evidence("by 2026-03-12", 7, 7, "by")},
)
FAIL_OVER = ReadItem("Write down how to fail over", done=True, lines=(8, 8))
WISH = ReadItem("Be more careful", lines=(9, 9))


def labelled(**changes: Any) -> dict[str, Any]:
    return label({**DRAFT, **changes}, TEXT.encode())


def read(*items: ReadItem, started: datetime | None = None, **sections: tuple[int, int]) -> Reading:
    found = {
        section: SectionText("words", Origin.READ, lines=(sections[section.value],))
        if section.value in sections
        else SectionText(None, Origin.MISSING)
        for section in Section
    }
    return Reading("", None, started, None, found, (), items)


def counted(*items: ReadItem, **changes: Any) -> Counts:
    return compare(labelled(**changes), read(*items), LINES)


def test_a_reading_that_is_right_is_right_in_every_figure() -> None:
    ten = datetime(2026, 3, 1, 10, 0, 30, tzinfo=UTC)
    right = read(ALERT, FAIL_OVER, started=ten, impact=(3, 4), action_items=(6, 9))
    wrong = [figure for figure in figures(compare(labelled(), right, LINES)) if figure.right != figure.cases]
    assert wrong == []
    assert list(differences(labelled(), right, LINES)) == [
        "items: 2 found, 0 missed, 0 invented, 0 read that count neither way  (all right)"
    ]


def test_what_is_missed_lowers_recall_and_what_is_invented_precision() -> None:
    invented = ReadItem("Nobody could pay", lines=(4, 4))
    assert counted(FAIL_OVER, invented).of("items") == Tally(right=1, given=2, stated=2)


def test_what_is_optional_or_said_again_counts_neither_way() -> None:
    assert counted(ALERT, FAIL_OVER, WISH).of("items") == Tally(2, 2, 2)
    again = [{**DRAFT["items"][0], "also": [[4, 4]]}]
    said_again = ReadItem("Nobody could pay", lines=(4, 4))
    assert counted(ALERT, said_again, items=again).of("items") == Tally(1, 1, 1)
    assert counted(said_again, items=again).of("items") == Tally(1, 1, 1)


def test_several_items_of_one_line_each_find_their_own() -> None:
    twice = [{**DRAFT["items"][0], "lines": [7, 8]}, {**DRAFT["items"][1], "lines": [7, 8]}]
    labels = labelled(items=twice)["items"]
    over_both = (ReadItem("Fail over", lines=(7, 8)), ReadItem(ALERT.text, lines=(7, 8)))
    assert match(labels, over_both).pairs == {0: 1, 1: 0}
    third = (*over_both, ReadItem("Another", lines=(8, 8)))
    assert match(labels, third).invented == (2,)


def test_an_item_gives_way_so_that_each_label_finds_one_but_not_its_own_words() -> None:
    spans = [{**DRAFT["items"][0], "lines": [7, 8]}, {**DRAFT["items"][1], "lines": [8, 9]}]
    labels = labelled(items=spans)["items"]
    assert match(labels, (ReadItem("x", lines=(8, 8)), ReadItem("y", lines=(7, 7)))).pairs == {0: 1, 1: 0}
    own = match(labels, (ReadItem(ALERT.text, lines=(8, 8)), ReadItem("y", lines=(7, 7))))
    assert (own.pairs, own.missed, own.invented) == ({0: 0}, (1,), (1,))


def test_an_item_beside_one_that_is_found_is_invented_even_if_it_touches_what_is_arguable() -> None:
    spans = [{**DRAFT["items"][0], "lines": [7, 8]}, {**DRAFT["items"][2], "lines": [8, 9]}]
    found = match(labelled(items=spans)["items"], (ALERT, WISH, ReadItem("x", lines=(8, 8))))
    assert (found.pairs, found.neutral, found.invented) == ({0: 0}, (1,), (2,))


def test_items_without_lines_are_found_by_their_text() -> None:
    bare = [ReadItem(ALERT.text), ReadItem("Nobody could pay")]
    assert counted(*bare).of("items") == Tally(1, 2, 2)


@pytest.mark.parametrize(
    ("item", "figure"),
    [
        (ReadItem(ALERT.text, owner="sam", due=ALERT.due, refs=("#12",), done=True, lines=(7, 7)), "done"),
        (ReadItem(ALERT.text, owner="alex", due=ALERT.due, refs=("#12",), lines=(7, 7)), "owner precision"),
        (ReadItem(ALERT.text, due=ALERT.due, refs=("#12",), lines=(7, 7)), "owner recall"),
        (ReadItem(ALERT.text, owner="sam", due=date(2026, 12, 3), refs=("#12",), lines=(7, 7)), "due precision"),
        (ReadItem(ALERT.text, owner="sam", refs=("#12",), lines=(7, 7)), "due recall"),
        (ReadItem(ALERT.text, owner="sam", due=ALERT.due, refs=("#12", "#9"), lines=(7, 7)), "references precision"),
        (ReadItem(ALERT.text, owner="sam", due=ALERT.due, lines=(7, 7)), "references recall"),
        (ReadItem("Add an alert", owner="sam", due=ALERT.due, refs=("#12",), lines=(7, 7)), "text the same"),
    ],
)
def test_a_wrong_field_lowers_its_own_figure(item: ReadItem, figure: str) -> None:
    def off(one: ReadItem) -> set[str]:
        return {found.name for found in figures(counted(one, FAIL_OVER)) if found.right < found.cases}

    assert figure in off(item)
    assert figure not in off(ALERT)
    assert len(list(differences(labelled(), read(item, FAIL_OVER), LINES))) > 1


def test_a_neutral_field_counts_neither_way() -> None:
    unsure = [{**DRAFT["items"][0], "neutral": ["owner", "due", "done", "refs"]}]
    counts = counted(ReadItem(ALERT.text, owner="alex", done=True, lines=(7, 7)), items=unsure)
    assert [counts.of(name) for name in ("owner", "due", "done", "refs")] == [Tally()] * 4


def test_a_value_stands_only_where_its_words_are() -> None:
    assert stands(Evidence("@sam", 7, 7, ""), "sam", LINES)
    assert not stands(Evidence("@sam", 8, 8, ""), "sam", LINES)
    assert not stands(Evidence("@sam", 7, 7, ""), "alex", LINES)
    assert not stands(Evidence("", 7, 7, ""), "", LINES)
    assert not stands(Evidence("@sam", 0, 0, ""), "sam", LINES)
    assert not stands(Evidence("@sam", 7, 70, ""), "sam", LINES)
    assert not stands(None, "sam", LINES)


@pytest.mark.parametrize(
    ("read_on", "tally"),
    [
        ({"impact": (3, 4), "action_items": (6, 9)}, Tally(2, 2, 2)),
        ({"impact": (4, 5), "action_items": (6, 9)}, Tally(2, 2, 2)),  # half of the smaller
        ({"impact": (5, 9), "action_items": (6, 9)}, Tally(1, 2, 2)),
        ({"action_items": (6, 9)}, Tally(1, 1, 2)),
        ({"impact": (3, 4), "action_items": (6, 9), "summary": (3, 4)}, Tally(2, 2, 2)),  # optional
        ({"impact": (3, 4), "action_items": (6, 9), "summary": (7, 9)}, Tally(2, 3, 2)),
        ({"impact": (3, 4), "action_items": (6, 9), "timeline": (4, 4)}, Tally(2, 3, 2)),
    ],
)
def test_a_section_is_right_if_it_is_there_and_stands_there(read_on: dict[str, Any], tally: Tally) -> None:
    assert compare(labelled(), read(**read_on), LINES).of("sections") == tally


def test_a_time_is_right_to_the_minute_and_one_that_is_not_stated_is_said() -> None:
    def time(at: datetime | None, **changes: Any) -> dict[str, Tally]:
        counts = compare(labelled(**changes), read(started=at), LINES)
        return {name: tally for name, tally in counts.tallies.items() if name.startswith("time")}

    ten = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert time(ten) == {"time": Tally(1, 1, 1)}
    assert time(ten.replace(minute=1)) == {"time": Tally(0, 1, 1)}
    assert time(None) == {"time": Tally(0, 1, 1)}
    assert time(ten, started=None) == {"time not stated": Tally(0, 1, 1)}
    told = {"started": {**DRAFT["started"], "told": True}}
    assert time(ten, **told) == {"time told": Tally(1, 1, 1)}
    assert time(None, **told) == {"time told": Tally(0, 0, 1)}


def test_a_document_without_items_is_right_if_none_is_read() -> None:
    wish = [DRAFT["items"][2]]
    assert counted(WISH, items=wish).of("empty") == Tally(1, 1, 1)
    assert counted(ALERT, items=wish).of("empty") == Tally(0, 1, 1)


def test_a_share_of_under_ten_cases_is_not_given() -> None:
    few, enough = Counts(), Counts()
    few.of("done").add(Tally(9, 9, 9))
    enough.of("done").add(Tally(9, 10, 10))
    assert _figure(few, "done").share is None
    assert _figure(few, "done").met is None
    assert "9 of    9" in _figure(few, "done").line()
    assert (_figure(enough, "done").share, _figure(enough, "done").met) == (0.9, False)
    assert "NOT MET" in _figure(enough, "done").line()


def _figure(counts: Counts, name: str) -> Figure:
    return next(figure for figure in figures(counts) if figure.name == name)


def test_a_label_holds_places_and_hashes_of_what_was_written_down() -> None:
    item = labelled()["items"][0]
    assert item["owner"] == {"line": 7, "column": 36, "end_column": 40, "sha": text_sha("sam")}
    assert item["due"] == {"line": 7, "column": 42, "end_column": 55, "date": "2026-03-12"}
    assert item["refs"] == [ref_sha("#12")] == [ref_sha("https://github.com/acme/ops/issues/12")]
    assert json.loads(written(labelled())) == labelled()
    assert not re.search(r"alert|sam|wish", written(labelled()))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"items": [{**DRAFT["items"][0], "text": "Add a dashboard"}]}, "dashboard not on lines 7 to 7"),
        ({"items": [{**DRAFT["items"][0], "owner": "@alex"}]}, "“@alex” does not stand there"),
        ({"items": [{**DRAFT["items"][0], "refs": ["#99"]}]}, "#99 is not in the document"),
        ({"items": [{**DRAFT["items"][0], "neutral": ["priority"]}]}, "priority cannot be neutral"),
        ({"started": {**DRAFT["started"], "line": 5}}, "do not stand on line 5"),
        ({"sections": {"background": [[3, 4]]}}, "none of the seven"),
        ({"sections": {"impact": [[3, 5]]}}, "does not stand on lines 3 to 5"),
    ],
)
def test_a_draft_whose_words_do_not_stand_there_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=re.escape(reason)):
        labelled(**changes)


def test_normal_words_are_letters_and_digits_without_the_target_of_a_link() -> None:
    assert normal("Add **an** [alert](https://example.org/a_b), `queue_depth` > 10!") == "add an alert queue depth 10"


def test_a_document_that_changed_or_went_away_is_said_and_not_measured(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    assert accuracy.measure(labelled(), tmp_path).changed == "is not in the corpus"
    (tmp_path / "acme" / "down.md").write_text(TEXT + "\n")
    assert accuracy.measure(labelled(), tmp_path).changed == "has changed since it was labelled"
    (tmp_path / "acme" / "down.md").write_text(TEXT)
    assert accuracy.measure(labelled(), tmp_path).reading is not None


def test_without_the_documents_a_sentence_says_where_they_are_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert accuracy.main(["--corpus", str(tmp_path / "none")]) == 2
    assert "AFTERWORD_SHARED" in capsys.readouterr().err


FILES = sorted(LABELS.rglob("*.json"))


def test_at_least_forty_documents_are_labelled_and_twelve_of_them_unseen() -> None:
    unseen = [path for path in FILES if path.parent == accuracy.UNSEEN]
    assert len(FILES) >= 40
    assert len(unseen) >= 12
    assert len({path.name for path in FILES}) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_label_is_well_formed_and_holds_no_words(path: Path) -> None:
    one = json.loads(path.read_text("utf-8"))
    assert written(one) == path.read_text("utf-8")
    assert path.name == one["document"].replace("/", "__") + ".json"
    assert re.fullmatch("[0-9a-f]{64}", one["sha256"])
    assert {*one["sections"], *one["optional_sections"]} <= set(SECTIONS)
    words = re.compile(r"[0-9a-f]{16}|P[0-9]|\d{4}-\d\d-\d\d(T[\d:]{8}[+-]\d\d:\d\d)?|owner|due|done|refs")
    for key in ("severity", "started", "resolved", "items", "sections", "optional_sections"):
        assert [text for text in _strings(one[key]) if not words.fullmatch(text)] == []
    for item in one["items"]:
        assert 1 <= item["lines"][0] <= item["lines"][1]
        assert item["lines"] not in item["also"]


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one)]
