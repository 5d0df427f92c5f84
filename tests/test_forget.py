"""A person who is forgotten is in nothing of ours any more, and does not come back; what is not ours is listed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.base import AfterwordError, Person
from service.cleaning import clean
from service.followup.week import Week
from service.forget import forget, forgotten, names_of
from service.lock import FileLock
from service.postmortem.forgetting import Forgotten, mark_of
from service.postmortem.model import Section
from service.postmortem.people import Known, People
from service.store import tables
from service.store.database import Database
from service.upkeep import weekly_of
from tests.command_hands import shop
from tests.hands import document, filed, finish, item_rows, ours, rows, story, told
from tests.world import World

KEY = b"k" * 32
NAMES = ("robin-q", "Robin Quill", "robin.quill@example.org", "712020:robin", "Jörg O'Dell", "rq", "90210")

#: other people, and words
OTHERS = "robin-q2 big-robin-q x@robin-q.example robin-q.js robin rq 90210 Quill"


def of(*names: str) -> Forgotten:
    return Forgotten(KEY, [mark for name in names if (mark := mark_of(KEY, name))])


# --- names in texts


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Restarted by Robin Quill, @robin-q.", "Restarted by a person, @someone."),
        ("ROBIN\n  quill and Robin\u00a0Quill's fix", "A person and a person's fix"),
        ("owner:robin-q, _robin-q_, `robin-q`, (robin-q)", "owner:a person, _a person_, `a person`, (a person)"),
        ("https://github.example/robin-q", "https://github.example/someone"),
        ("[~accountid:712020:robin] robin\\-q", "[~accountid:a person] a person"),
        ("Mail robin.quill@example.org.", "Mail a person."),
        ("Jo\u0308rg O’Dell", "a person"),
        (OTHERS, OTHERS),
        ("", ""),
        ("\ud800 robin-q", "\ud800 a person"),
    ],
)  # fmt: skip
def test_names_go_as_whole_words_in_any_case_and_spacing(text: str, clean: str) -> None:
    assert of(*NAMES).text(text) == clean
    assert of(*NAMES).text(clean) == clean


def test_a_short_name_or_a_number_goes_only_where_a_field_says_nothing_else() -> None:
    assert of("rq", "90210").text("rq ran 90210 jobs") == "rq ran 90210 jobs"
    assert of("rq").field("@RQ") == "a person"
    assert of("90210").person(Person("90210", "Robin")) == Person("someone", "a person")


def test_nobody_is_forgotten_at_first() -> None:
    assert not of()
    assert of().text("Robin Quill") == "Robin Quill"


def test_what_is_kept_does_not_tell_the_name() -> None:
    mark = mark_of(KEY, "Robin Quill")
    assert mark is not None
    assert mark != mark_of(b"another", "Robin Quill")
    assert "robin" not in str(mark).lower()


def test_all_that_is_known_of_a_person_is_looked_for() -> None:
    people = People([Known("Robin Quill", "robin@example.org", aliases=("RQ",), ids={"github": "robin-q"})])
    told = [("desk", "712020:robin", "Robin Quill"), ("desk", "712020:sam", "Sam"), ("code", "robin-q", "Robin Q.")]
    names = names_of(people, told, "@robin-q")
    assert set(names) == {"Robin Quill", "robin@example.org", "RQ", "robin-q", "712020:robin", "Robin Q."}


def test_a_name_of_two_people_is_asked_back() -> None:
    told = [("desk", "712020:a", "Robin Quill"), ("desk", "712020:b", "Robin Quill")]
    with pytest.raises(AfterwordError, match="712020:a, 712020:b"):
        names_of(People([]), told, "Robin Quill")
    assert names_of(People([]), told, "712020:a") == ("712020:a", "Robin Quill")


# --- everything that is ours

TICKET = """\
Robin Quill restarted the pool, then robin-q went home.

## Root cause
Robin Quill's change of Monday.

## Action items
- [ ] Test pooled connections with a write @robin-q P1
  - Why: Robin Quill saw it twice
- [ ] Alert on queue depth
"""
TRACES = ("robin-q", "robin quill", "robin.quill@example.org")


def names(text: str) -> str:
    """A people map that knows Robin."""
    return text.replace(
        "[due]", '[[people]]\nname = "Robin Quill"\ngithub = "robin-q"\nemail = "robin.quill@example.org"\n[due]'
    )


def everything(database: Database, *but: sa.Table) -> str:
    """Every value of every table, as text; JSON and bytes decoded."""
    said: list[str] = []
    with database.read() as connection:
        for table in (one for one in tables.metadata.sorted_tables if one not in but):
            for row in connection.execute(sa.select(table)):
                said += [_text(value) for value in row]
    return "\n".join(said).lower()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def raw(database: Database) -> bytes:
    """What lies on the disk."""
    if database.path is not None:
        files = sorted(database.path.parent.glob("afterword.db*"))
    else:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
            oid = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
        files = sorted((folder / "base" / str(oid)).iterdir())
    return b"".join(file.read_bytes() for file in files if file.is_file()).lower()


def lived(world: World) -> object:
    """A story with Robin in every place where a name can stand, and a frozen report."""
    world.github.repo("acme/checkout").members["robin-q"] = "write"
    world.github.repo("acme/ops").members["robin-q"] = "write"
    ticket = told(world, TICKET, author="robin-q", assignees=["robin-q"])
    world.github.comment(ticket, "Robin Quill here: it is over.", author="robin-q")
    finish(world)
    world.sync()
    issue = next(one for one in world.github.issues if one.repo.full_name == "acme/checkout")
    world.github.edit(issue, title="Write where Robin Quill read", by="robin-q")
    world.sync()
    world.later(days=8)
    week = Week.at(world.now(), weekly_of(world.parts).zone).previous
    weekly_of(world.parts).make(week, world.now())
    return ticket


def test_nothing_of_ours_names_the_person_any_more(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        lived(world)
        before = everything(database)
        assert all(trace in before for trace in TRACES[:2])
        result = forget(world.parts, "robin-q")
        after = everything(database)
        assert [trace for trace in TRACES if trace in after] == []
        assert [trace for trace in TRACES if trace.encode() in raw(database)] == []
        assert set(result.counts) >= {
            "revisions of documents", "action items", "incident tickets as they were read",
            "stored webhooks, whose bodies are removed", "weekly reports", "lines of history",
        }  # fmt: skip
        assert [(row.owner_text, row.assignee) for row in item_rows(world)] == [("a person", "someone"), (None, None)]


def test_a_dry_run_counts_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        lived(world)
        before = everything(database)
        tried = forget(world.parts, "Robin Quill", dry_run=True)
        assert everything(database) == before
        assert tried.counts == forget(world.parts, "Robin Quill").counts


def test_what_stands_in_the_trackers_is_listed_and_our_comment_follows(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        ticket = lived(world)
        result = forget(world.parts, "robin-q")
        said = [what for what, _ in result.theirs]
        assert any(one.startswith("the ticket acme/ops#") for one in said)
        assert any(one.startswith("the issue acme/checkout#") for one in said)
        assert all(address.startswith("http") for _, address in result.theirs)
        world.run()
        assert "robin" not in ours(ticket)[0].lower()


def test_a_later_reading_and_sync_do_not_bring_the_person_back(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        ticket = lived(world)
        forget(world.parts, "robin-q")
        told_now = world.parts.sources["ops"].fetch(f"acme/ops#{ticket.number}")
        assert "robin" in str(told_now).lower()
        assert "robin" not in str(clean(world.parts, told_now)).lower()
        issue = next(one for one in world.github.issues if one.repo.full_name == "acme/checkout")
        world.github.edit(issue, title="Robin Quill asks for a write", by="robin-q")
        world.github.unassign(issue, "robin-q")
        world.sync()
        world.github.assign(issue, "robin-q")
        world.github.close(issue, "not_planned", by="robin-q")
        world.github.comment(issue, "Robin Quill says no.", author="robin-q")
        world.sync()
        assert item_rows(world)[0].ended_reason == "A person says no."
        world.github.edit(ticket, body=f"Robin Quill has one line more.\n\n{TICKET}", by="robin-q")
        finish(world)
        summary = document(world).text(Section.SUMMARY)
        assert summary is not None
        assert summary.startswith("A person has one line more.")
        assert len(item_rows(world)) == 2  # its words changed as the ticket's did: it is the same item
        assert sorted(filed(world).values()) == [1, 1]
        stored = everything(database, tables.deliveries)
        assert [trace for trace in TRACES if trace in stored] == []


def test_a_frozen_report_is_revised_and_says_so(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        lived(world)
        before = rows(world, tables.reports)[0]
        forget(world.parts, "robin-q")
        after = rows(world, tables.reports)[0]
        assert (before.revision, after.revision) == (1, 2)
        assert re.fullmatch(r"Revised on \d+ \w+ \d{4}: a person was removed\.", after.revised)
        for form in ("md", "html", "json"):
            assert after.revised in getattr(after, form).decode()
        figures = ("open", "overdue", "ended", "added", "unowned", "decide")
        assert [before.snapshot[name] for name in figures] == [after.snapshot[name] for name in figures]
        assert forgotten(world.parts)


def test_forgetting_twice_changes_nothing_more(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, change=names) as world:
        lived(world)
        forget(world.parts, "robin-q")
        text = document(world).title, everything(database)
        assert forget(world.parts, "robin-q").counts == {}
        assert (document(world).title, everything(database)) == text


# --- as it is typed


def test_the_command_says_what_it_did_and_what_is_not_ours(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        here.write(change=names)
        ticket = here.github.open_issue("acme/ops", "Slow", TICKET, labels=["incident"], author="robin-q")
        here.github.close(ticket)
        assert here.run("build", "ops:acme/ops#1").code == 0
        tried = here.run("forget", "@robin-q", "--dry-run")
        assert tried.code == 0
        assert "Looked for: Robin Quill, robin-q, robin.quill@example.org." in tried.out
        assert "It would change:" in tried.out
        assert re.search(r" 1  action items\n", tried.out)
        ran = here.run("forget", "@robin-q")
        assert ran.code == 0
        assert ran.out == tried.out.replace("It would change:", "Replaced:")
        assert "the ticket acme/ops#1: http" in ran.out
        assert "still names this person under [[people]]" in ran.err
        assert here.run("forget", "robin-q").out.splitlines()[1] == "Nothing of ours names this person."
        assert here.run("forget", "!!").code == 1
        with here.database() as database:
            assert [trace for trace in TRACES if trace in everything(database)] == []


def test_beside_a_running_service_it_is_refused(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        assert here.run("migrate").code == 0
        with here.database() as database:
            assert database.path is not None
            lock = FileLock(database.path)
            lock.take(datetime.now(UTC))
            try:
                ran = here.run("forget", "robin-q")
                tried = here.run("forget", "robin-q", "--dry-run")
            finally:
                lock.release()
        assert ran.code == 3
        assert "Stop it, and run this again." in ran.err
        assert tried.code == 0, "to look changes nothing"
        assert "Nothing of ours names this person." in tried.out
