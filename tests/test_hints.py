"""Hints on wording: what blames a person is pointed at, in its place, and nothing else is."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hints_file import hints_list
from service.postmortem.blame import hint_list
from service.postmortem.model import Origin, Section, SectionText
from service.postmortem.prose import prose
from service.postmortem.quality import Hint, as_text, hints
from tests.example import EXAMPLE, ITEMS, document, standing

LISTED = hints_list()


def of(text: str, **more) -> tuple[Hint, ...]:
    return hints(document(resolution=text), (), LISTED, **more)


BLAME = [
    ("The cause was human error.", "human error", "human_error"),
    ("It was a user error in the console.", "a user error", "human_error"),
    ("The on-call engineer should have looked at the pools first.", "should have", "hindsight"),
    ("She should probably have called the database team.", "should probably have", "hindsight"),
    ("We should have noticed the graph.", "should have", "hindsight"),
    ("They should have known.", "should have known", "hindsight"),
    ("Sam ought to have waited.", "ought to have", "hindsight"),
    ("The engineer failed to read the runbook.", "engineer failed to", "failed_to"),
    ("@alex forgot the flag.", "@alex forgot", "failed_to"),
    ("Somebody forgot to renew it.", "Somebody forgot", "failed_to"),
    ("A developer\ndidn't test the change.", "developer didn't test", "failed_to"),
    ("This was careless.", "careless", "character"),
    ("It is negligent to skip the review.", "negligent", "character"),
    ("It was the reviewer’s fault.", "reviewer's fault", "fault"),
    ("Nobody else was there, so it was her mistake.", "her mistake", "fault"),
    ("The contractor is to blame.", "contractor is to blame", "fault"),
    ("Sam broke production.", "Sam broke", "person_broke"),
    ("@sam-example misconfigured the pool.", "@sam-example misconfigured", "person_broke"),
    ("An engineer accidentally deleted the volume.", "engineer accidentally deleted", "person_broke"),
    ("We wrongly assumed that it was idle.", "We wrongly assumed", "person_broke"),
    ("Obviously the queue was full.", "Obviously", "obvious"),
    ("He simply restarted it.", "He simply", "simply"),
    ("We need to be more careful with migrations.", "be more careful", "attention"),
    ("| what | who |\n|---|---|\n| it | the intern forgot to ask |", "intern forgot", "failed_to"),
    ("- a\n- b\n  1. **Human error** again", "Human error", "human_error"),
]


@pytest.mark.parametrize(("text", "words", "kind"), BLAME)
def test_wording_that_blames_a_person_is_pointed_at(text: str, words: str, kind: str) -> None:
    assert [(hint.words.replace("’", "'"), hint.kind) for hint in of(text)] == [(words, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "The alert should have paged at 14:05.",
        "The users table should have a unique column.",
        "We should have automated tests for this, and each engineer should have access.",
        "Most Binders would fail to build; the job failed to start.",
        "The cluster manager failed to answer. The operator failed to reconcile.",
        "Users failed to log in, and many customers forgot about it.",
        "The default was wrong. The fault domain has three nodes. It is fault tolerant.",
        "This guards against human error and reduces the risk of human errors.",
        "Nobody is to blame; this is a blameless review. `git blame` names the commit.",
        "Kubernetes broke the connection. Postgres crashed. Redis failed to start.",
        "The quorum is a sloppy quorum. It is not obviously wrong.",
        "The release was simply not available in that region.",
        "A script made an error log of 4 GB.",
        "The engineer on call looked at the pools first, as a release had changed them.",
        "Alex and Sam restarted the pods at 14:58. Someone from the team joined.",
        "The image @acme/forgot broke. See @acme/team broke.",
        "Impact was negligible.",
    ],
)
def test_what_a_system_did_and_plain_words_are_not(text: str) -> None:
    assert of(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "The ticket said “this was human error”, and closed.",
        'The first mail named it "human error".',
        "It was called 'human error' in the channel.",
        "> Sam broke production.\nand it was human error",
        "`human error` and ``a ` human error``",
        "```\nSam broke production\n```",
        "~~~ text\nhuman error\n~~~",
        "Look:\n\n    Sam broke production",
        "<!-- say whose fault: human error -->",
        "<!-- human\nerror\nhuman error -->",
        "2026-11-17T14:05:00Z ERROR engineer failed to authenticate",
        "[ERROR] user sam: human error",
        'E1117 14:05:00.123456 1 auth.go:200] engineer forgot to sign: ""',
        '{"level": "info", "message": "human error"}',
        "level=warn user=sam msg=engineer forgot to sign",
        "14:05 <sam> I think it is human error",
        "error: human error in line 4",
        "[human error in review](https://example.org/human error)",
        "https://example.org/obviously",
        "“It was\nhuman error”, they said",
        "The team\n\nfailed to load",
        "- the team\n- failed to load",
    ],
)
def test_nothing_is_pointed_at_in_quotes_code_and_logs(text: str) -> None:
    assert of(text) == ()


def test_a_hint_has_its_place_its_reason_and_a_better_phrase() -> None:
    (hint,) = of("It was slow.\n\nThe on-call engineer should\nhave looked at the pools first.")
    assert (hint.section, hint.line, hint.column, hint.anchor) == (Section.RESOLUTION, 3, 21, "resolution")
    assert as_text(hint) == (
        "“should have” in resolution and recovery, line 3: judges with hindsight. "
        "Perhaps say what could be seen at that moment that made the choice a likely one."
    )
    (item,) = hints(EXAMPLE, [standing(4, "Improve monitoring of the database")], LISTED)
    assert item.anchor == "item-4"
    assert as_text(item) == (
        "“Improve monitoring” in item 4: has no end that one can see. "
        "Perhaps say what will be different then, and how one can tell."
    )
    (also,) = hints(replace(EXAMPLE, other=SectionText("Human error.", Origin.READ)), (), LISTED)
    assert (also.place, also.anchor) == ("the rest of the ticket, line 1", "also")


def test_a_sentence_has_at_most_one_hint() -> None:
    assert [hint.words for hint in of("Obviously Sam broke it by human error. Sam was careless.")] == [
        "Obviously",
        "careless",
    ]
    assert len(of("- human error\n- human error")) == 2


def test_names_that_are_known_here_count_as_people() -> None:
    assert of("Kubra broke production.") == ()
    assert [hint.words for hint in of("Kubra broke production.", people=["Kubra Example"])] == ["Kubra broke"]
    said = hints(document(impact="Kubra broke it."), [standing(1, "Add a test of the pool", owner="Kubra")], LISTED)
    assert [hint.words for hint in said] == ["Kubra broke"]
    edited = SectionText("Kubra broke it.", Origin.EDITED, by="Kubra Example")
    assert len(hints(replace(EXAMPLE, sections=EXAMPLE.sections | {Section.IMPACT: edited}), (), LISTED)) == 1


# --- the list is the team's


def test_a_team_adds_phrases_and_silences_hints_in_a_file_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "hints.toml"
    own.write_text(
        '[words]\nperson = ["release captain"]\n[hints.obvious]\nkeep = false\n'
        '[hints.ours]\nphrases = ["{person} was {sleepy}"]\nreason = "is unkind."\nbetter = "Perhaps leave it out."\n'
    )
    with pytest.raises(ValueError, match=r"no words for \{sleepy\} in \[hints\.ours\]"):
        hints_list(own)
    own = tmp_path / "more.toml"
    own.write_text((tmp_path / "hints.toml").read_text().replace("{sleepy}", "asleep"))
    listed = hints_list(own)
    text = "Obviously it was late. The release captain was asleep. The release captain forgot it."
    assert [hint.kind for hint in hints(document(impact=text), (), listed)] == ["ours", "failed_to"]
    assert [hint.kind for hint in hints(document(impact=text), (), LISTED)] == ["obvious"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[hint.x]", r"has no use for \[hint\]. Known here are: words, hints"),
        ("words = 1", "holds no table at words"),
        ("[words]\nperson = 'he'", r'holds no list of words at words.person. Write: person = \["one", "another"\]'),
        ("[hints]\nx = 1", r"holds no table at hints.x. Write: \[hints.x\]"),
        ("[hints.obvious]\nphrase = ['x']", "has no use for hints.obvious.phrase"),
        ("[hints.obvious]\nphrases = ['']", "holds no list of words at hints.obvious.phrases"),
        ("[hints.obvious]\nreason = 3", "holds no words at hints.obvious.reason"),
        ("[hints.obvious]\nkeep = 'no'", "holds neither true nor false at hints.obvious.keep"),
        ("[hints.obvious]\nphrases = ['{person}']", r"has a phrase of \{person\} alone in \[hints.obvious\]"),
        ("[hints.obvious]\nphrases = ['[a b']", "has brackets that do not fit in"),
        ("[hints.x]\nphrases = ['a']", r"says no `reason` or no `better` in \[hints.x\]"),
        ("[hints.obvious]\nwhere = 'text'", r"has where = .text. in \[hints.obvious\]"),
        ("[hints", "is not TOML"),
    ],
)
def test_a_file_that_is_wrong_says_what_and_where(tmp_path: Path, text: str, fault: str) -> None:
    own = tmp_path / "hints.toml"
    own.write_text(text)
    with pytest.raises(ValueError, match=fault):
        hints_list(own)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        hints_list(tmp_path / "none.toml")


def test_no_hint_is_given_by_an_empty_list() -> None:
    assert hints(document(impact="Human error."), ITEMS, hint_list({})) == ()


# --- any text

PIECES = st.sampled_from(
    [
        *("human error", "Sam broke", "the engineer should have known", "obviously", "Improve monitoring", "by adding"),
        *("\n", "\n\n", "- ", "> ", "```", "`", "“", "”", '"', "'", "<!--", "-->", "| ", "\t", "    ", "\r\n", "\x0b"),
        *("[", "](", ")", "<b>", "https://x", "İ", "ß", "\u2028", "\x00", "E1117 1", "=", "{", "we", " ", "’s fault"),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join)


@given(TEXTS)
def test_prose_is_as_long_as_the_text_and_has_its_lines(text: str) -> None:
    plain = prose(text)
    assert len(plain) == len(text)
    for number, char in enumerate(plain):
        assert char in (text[number], "\x00", "\x01")


@given(TEXTS, TEXTS)
def test_the_words_of_every_hint_stand_at_its_place(text: str, item: str) -> None:
    said = document(resolution=text)
    for hint in hints(said, [standing(1, item)], LISTED):
        lines = (item if hint.item else text).split("\n")
        rest = "\n".join(lines[hint.line - 1 :])[hint.column :]
        assert " ".join(rest.split()).startswith(hint.words)
        assert hint.words
        assert as_text(hint).startswith("“")


@pytest.mark.parametrize(
    "piece",
    [
        *("human error ", "Sam ", "the team should ", "we ", "`", "“", '"', "'a ", "<", "<a ", "](", "[", "> ", "- "),
        *("a=a", "a=a ", "{person} ", "obviously not obviously ", "@a", "<!--", "```\n", "\n", "engineer\n", "avoid "),
        *("https://", "should have been more ", "\t", "E1117 ", "1:11", "’", "İ"),
    ],
)
def test_a_text_of_64_kb_takes_no_longer_than_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        began = time.perf_counter()
        hints(document(resolution=text), [standing(1, text)], LISTED)
        return time.perf_counter() - began

    assert seconds(1 << 16) < max(0.05, 12 * max(seconds(1 << 13), 0.01)) + 0.5
