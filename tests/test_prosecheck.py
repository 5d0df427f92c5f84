"""Prose in comments is seen to be prose without being parsed, and is read as if it had been."""

from __future__ import annotations

import time
from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Ticket
from service.postmortem.commands import split
from service.postmortem.conversation import read_conversation
from service.postmortem.given import Given
from service.postmortem.heard import Said
from service.postmortem.markdown import tidy
from service.postmortem.prosecheck import is_prose
from service.words import words
from tests.conversation_hands import OPENED, ticket

LINES = (
    "Looking at `db-a`. It is read-only now.",
    "The pool keeps its connections, see https://grafana.example.org/d/ab?from=1&to=2 for the figures",
    "Thanks all!",
    "@sam could you look: is it the release?",
    "14:05 UTC it broke",
    "Resolved 15:10",
    "We are now focused on:",
    "What was tried so far:",
    "- 2026-11-17 14:05 it broke",
    "- 17 Nov 14:06 it was seen",
    "1. 2026-11-17 14:07 rolled back",
    "| 2026-11-17 14:05 | it broke |",
    "| time | what |",
    "|---|---|",
    "| Severity | SEV2 |",
    "- four pods at once",
    "  - nothing changed",
    "- [ ] Add an alert",
    "- [ ] TODO: add an alert",
    "ACTION: add an alert on queue depth",
    "AI: sam to look",
    "TODO add an alert",
    "Action items:",
    "- **Impact**: half of the orders",
    "**Impact:** half of the orders",
    "**Root cause**",
    "__Timeline__",
    "Impact",
    "Impact - half of the orders",
    "Root cause: the network, we think",
    "Started at 14:05 UTC",
    "Start: 14:05",
    "Severity: SEV2",
    "SEV2",
    "**SEV-1**",
    "# Resolution",
    "## What we will change",
    "Summary",
    "===",
    "---",
    "> quoted: impact",
    "> ## Impact",
    "```",
    "    indented code",
    "<details><summary>Timeline</summary>",
    "</details>",
    "<b>Impact</b>",
    "[Impact](https://example.org): much",
    "Auswirkungen: die Hälfte der Bestellungen",
    "影響: 注文の半分",
    "根本原因",
    "Fixed by restarting the pool on every node.",
    "Duration: 2 hours",
    "It lasted for 2 hours, from 14:05 to 16:05 UTC",
    "/action Add an alert @sam",
    "* * *",
    "[1]: https://example.org",
    "See [1] for more. And [the rest](https://example.org).",
    "![](https://example.org/a.png)",
    "1. **Summary**",
    "- Impact",
    "Impact :",
    "The impact of the outage",
    "Incident timeline",
)
pieces = st.one_of(st.sampled_from(LINES), st.text(alphabet="ab1:*-#|>` _[]().\t<é影", max_size=12))
texts = st.lists(st.one_of(pieces, st.just("")), max_size=9).map("\n".join)


@given(st.lists(texts, min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_prose_that_is_not_parsed_in_full_is_read_the_same(said: list[str]) -> None:
    both = [told(ticket(*said), quick=quick) for quick in (True, False)]
    assert both[0] == both[1]


def told(one: Ticket, *, quick: bool) -> Said:
    near = {"started": OPENED, "detected": OPENED, "mitigated": OPENED, "resolved": OPENED}
    return read_conversation(one, Given(words(), UTC, date(2026, 11, 17)), near, quick=quick)


@pytest.mark.parametrize(
    "text",
    [
        "Looking at `db-a`. It is read-only now.",
        "No, the release of the day before shows it as well.\n\n> is it the release?\n\nSo it is not.",
        "```\n2026-11-17T14:05:11Z ERROR pool user=orders\n```\nThat is from one pod of forty.",
        "What was tried so far:\n\n1. the release of the day before\n2. a restart of `checkout-api`\n   - four pods\n",
        "| pod | sessions | oldest |\n| --- | --- | --- |\n| a-1 | 30 | 14:01 |\n| a-2 | 31 | 14:02 |\n",
    ],
)
def test_what_people_mostly_say_is_seen_to_be_prose(text: str) -> None:
    assert is_prose(tidy(text), words())


@pytest.mark.parametrize(
    "unit",
    [
        "/impact\n",
        "- /action\n  b\n",
        "/action a\n",
        "|",
        "a|",
        "**",
        "a: ",
        "- - ",
        "/",
        "-",
        "](",
        "```\n",
        "Impact ",
    ],
)
def test_64_kb_of_anything_in_a_comment_is_cut_and_looked_at_in_a_moment(unit: str) -> None:
    text = unit * (65_536 // len(unit))
    begun = time.monotonic()
    _, rest = split(f"/impact\n{text}")
    is_prose(rest, words())
    assert time.monotonic() - begun < 2
    assert rest.count("\n") == text.count("\n") + 1, "every line stays where it was"
