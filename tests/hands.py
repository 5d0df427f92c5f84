"""Hands for the stories: a world with projects and people, deliveries of our own, eyes on what became of them."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.base import State
from sandbox.calls import Call
from sandbox.github import GitHubSandbox
from sandbox.github_world import Issue
from sandbox.jira import JiraSandbox
from sandbox.jira_world import Issue as JiraIssue
from sandbox.webhooks import sign
from service.postmortem.model import Document
from service.postmortem.standing import Standing
from service.store import deliveries, meta, postmortems, standings, tables
from service.store.database import Database
from service.store.writes import Write, _write
from tests.contracts import check_exchange
from tests.vendor_specs import spec_dir
from tests.world import SECRET, World

SAM = "712020:sam"
MARKER = r"afterword:item key=([0-9a-f]+)"
COMMENT = "afterword:comment key="

#: four items: two for GitHub, one for Jira (its text says so), one done already
TICKET = """\
The storage of db-a stopped answering, and the cluster made db-b the primary.

## Root cause
The pool tests its connections with a read.

## Action items
- [ ] Test pooled connections with a write @alex P1
- [ ] Give a retried payment 2 seconds in all @sam P0
- [ ] Alert on queue depth
- [x] Restart the pools
"""


@contextmanager
def story(
    database: Database,
    folder: Path,
    more: str = "",
    *,
    change: Callable[[str], str] = str,
    fitting: bool = True,
    time: datetime | None = None,
) -> Iterator[World]:
    """A world with the projects OPS and PAY, their webhook, and sam in both tools. `time`: that of its first start, and
    from then on. At its end every call that was made is held against the vendors' descriptions, where they are here
    (`fitting`)."""
    with World(database, folder, more, change=change, time=time) as world:
        assert world.jira is not None
        for name in ("acme/ops", "acme/checkout"):
            world.github.repo(name).members.update(alex="write", sam="write")
        world.jira.add_user("Sam Example", account_id=SAM)
        world.jira.create_project("OPS", "Operations")
        world.jira.create_project("PAY", "Payments")
        world.jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
        yield world
        if fitting:
            assert unfitting(world) == []


def unfitting(world: World) -> list[str]:
    """Every way in which a call of this world departs from the vendors' descriptions."""
    assert world.jira is not None
    return strangers(world.github, world.jira)


def strangers(github: GitHubSandbox, jira: JiraSandbox) -> list[str]:
    return departures(github.calls, jira.calls)


def departures(github: Sequence[Call], jira: Sequence[Call]) -> list[str]:
    """Every way in which a call departs from the vendors' descriptions; nothing where they are not here."""
    if spec_dir() is None:
        return []
    calls = [("github", call) for call in github] + [("jira", call) for call in jira]
    return [said for vendor, call in calls for said in check_exchange(vendor, call)]


def ran_since_ever(world: World) -> None:
    """As if it had been started long before anything closed, as recorded closings are years old."""
    with world.database.begin() as connection:
        meta.replace(connection, "first_boot", "1900-01-01T00:00:00+00:00")


# --- what happens


def incident(world: World, body: str = TICKET, title: str = "Checkout slow after failover", **more: Any) -> Issue:
    """An open incident ticket on GitHub."""
    return world.github.open_issue("acme/ops", title, body, **{"labels": ["incident", "SEV2"], **more})


def closed(world: World, body: str = TICKET, **more: Any) -> Issue:
    """An incident ticket that was closed a moment ago, and nothing done about it yet."""
    ticket = incident(world, body, **more)
    world.github.close(ticket)
    return ticket


def told(world: World, body: str = TICKET, **more: Any) -> Issue:
    """An incident ticket whose story is told."""
    ticket = closed(world, body, **more)
    finish(world)
    return ticket


def desk_closed(world: World, body: str, title: str = "Payouts late", **more: Any) -> JiraIssue:
    """An incident ticket on Jira that was closed a moment ago."""
    assert world.jira is not None
    ticket = world.jira.create_issue("OPS", title, body, type="Incident", **more)
    world.jira.transition(ticket, "Done")
    return ticket


def finish(world: World, *, tasks: tuple[str, ...] = ("incident",), minutes: int = 0) -> None:
    """Everything that is due, also what the webhooks of our own calls lead to; then minute by minute."""
    for minute in range(minutes + 1):
        if minute:
            world.later(minutes=1)
        for _ in range(5):
            world.run(tasks)
            for sandbox in filter(None, (world.github, world.jira)):
                sandbox.settle()
            with world.database.read() as connection:
                if not deliveries.received(connection):
                    break


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes


def deliver(
    world: World,
    body: bytes,
    *,
    source: str = "ops",
    secret: str = SECRET,
    headers: Mapping[str, str] | None = None,
    signature: str | None = None,
    name: str | None = None,
) -> Answered:
    """One POST of our own making. `name`: the id of the delivery; `signature`: in place of the right one."""
    github = source != "desk"
    sent = {
        "Content-Type": "application/json",
        "X-GitHub-Event" if github else "X-Other": "issues",
        "X-Hub-Signature-256" if github else "X-Hub-Signature": sign(secret, body) if signature is None else signature,
    }
    if name is not None:
        sent["X-GitHub-Delivery" if github else "X-Atlassian-Webhook-Identifier"] = name
    return post(world, f"/webhooks/{source}", body, {**sent, **(headers or {})})


def post(world: World, path: str, body: Any, headers: Mapping[str, str]) -> Answered:
    connection = http.client.HTTPConnection(world.url.removeprefix("http://"), timeout=20)
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return Answered(answer.status, answer.read())
    finally:
        connection.close()


# --- what is there


def rows(world: World, table: sa.Table, *where: Any) -> list[sa.Row[Any]]:
    with world.database.read() as connection:
        return list(connection.execute(sa.select(table).where(*where).order_by(*table.primary_key)))


def stored(world: World) -> list[sa.Row[Any]]:
    """The deliveries, the oldest first."""
    return rows(world, tables.deliveries)


def item_rows(world: World) -> list[sa.Row[Any]]:
    return rows(world, tables.items)


def shown(world: World) -> list[Standing]:
    """The items as every text shows them."""
    with world.database.read() as connection:
        return standings.standings(connection, names=world.parts.people.names)


def states(world: World) -> list[str]:
    return [one.state for one in shown(world)]


def document(world: World, incident_id: int = 1) -> Document:
    with world.database.read() as connection:
        found = postmortems.of_incident(connection, incident_id)
    assert found is not None
    return found.document


def history(world: World) -> list[str]:
    """Why each revision of the documents was made, the oldest first."""
    return [row.why for row in rows(world, tables.revisions)]


def ledger(world: World) -> dict[str, Write]:
    """The outward writes by their key."""
    return {row.key: _write(row) for row in rows(world, tables.writes)}


def filed(world: World) -> Counter[str]:
    """Marker → issues that carry it, in both trackers, counted in the sandboxes' own stores."""
    assert world.jira is not None
    return world.github.tally(MARKER) + world.jira.tally(MARKER)


def once(world: World, count: int) -> bool:
    """Whether this many items have exactly one issue each."""
    return sorted(filed(world).values()) == [1] * count


def ends_well(world: World) -> None:
    """The story of `TICKET` is told: one issue for each of its three open items, nothing unknown, nothing failed."""
    assert once(world, 3), filed(world)
    assert [one.state for one in shown(world)] == [OPEN, OPEN, OPEN, DONE]
    assert {write.state for write in ledger(world).values()} == {"done"}
    assert world.errors() == []


def ours(ticket: Issue | JiraIssue) -> list[str]:
    """The texts of our comments on a ticket."""
    texts = [one.body if isinstance(one.body, str) else one.body.wiki for one in ticket.comments]
    return [text for text in texts if COMMENT in text]


def made(world: World) -> list[Issue]:
    """The issues that we filed on GitHub."""
    mine = world.github.login
    return [issue for issue in world.github.issues if issue.author == mine and re.search(MARKER, issue.body or "")]


def writes_made(world: World) -> int:
    """Calls that change something in a tracker."""
    assert world.jira is not None
    calls = [call for call in (*world.github.calls, *world.jira.calls) if call.path != "/graphql"]
    return sum(call.method != "GET" and not call.path.endswith("/bulkfetch") for call in calls)


def posts(sandbox: Any, end: str) -> int:
    """Calls that would create something: POSTs whose path ends so."""
    return sum(call.method == "POST" and call.path.endswith(end) for call in sandbox.calls)


OPEN, DONE, WONT_DO = State.OPEN.value, State.DONE.value, State.WONT_DO.value
