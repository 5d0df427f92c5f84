"""Bodies that cannot be read, and texts that are meant to do harm."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.store import deliveries
from service.store.database import Database
from tests.hands import (
    MARKER,
    closed,
    deliver,
    desk_closed,
    finish,
    incident,
    made,
    ours,
    ran_since_ever,
    shown,
    stored,
    story,
)
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIXTURE = json.loads((Path(__file__).parent / "fixtures" / "github" / "closed.json").read_text())


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A closing that is like a real one but for one thing."""
    payload = copy.deepcopy(FIXTURE)
    change(payload)
    return json.dumps(payload).encode()


UNREADABLE = {
    "empty": b"",
    "blank": b" \n ",
    "no JSON": b"action=closed",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "cut off": json.dumps(FIXTURE).encode()[:-200],
    "two documents": json.dumps(FIXTURE).encode() * 2,
    "null": b"null",
    "a list": b"[]",
    "a text": b'"closed"',
    "a number": b"1e999",
    "an empty object": b"{}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"issue":' * 50_000 + b"1" + b"}" * 50_000,
    "deep inside": b'{"action":"closed","issue":{"labels":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "not UTF-8": b'{"action": "\xff\xfe"}',
    "UTF-16": json.dumps(FIXTURE).encode("utf-16"),
    "NUL bytes": b"\x00" * 64,
    "NaN": json.dumps(FIXTURE).replace('"number": 42', '"number": NaN').encode(),
    "Infinity": b'{"action": "closed", "issue": {"number": Infinity}}',
    "a huge integer": b'{"action": "closed", "issue": {"number": ' + b"9" * 5_000 + b"}}",
    "no repository": changed(lambda payload: payload.pop("repository")),
    "no issue": changed(lambda payload: payload.pop("issue")),
    "no action": changed(lambda payload: payload.pop("action")),
    "an issue that is a text": changed(lambda payload: payload.update(issue="42")),
    "a number that is a list": changed(lambda payload: payload["issue"].update(number=[42])),
    "a time that is none": changed(lambda payload: payload["issue"].update(created_at="the other day")),
    "no time of opening": changed(lambda payload: payload["issue"].pop("created_at")),
    "a lone surrogate": changed(lambda payload: payload["issue"].update(title="\ud800 slow")),
}


@on_sqlite
@pytest.mark.parametrize("source", ["ops", "desk"])
def test_a_body_that_cannot_be_read_is_stored_and_quarantined_with_its_reason(
    database: Database, tmp_path: Path, source: str
) -> None:
    headers = {"X-GitHub-Event": "issues"}
    with World(database, tmp_path) as world:
        for name, body in UNREADABLE.items():
            assert deliver(world, body, source=source, headers=headers).status == 202, name
        world.run()
        assert [row.body for row in stored(world)] == list(UNREADABLE.values())
        seen = dict(zip(UNREADABLE, stored(world), strict=True))
        github = source == "ops"
        wrong = {name: row.state for name, row in seen.items() if row.state not in ("quarantined", "ignored")}
        assert wrong == {}
        if github:
            assert {name for name, row in seen.items() if row.state != "quarantined"} == set()
        assert all(10 < len(row.reason) < 400 for row in seen.values())
        with database.read() as connection:
            listed = deliveries.latest(connection, state="quarantined")
        assert len(listed) == sum(row.state == "quarantined" for row in seen.values())


@on_sqlite
def test_what_was_quarantined_can_be_looked_at_again(database: Database, tmp_path: Path) -> None:
    with World(database, tmp_path) as world:
        deliver(world, b"{}", name="d-1")
        world.run()
        first = stored(world)[0]
        for _ in range(2):
            with database.begin() as connection:
                assert deliveries.again(connection, first.id)
            world.run()
        (again,) = stored(world)
        assert (again.state, again.reason, again.tries) == ("quarantined", first.reason, 3)


STRANGE = {
    "NUL in a title": lambda issue: issue.update(title="Checkout\x00slow"),
    "NUL in a text": lambda issue: issue.update(body="## Action items\n- [ ] Alert on\x00 depth\n"),
    "NUL in a label": lambda issue: issue["labels"].append({**issue["labels"][0], "name": "team\x00x"}),
    "signs that steer": lambda issue: issue.update(title="\u202eevil\u202c \u200b\x1b[31m\x07"),
    "an endless title": lambda issue: issue.update(title="slow " * 50_000),
    "an endless word": lambda issue: issue.update(body="## Action items\n- [ ] " + "x" * 300_000),
    "many labels": lambda issue: issue["labels"].extend([{**issue["labels"][0], "name": f"l{n}"} for n in range(999)]),
    "no text": lambda issue: issue.update(body=None),
    "an empty title": lambda issue: issue.update(title=""),
    "a number beyond 64 bits": lambda issue: issue.update(number=2**70, id=2**80),
    "a closing before the opening": lambda issue: issue.update(closed_at="1970-01-01T00:00:00Z"),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_closing_with_strange_contents_is_settled_and_breaks_nothing(
    database: Database, tmp_path: Path, name: str
) -> None:
    body = changed(lambda payload: STRANGE[name](payload["issue"]))
    with World(database, tmp_path) as world:
        ran_since_ever(world)
        assert deliver(world, body, name="strange").status == 202
        world.run_for(3)  # the ticket is not in the sandbox: the story is told from the payload alone
        row = stored(world)[0]
        assert row.state in ("done", "quarantined")
        assert not row.reason.startswith("A fault in Afterword")
        assert [error for error in world.errors() if "A fault in Afterword" in error] == []


@on_sqlite
def test_a_ticket_of_two_hundred_comments_and_a_megabyte_is_built(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path, fitting=False) as world:
        ticket = incident(world, "## Action items\n- [ ] Alert on queue depth\n\n" + "Words of the day. " * 3_000)
        for number in range(200):
            text = (
                f"At 14:{number % 60:02} we saw {number} sessions. " + "More was said about it than was known. " * 120
            )
            world.github.comment(ticket, text, author="sam")
        world.github.close(ticket)
        finish(world)
        assert sum(len(comment.body) for comment in ticket.comments) > 900_000
        assert len(ours(ticket)) == 1
        assert [one.text for one in shown(world)] == ["Alert on queue depth"]
        assert len(ours(ticket)[0]) < 65_536


HOSTILE = """\
<script>alert(1)</script> ## not a heading
<img src=x onerror=alert(1)> [click](javascript:alert(1)) @acme/everyone fixes #1

## Root cause
{{ 7 * 7 }} {% for x in range(10**9) %}x{% endfor %} ${7*7} <!-- afterword:comment key=000000000000000000000000 -->

## Action items
- [ ] Close #1 and fixes acme/ops#1 for @acme/everyone {{ 7 * 7 }} <!-- afterword:item key=000000000000000000000000 -->
- [ ] <script>alert(2)</script> [run](javascript:alert(2)) ![x](https://tracker.example.org/pixel.png)
- [ ] {{ self.__init__.__globals__ }} {%include "/etc/passwd"%}
- [ ] | a | table | of \\| cells |
- [ ] '; DROP TABLE items; --
"""


@on_sqlite
def test_a_hostile_text_is_harmless_in_issues_and_comment(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        ticket = closed(world, HOSTILE, title="{{ 7 * 7 }} @acme/everyone <b>fixes #1</b>")
        finish(world)
        written = [text for issue in made(world) for text in (issue.title, issue.body or "")] + ours(ticket)
        assert len(made(world)) >= 4
        assert len(ours(ticket)) == 1
        for text in written:
            assert "49" not in text.replace("|", " ").split()
            assert "<script" not in text.lower()
            assert "<img" not in text.lower()
            assert "](javascript:" not in text.lower()
            assert "![" not in text
            assert " @acme/everyone" not in text
            assert "fixes #1" not in text
            assert "fixes acme/ops#1" not in text
            assert text.count("<!-- afterword:") <= 1  # ours, at the top
            assert "key=000000000000000000000000 -->" not in text
        keys = [re.search(MARKER, issue.body)[1] for issue in made(world)]
        assert len(set(keys)) == len(keys) == len(shown(world))


HOSTILE_WIKI = """\
h2. Root cause
{html}<script>alert(1)</script>{html} !https://tracker.example.org/pixel.png! [click|javascript:alert(1)]

h2. Action items
* Retry payments {{{{ 7 * 7 }}}} [~accountid:712020:sam] and @acme/everyone fixes #1
* Payments: !https://tracker.example.org/pixel.png! [run|javascript:alert(2)] {html}<b>x</b>{html}
* Payments {color:red}in red{color} \\{noformat}
* Payments | in | a table |
"""


@on_sqlite
def test_a_hostile_text_is_harmless_on_jira(database: Database, tmp_path: Path) -> None:
    with story(database, tmp_path) as world:
        assert world.jira is not None
        ticket = desk_closed(world, HOSTILE_WIKI, title="{html}<b>x</b>{html} [~accountid:712020:sam]")
        finish(world)
        filed = [issue for issue in world.jira.issues if issue.project.key == "PAY"]
        assert len(filed) == 4
        (comment,) = ours(ticket)
        for text in [issue.description.wiki for issue in filed if issue.description] + [comment]:
            plain = re.sub(r"\\.", "", text)  # what is escaped is only shown
            assert "{html}" not in plain
            assert "[~" not in plain
            assert "|javascript:" not in plain
            assert "!http" not in plain
            assert "@acme/everyone" not in text
            assert len(re.findall(r"afterword:(item|comment) key=", plain)) == 1
        rows = [line for line in comment.splitlines() if line.startswith("|○")]
        assert [len(re.sub(r"\\.|\[.*?\]", "", row).split("|")) for row in rows] == [7] * 4  # no cell breaks out
