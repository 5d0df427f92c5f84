"""Reading a ticket of 200 comments and 200 kB, over the time that markdown-it-py takes to parse the same texts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from markdown_it import MarkdownIt

from connectors.base import Comment, Person, Ticket, Visibility
from service.postmortem.reading import read_ticket
from service.words import words

COMMENTS = 200
SIZE = 200_000
ROUNDS = 7
OPENED = datetime(2026, 11, 17, 14, 19, tzinfo=UTC)

_TEXT = """\
Checkout answers slowly since about 14:05 UTC. The storage of `db-a` stopped answering.

**Severity:** SEV2

## Impact
- About 1 in 12 payments timed out in the browser and was tried again.

## Timeline
| time (UTC) | what |
| --- | --- |
| 14:05 | The storage of `db-a` stops answering |
| 14:16 | The alert for slow checkout fires |

## Action items
- [ ] Test pooled connections with a write @alex P1
- [x] Restart the pools (#12)
"""
#: what people write while an incident runs, in turn
_SAID = (
    "I see the same in `eu-west-1`. The pool keeps its connections, and **each** of them was good when it was tested, "
    "so the health check stays green while every write fails. See https://grafana.example.org/d/ab12cd34?from=1&to=2 "
    "for the figures of the last hour; the sessions are those of checkout alone.\n\n> is it the release?\n\n"
    "No, the release of the day before shows it as well.",
    "```\n2026-11-17T14:05:11Z ERROR pool user=orders host=db-a.example.org:5432 request=123e4567-e89b timeout\n"
    "2026-11-17T14:05:12Z ERROR pool user=orders host=db-a.example.org:5432 request=223e4567-e89b timeout\n"
    "2026-11-17T14:05:13Z ERROR pool user=orders host=db-a.example.org:5432 request=323e4567-e89b timeout\n```\n"
    "That is from one pod of forty; the others look alike.",
    "What was tried so far:\n\n1. the release of the day before\n2. a restart of `checkout-api`\n   - four pods at once"
    "\n   - nothing changed\n3. the session list of `db-a`\n\nNext is the pool. @sam looks at it, and I take the "
    "support queue, where 14 customers wrote. (One of them is big, *please* answer there first.)",
    "/timeline 14:46 118 sessions of checkout are found on db-a\n\nThey are all older than the failover.",
    "| pod | sessions | oldest |\n| --- | --- | --- |\n| a-1 | 30 | 14:01 |\n| a-2 | 31 | 14:02 |\n| a-3 | 28 | 13:58 |"
    "\n\nSo the numbers agree with those of the database; [the dashboard](https://grafana.example.org/d/1) too.",
)


def run() -> list[tuple[str, float, str, float]]:
    ticket = _ticket()
    texts = [ticket.text, *(comment.text for comment in ticket.comments)]
    parser = MarkdownIt("js-default")
    known = words()
    read_ticket(ticket, known)

    def bare() -> None:
        for text in texts:
            parser.parse(text)

    ratio = _seconds(lambda: read_ticket(ticket, known)) / _seconds(bare)
    size = sum(map(len, texts)) // 1000
    return [(f"reading a ticket of {COMMENTS} comments and {size} kB, over parsing it", ratio, "<=", 2.0)]


def _ticket() -> Ticket:
    person = Person("alex", "alex")
    comments = []
    for number in range(COMMENTS):
        text = ""
        turn = number
        while len(text) < SIZE // COMMENTS - 150:
            text += _SAID[turn % len(_SAID)] + f"\n\nThat is look {number}.{turn}.\n\n"
            turn += 1
        at = OPENED + timedelta(minutes=number)
        comments.append(Comment(str(number), person, at, text, f"https://example.org/c/{number}", trusted=True))
    return Ticket(
        source="ops",
        key="1",
        ref="acme/ops#42",
        url="https://example.org/42",
        title="Checkout slow after database failover",
        text=_TEXT,
        visibility=Visibility.PRIVATE,
        opened_at=OPENED,
        closed_at=OPENED + timedelta(hours=4),
        reporter=person,
        comments=tuple(comments),
    )


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)
