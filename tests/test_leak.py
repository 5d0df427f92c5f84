"""A private incident's text reaches no public place: every byte that left is searched for words that were planted.

Four words: HUSH stands in tickets that are not public, SEALED in restricted ones, WHISPER in comments that not
everybody on the ticket may read, VAULT in private issues of public tickets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.base import Secret, Visibility
from sandbox.calls import Call
from service.followup.notify import message
from service.followup.snapshot import from_json
from service.followup.week import Week
from service.followup.withheld import narrowed
from service.store import migrate, tables, work
from service.store.database import Database
from service.upkeep import report_week, weekly_of
from tests.hands import finish, item_rows, ours, rows, story
from tests.test_notify import Service
from tests.test_notify import service as service  # a fixture
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

HUSH, SEALED, WHISPER, VAULT = "zanzibar", "quokka", "whippoorwill", "marmalade"


def body(word: str) -> str:
    """A ticket that says the word in every section, and in every part of its items."""
    return f"""\
Summary: the {word} cluster stopped.

## Impact
Of {word}.

## Root cause
It was {word}.

## Timeline
- 10:00 {word} began

## Lessons learned
{word}

## Action items
- [ ] Undo {word} @{word}-team P1
  - Why: {word}
  - Done when: {word} is gone
- [ ] Write down what {word} was @alex
- [ ] Give a payment to {word}
"""


SOURCES = ('repositories = ["acme/ops"]', 'repositories = ["acme/ops", "acme/open"]')
TRACKERS = ('["acme/checkout", "acme/ops"]', '["acme/checkout", "acme/ops", "acme/vault"]')
ROUTE = '[[routes]]\nwhen = { text = ["vaulted"] }\ntracker = "code"\nplace = "acme/vault"\n'


def change(text: str) -> str:
    """Two repositories of incidents, one of them public; a private one for some items; a report for everybody."""
    text = text.replace(*SOURCES).replace(*TRACKERS).replace("[[routes]]", f"{ROUTE}[[routes]]", 1)
    return f'{text}\n[report]\naudience = "public"\n'


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with story(database, tmp_path, change=change) as made:
        made.github.repo("acme/ops").private = True
        made.github.create_repo("acme/open")
        made.github.create_repo("acme/vault").private = True
        for name in ("acme/open", "acme/vault"):
            made.github.repo(name).members.update(alex="write", sam="write", marmalade="write")
        yield made


def desk_ticket(world: World, word: str, **more: Any) -> Any:
    """On Jira, with comments of every kind; closed at the end."""
    assert world.jira is not None
    text = body(word).replace("## ", "h2. ").replace("- [ ] ", "* ").replace("  - ", "** ").replace("- ", "* ")
    ticket = world.jira.create_issue("OPS", f"Payouts and {word}", text, type="Incident", labels=[word], **more)
    world.jira.comment(ticket, f"All may read {word}.")
    world.jira.comment(ticket, f"/action Undo {WHISPER}", visibility={"type": "role", "value": "Administrators"})
    world.jira.comment(ticket, f"/action Undo {WHISPER} too", public=False)
    world.jira.transition(ticket, "Done")
    return ticket


def tickets(world: World) -> None:
    """Every kind of ticket that is not for everybody, closed, and their stories told."""
    for labels, word in (([], HUSH), (["restricted"], SEALED)):
        ticket = world.github.open_issue(
            "acme/ops", f"The {word} night", body(word), labels=["incident", word, *labels], author="alex"
        )
        world.github.comment(ticket, f"Still {word}.\n/action Ask {word}", author="alex")
        world.github.edit(ticket, title=f"The {word} night and day")
        world.github.close(ticket)
    desk_ticket(world, HUSH)
    desk_ticket(world, SEALED, security="Core team")
    finish(world)
    world.sync()
    finish(world)


def sent(world: World) -> list[tuple[str, Call]]:
    assert world.jira is not None
    return [("github", call) for call in world.github.calls] + [("jira", call) for call in world.jira.calls]


def says(call: Call, word: str) -> bool:
    """In whatever is sent: path, query, headers and body; not in what came back."""
    parts = [call.path, dict(call.query), dict(call.headers), call.body]
    return word in json.dumps(parts, default=str).lower()


def home(world: World, call: Call, *names: str) -> bool:
    """Whether a call to GitHub is about one of these repositories."""
    ids = [world.github.repo(name) for name in names]
    return any(call.path.startswith((f"/repositories/{one.id}/", f"/repos/{one.full_name}/")) for one in ids)


def the_comment(call: Call) -> bool:
    """Our comment on a ticket: its own words may stand there. (The tests below look who reads it.)"""
    return "/comment" in call.path and call.method in ("POST", "PUT", "PATCH")


def report(world: World, service: Service) -> None:
    """Last week's report is made and sent."""
    world.later(days=8)
    weekly = weekly_of(world.parts)
    slot = Week.at(world.now(), weekly.zone).previous.slot
    settings = world.parts.settings
    told = settings.report.model_copy(update={"deliver": (Secret(lambda: service.address, "the test"),)})
    parts = replace(world.parts, settings=settings.model_copy(update={"report": told}))
    with world.database.begin() as connection:
        work.ensure(connection, "report", slot, world.now())
    lease = work.take(world.database, "report", slot, world.now())
    assert lease is not None
    assert report_week(parts, lease) is None
    assert len(service.got) == 1


def said_to_everybody(world: World, service: Service) -> str:
    """What went out, and the mail that would have."""
    (frozen,) = rows(world, tables.reports)
    mail = message(narrowed(from_json(frozen.snapshot), Visibility.PUBLIC), world.parts.texts)
    assert [mail.text("json")] == [one["message"] for one in service.got]
    return f"{json.dumps(service.got)} {mail.title} {mail.text('json')} {mail.html}".lower()


# --- out of the tickets


def test_a_public_repository_gets_no_word_of_any_of_them(world: World) -> None:
    tickets(world)
    public = [call for tool, call in sent(world) if tool == "github" and not home(world, call, "acme/ops")]
    assert sum(call.method == "POST" and call.path.endswith("/issues") for call in public) >= 8
    assert [call.path for call in public for word in (HUSH, SEALED, WHISPER) if says(call, word)] == []


def test_a_jira_that_colleagues_read_gets_what_is_not_public_and_nothing_that_is_restricted(world: World) -> None:
    tickets(world)
    jira = [call for tool, call in sent(world) if tool == "jira" and not the_comment(call)]
    assert any(says(call, HUSH) for call in jira)  # or this test would see nothing
    assert [call.path for call in jira for word in (SEALED, WHISPER) if says(call, word)] == []


def test_our_comment_stands_on_its_own_ticket_alone(world: World) -> None:
    tickets(world)
    assert world.jira is not None
    for issue in [*world.github.issues, *world.jira.issues]:
        text = "\n".join(ours(issue)).lower()
        own = str(getattr(issue, "title", "") or getattr(issue, "summary", "")).lower()
        assert [word for word in (HUSH, SEALED) if word in text and word not in own] == []
        assert WHISPER not in text


def test_restricted_comments_and_internal_notes_are_read_by_nobody_else(world: World) -> None:
    tickets(world)
    assert [call.path for _, call in sent(world) if says(call, WHISPER)] == []
    for table in (tables.revisions, tables.items, tables.events, tables.incidents):
        assert WHISPER not in str(rows(world, table)).lower()


def test_a_report_for_everybody_has_its_figures_and_no_word(world: World, service: Service) -> None:
    tickets(world)
    report(world, service)
    said = said_to_everybody(world, service)
    assert [word for word in (HUSH, SEALED, WHISPER) if word in said] == []
    assert "action item 3 of ops-1" in said
    (frozen,) = rows(world, tables.reports)
    assert f"{frozen.snapshot['open']} open action items" in said


def test_a_stored_report_keeps_restricted_incidents_to_their_tickets(world: World, service: Service) -> None:
    tickets(world)
    report(world, service)
    (frozen,) = rows(world, tables.reports)
    for form in (frozen.md, frozen.html, frozen.json, frozen.csv, json.dumps(frozen.snapshot).encode()):
        assert SEALED.encode() not in form.lower()
        assert HUSH.encode() in form.lower()  # colleagues read those
    preview = weekly_of(world.parts).preview(world.now())
    assert SEALED not in str(preview).lower()


def test_logs_and_metrics_hold_no_word(world: World, service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    tickets(world)
    report(world, service)
    out = "".join(capfd.readouterr()).lower()
    client = world.app.test_client()
    headers = {"Authorization": f"Bearer {world.service.new_token}"}
    answer = client.get("/metrics", headers=headers, base_url=world.parts.settings.public_url)
    assert answer.status_code == 200
    for said in (out, answer.get_data(as_text=True).lower()):
        assert [word for word in (HUSH, SEALED, WHISPER) if word in said] == []


# --- back from the trackers


def test_what_is_written_in_a_private_issue_is_not_shown_on_a_public_ticket(world: World, service: Service) -> None:
    ticket = world.github.open_issue(
        "acme/open", "Slow", "## Action items\n- [ ] Look at what is vaulted\n", labels=["incident"]
    )
    world.github.close(ticket)
    finish(world)
    (row,) = item_rows(world)
    assert row.issue_label.startswith("acme/vault#")
    issue = next(one for one in world.github.issues if one.repo.full_name == "acme/vault")
    world.github.edit(issue, title=f"The {VAULT} affair")
    world.github.assign(issue, VAULT)
    world.sync()
    finish(world)
    world.github.comment(issue, f"Because of {VAULT}.", author="alex")
    world.github.close(issue, "not_planned")
    world.sync()
    finish(world)
    (row,) = item_rows(world)
    assert (row.assignee, row.ended_reason) == (VAULT, f"Because of {VAULT}.")
    assert "Won't do" in ours(ticket)[0]
    open_calls = [call for tool, call in sent(world) if tool == "github" and home(world, call, "acme/open")]
    assert [call.path for call in open_calls if says(call, VAULT)] == []
    report(world, service)
    said = said_to_everybody(world, service)
    assert VAULT not in said
    assert "look at what is vaulted" in said


def test_a_public_issue_of_a_public_ticket_says_who_is_assigned(world: World) -> None:
    ticket = world.github.open_issue("acme/open", "Slow", "## Action items\n- [ ] Look\n", labels=["incident"])
    world.github.close(ticket)
    finish(world)
    issue = next(one for one in world.github.issues if one.repo.full_name == "acme/checkout")
    world.github.assign(issue, "sam")
    world.sync()
    finish(world)
    assert "| sam |" in ours(ticket)[0]


# --- the words themselves


def test_the_words_that_were_planted_are_in_what_is_ours(world: World) -> None:
    """Or the tests above would find nothing because nothing was there."""
    tickets(world)
    with world.database.read() as connection:
        kept = str(connection.execute(sa.select(tables.revisions.c.document)).all()).lower()
        seen = connection.execute(sa.select(tables.incidents.c.visibility)).scalars().all()
    assert HUSH in kept
    assert SEALED in kept
    assert set(seen) >= {Visibility.PRIVATE, Visibility.RESTRICTED}
