"""Calls to the trackers, counted by the sandbox: filing one incident, and syncs of a thousand items."""

from __future__ import annotations

import math
from datetime import timedelta

import sqlalchemy as sa

from bench import worlds
from sandbox.github_world import Issue
from service.store import tables
from service.upkeep import look_at
from tests.world import World

ITEMS = 7
REPOSITORIES = 10
EACH = 100
CHANGED = 20


def run() -> list[tuple[str, float, str, float]]:
    with worlds.world("PAY") as world:
        _file(world, "payment")  # who can read each place is asked once an hour, and counted by bench/visibility.py
        world.run()
        return [_github(world), _jira(world), *_sync(world)]


def _file(world: World, words: str) -> None:
    items = "".join(f"- [ ] Mend {words} number {n} of the checkout\n" for n in range(ITEMS))
    ticket = world.github.open_issue("acme/ops", "Slow", f"## Action items\n{items}", labels=["incident"])
    world.github.close(ticket)


def _github(world: World) -> tuple[str, float, str, float]:
    """From the first look for earlier filings to the comment; before it come the ticket's own reading and GET /user."""
    world.github.reset_calls()
    _file(world, "queue")
    world.run()
    calls = list(world.github.calls)
    first = next(n for n, call in enumerate(calls) if call.path.endswith("/sub_issues"))
    return f"GitHub calls to file {ITEMS} items and tell the ticket", len(calls) - first, "<=", ITEMS + 3


def _jira(world: World) -> tuple[str, float, str, float]:
    assert world.jira is not None
    world.jira.add_webhook(f"{world.url}/webhooks/desk", "a-secret-of-the-webhook-0123456789")
    world.jira.create_project("OPS")
    world.jira.transition(world.jira.create_issue("OPS", "Before"), "Done")  # as above, for the ticket's own project
    world.run()
    items = "".join(f"* Mend payment number {n} of the checkout\n" for n in range(ITEMS))
    ticket = world.jira.create_issue("OPS", "Slow", description=f"h2. Action items\n{items}")
    world.jira.transition(ticket, "Done")
    world.jira.reset_calls()
    world.run()
    own = (f"/issue/{ticket.key}", f"/issue/{ticket.id}")
    calls = [c for c in world.jira.calls if not (c.method == "GET" and any(part in c.path for part in own))]
    return f"Jira calls to file {ITEMS} items and tell the ticket", len(calls), "<=", 3 * ITEMS + 3


def _sync(world: World) -> list[tuple[str, float, str, float]]:
    issues: list[Issue] = []
    for number in range(REPOSITORIES):
        repo = f"acme/part-{number}"
        world.github.create_repo(repo)
        issues += [world.github.open_issue(repo, f"Mend {number}.{n}") for n in range(EACH)]
    _track(world, issues)
    look_at(world.parts, "code", verify=True)
    rows = []
    world.later(hours=1)
    world.github.reset_calls()
    look_at(world.parts, "code", verify=False)
    rows.append(
        (f"GitHub calls of a sync of {len(issues)} items, nothing changed", len(world.github.calls), "<=", 10.0)
    )
    for issue in issues[:: len(issues) // CHANGED]:
        world.github.close(issue)
    world.later(hours=1)
    world.github.reset_calls()
    changed = look_at(world.parts, "code", verify=False)
    if changed != CHANGED:
        raise SystemExit(f"the sync saw {changed} changes of {CHANGED}")
    rows.append((f"GitHub calls of a sync, {CHANGED} of them changed", len(world.github.calls), "<=", 12.0))
    world.later(hours=25)
    world.github.reset_calls()
    look_at(world.parts, "code", verify=True)
    open_now = len(issues) - CHANGED
    goal = math.ceil(open_now / 100) + 2.0
    rows.append((f"GitHub calls of the daily read of {open_now} open items by id", len(world.github.calls), "<=", goal))
    return rows


def _track(world: World, issues: list[Issue]) -> None:
    """Follows these issues, as if their items had been filed earlier."""
    with world.database.begin() as connection:
        incident = connection.execute(sa.select(tables.incidents.c.id)).scalars().first()
        connection.execute(sa.delete(tables.events))
        connection.execute(sa.delete(tables.items))
        for n, issue in enumerate(issues, start=1):
            connection.execute(
                tables.items.insert().values(
                    incident_id=incident,
                    key=f"{n:024x}",
                    number=n,
                    text=issue.title,
                    refs=[],
                    anchor="text",
                    position=n,
                    unclear=[],
                    created_at=world.now() - timedelta(days=2),
                    tracker="code",
                    place=issue.repo.full_name,
                    issue_id=issue.node_id,
                    issue_label=issue.ref,
                    issue_url=f"https://github.com/{issue.repo.full_name}/issues/{issue.number}",
                    issue_native={
                        "repository_id": str(issue.repo.id),
                        "number": str(issue.number),
                        "issue_id": str(issue.id),
                    },
                    notes=[],
                )
            )
