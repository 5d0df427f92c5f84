"""One digest for each owner: what it says, who gets it, and that nobody gets it twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Person, Ticket, Visibility
from service import clock
from service.followup.digest import digest_of, mail, subject, text, withheld
from service.followup.leads import Member, Roster
from service.postmortem.people import Known, People
from service.store import tables
from service.store.database import Database
from service.texts import Texts
from tests.hands import closed, finish, ledger, ran_since_ever, rows, story
from tests.nudge_hands import DAYS, MONDAY, item
from tests.world import World

TEXTS = Texts([], "Europe/Berlin", "https://postmortems.example.org")
SEEN = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)
ITEMS = (
    item(id=77, key="a", text="Refuse a refund message that was already booked", state="in_progress",
         word="In progress", due=date(2026, 10, 3), issue_label="PAY-160", verified_at=SEEN,
         incident_title="Refunds sent twice to the ledger", incident_closed_at=datetime(2026, 9, 3, 9, tzinfo=UTC)),
    item(id=134, key="b", text="Replace fixed host names in the order export", state="unreachable", word="To do",
         issue_label="PAY-209", verified_at=datetime(2026, 11, 19, 15, 40, tzinfo=UTC), due=date(2026, 12, 17),
         unreachable_since=datetime(2026, 11, 20, 9, tzinfo=UTC)),
    item(id=119, key="c", text="Renew certificates without a manual step", state="in_progress", due=date(2026, 12, 4),
         issue_label="PAY-199", verified_at=SEEN),
    item(id=201, key="d", text="Tell support within 10 minutes", state="done", issue_label="PAY-201",
         ended_at=datetime(2026, 11, 19, 9, tzinfo=UTC)),
    item(id=202, key="e", text="Ended long ago", state="done", ended_at=datetime(2026, 11, 5, 9, tzinfo=UTC)),
    item(id=203, key="f", text="Due far ahead", due=date(2027, 3, 1)),
    item(id=204, key="g", text="No longer in the ticket", in_text=False),
)  # fmt: skip


def test_the_example_of_a_digest_comes_out() -> None:
    digest = digest_of(ITEMS, DAYS, MONDAY - timedelta(hours=1))
    assert subject(digest, TEXTS) == "3 action items of yours: 1 overdue, 1 unreachable, 1 due on 4 Dec"
    assert text(digest, TEXTS) == (
        "As of Mon 23 Nov 2026, 09:00 CET.\n\n"
        "**Overdue**\n\n"
        "- ◐ [Refuse a refund message that was already booked](https://postmortems.example.org/actions/77): 51 days "
        "late, due 3 Oct. In progress, PAY-160, seen 23 Nov, 08:55. From: Refunds sent twice to the ledger, 3 Sep.\n\n"
        "**Unreachable**\n\n"
        "- ◌ [Replace fixed host names in the order export](https://postmortems.example.org/actions/134): PAY-209 "
        "answers 404 since 20 Nov. Last seen 19 Nov, 16:40, as “To do”. If it was moved, its new key is all we "
        "need.\n\n"
        "**Due within two weeks**\n\n"
        "- ◐ [Renew certificates without a manual step](https://postmortems.example.org/actions/119): Due Fri 4 Dec "
        "2026. In progress, PAY-199, seen 23 Nov, 08:55.\n\n"
        "**Ended last week**\n\n"
        "- ● Tell support within 10 minutes, 19 Nov. PAY-201\n\n"
        "For what is late: do it, move its date, or close it with a reason."
    )


def test_nothing_late_unclear_or_due_soon_asks_nothing() -> None:
    assert digest_of(ITEMS[3:], DAYS, MONDAY).asks == 0


def test_each_item_stands_in_one_section_and_dates_at_the_ends_of_time_break_nothing() -> None:
    odd = [
        item(id=1, key="a", due=date.min),
        item(id=2, key="b", due=date.max),
        item(id=3, key="c", due=None, owner=None),
    ]
    digest = digest_of(odd, DAYS, MONDAY)
    assert [len(one) for one in (digest.overdue, digest.soon, digest.unowned)] == [1, 0, 1]
    assert "No owner yet." in text(digest, TEXTS)


def test_ten_thousand_items_are_counted_where_they_are_not_listed() -> None:
    many = [item(id=number, key=str(number)) for number in range(10_000)]
    said = text(digest_of(many, DAYS, MONDAY), TEXTS)
    assert "- 9950 more" in said
    assert said.count("\n- ") == 51


def test_ticket_text_is_harmless_in_mail_and_chat_and_a_restricted_one_says_nothing() -> None:
    digest = digest_of(
        [item(text="<script>alert(1)</script>", incident_title="<script>", word="<script>")], DAYS, MONDAY
    )
    assert "<script>" not in mail(digest, TEXTS)
    assert "<script>" not in text(digest, TEXTS).replace("\\<", "")
    kept = text(digest_of([withheld(item(text="Secret plan", incident_title="Secret breach"))], DAYS, MONDAY), TEXTS)
    assert "Secret" not in kept
    assert "Action item 1 of acme/ops#30" in kept.replace("\u200b", "")


# --- who hears of it


def hears(owner: str | None, *, assignees: tuple[str, ...] = (), reporter: str = "", **more: Any) -> tuple[str, str]:
    members = [
        Member("alex"), Member("sam", left=True, teams=("payments",)), Member("kim"),
        Member("payments", team=True, lead="lee"), Member("lee", left=True, teams=("loop",)),
        Member("loop", team=True, lead="payments"), Member("search", team=True, lead="kim"), Member("alone", team=True),
    ]  # fmt: skip
    people = People(Known(one.name, team=one.team) for one in members)
    ticket = Ticket(
        "ops", "1", "acme/ops#1", "", "", "", Visibility.PRIVATE, MONDAY, reporter=Person(reporter, ""),
        assignees=tuple(Person(one, "") for one in assignees),
    )  # fmt: skip
    found = Roster(members, people.find).hears(item(owner=owner, **more), ticket)
    return found.name, found.why


def test_the_owner_hears_of_it_else_the_lead_of_the_incident() -> None:
    assert hears("alex", assignees=("kim",)) == ("alex", "owner")
    assert hears(None, assignees=("sam", "kim"), reporter="alex") == ("kim", "none")
    assert hears("@stranger", reporter="alex") == ("alex", "unmapped")
    assert hears("search") == ("kim", "team")
    assert hears("alone") == ("alone", "team")
    assert hears(None, reporter="stranger") == ("", "none")


def test_leads_in_a_circle_who_left_end_at_the_reporter() -> None:
    assert hears("sam", reporter="alex") == ("alex", "left")
    assert hears("payments") == ("payments", "team")


# --- the sending


class Box:
    """An address over real HTTP that keeps what it gets, or closes without an answer."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.silent = 0
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                box.got.append(json.loads(body))
                if box.silent:
                    box.silent -= 1
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join(5)
        self.server.server_close()


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    yield made
    made.stop()


@pytest.fixture
def world(database: Database, tmp_path: Path, box: Box) -> Iterator[World]:
    with story(database, tmp_path) as made:
        made.environ["ALEX_URLS"] = f"json://127.0.0.1:{box.server.server_port}/"
        made.change = lambda words: words.replace('github = "alex"\n', 'github = "alex"\nnotify_env = "ALEX_URLS"\n')
        made.restart()
        ran_since_ever(made)
        made.time = MONDAY - timedelta(days=40)
        closed(made, "The pool was full.\n\n## Action items\n- [ ] Test pooled connections with a write @alex P1\n")
        finish(made)
        made.time = MONDAY
        yield made


def ask(world: World) -> None:
    clock.tick(world.parts)
    world.run(("digest",))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_digest_is_sent_once_for_each_slot(world: World, box: Box) -> None:
    for _ in range(3):
        ask(world)
        world.later(hours=1)
    assert [one["title"] for one in box.got] == ["1 action item of yours: 1 overdue"]
    world.time = MONDAY + timedelta(days=8)  # on a Tuesday: made late, once
    ask(world)
    ask(world)
    assert len(box.got) == 2
    assert {row.key for row in rows(world, tables.work, tables.work.c.task == "digest")} == {
        "digest-2026-W48", "digest-2026-W49",
    }  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_that_may_have_arrived_is_not_sent_again(world: World, box: Box) -> None:
    box.silent = 1
    for _ in range(3):
        ask(world)
        world.later(hours=1)
    assert len(box.got) == 1
    assert {write.state for key, write in ledger(world).items() if key.startswith("send:digest-")} == {"waiting"}
