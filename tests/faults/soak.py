"""`make soak ROUNDS=1000`: processes die, answers are lost, calls are slow, deliveries come twice, all at random.

Each round closes one more incident, and some that were closed are opened, edited and closed again meanwhile. The seed
that is printed repeats a failure: the same dice, if not the same instants. Half of the rounds run on SQLite in one
process, half on PostgreSQL with two workers.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from sandbox.github_world import Issue
from service.store import tables
from tests.faults.crash_world import MARKER, CrashWorld
from tests.faults.nursery import Child, Nursery
from tests.faults.results import STUCK, Result, judged, table
from tests.faults.server import postgresql
from tests.faults.template import Template
from tests.world import SECRET

TICKET = "## Action items\n- [ ] Mend part {n} of the pool\n- [ ] Give payment {n} 2 seconds\n- [x] Restart it\n"
MORE = "- [ ] Write down how part {n} is mended\n"
STORES = {"sqlite": ("all",), "postgresql": ("web", "worker", "worker", "clock")}
#: what a call can meet; none of it lasts
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "lose_answer"},
    {"kind": "reset_before"},
    {"kind": "truncate"},
    {"kind": "html"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502, "acts": True},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"kind": "status", "status": 403, "headers": {"Retry-After": "1"}},
)
#: seconds after the last round for everything to come to its end
PATIENCE = 300.0


class Soak:
    def __init__(self, world: CrashWorld, commands: tuple[str, ...], dice: random.Random) -> None:
        self.world = world
        self.commands = commands
        self.dice = dice
        self.tickets: list[tuple[Issue, int]] = []  # with the items that are to be filed
        self.kills = self.faults = 0

    def start(self) -> None:
        world = self.world
        world.start_these(self.commands)
        world.wait_until(world.listens, 60)
        world.github.add_webhook(f"http://127.0.0.1:{world.port}/webhooks/ops", SECRET)

    def round(self, number: int) -> None:
        dice, world = self.dice, self.world
        world.github.delay = dice.choice((0.0, 0.0, 0.0, 0.05, 0.2))
        for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
            fault = dict(dice.choice(FAULTS))
            vendor = dice.choice((world.github, world.github, world.jira))
            vendor.fault(dice.choice(("POST", "POST", "GET", None)), ".*", str(fault.pop("kind")), **fault)  # type: ignore[arg-type]
            self.faults += 1
        ticket = world.github.open_issue("acme/ops", f"Slow {number}", TICKET.format(n=number), labels=["incident"])
        world.github.close(ticket)
        self.tickets.append((ticket, 2))
        if dice.random() < 0.3:
            world.github.redeliver(dice.choice(world.github.deliveries).id)
        if dice.random() < 0.15:
            self._again(dice.randrange(len(self.tickets)))
        time.sleep(dice.uniform(0, 0.6))
        if dice.random() < 0.5:
            self._kill(dice.randrange(len(world.children)))

    def _again(self, index: int) -> None:
        """A closed ticket is opened, gets one more item, and is closed."""
        ticket, items = self.tickets[index]
        if items == 2:
            self.world.github.reopen(ticket)
            self.world.github.edit(ticket, body=ticket.body + MORE.format(n=index))
            self.world.github.close(ticket)
            self.tickets[index] = ticket, 3

    def _kill(self, index: int) -> None:
        child: Child = self.world.children[index]
        child.end()
        self.world.children[index] = self.world.one(self.commands[index])
        self.kills += 1

    def end(self, store: str, seed: int, begun: float) -> Result:
        world = self.world
        world.github.clear_faults()
        world.jira.clear_faults()
        world.github.delay = 0.0
        name = f"seed {seed}: {len(self.tickets)} incidents, {self.kills} kills, {self.faults} faults"
        told = world.wait_until(self._told, PATIENCE + len(self.tickets))
        issues = world.github.tally(MARKER) + world.jira.tally(MARKER)
        wanted = sum(items for _, items in self.tickets)
        comments = [sum("afterword:comment key=" in c.body for c in ticket.comments) for ticket, _ in self.tickets]
        with world.database.read() as connection:
            documents = connection.execute(sa.select(sa.func.count()).select_from(tables.postmortems)).scalar_one()
            waiting = connection.execute(sa.select(tables.writes.c.reason).where(tables.writes.c.state == "waiting"))
            waits = [row.reason for row in waiting]
        verdict, why = judged(
            1 if documents == len(self.tickets) else 0 if documents < len(self.tickets) else 2,
            list(issues.values()),
            wanted,
            max(comments) if max(comments) > 1 else min(comments),
            world.slots(),
            [*world.receiver.got.values()],
            waits,
        )
        if not told and not why:
            verdict, why = STUCK, "not at its end in time"
        return Result(f"soak, {store}", name, verdict, why, time.monotonic() - begun)

    def _told(self) -> bool:
        world = self.world
        with world.database.read() as connection:
            open_rows = connection.execute(
                sa.select(sa.func.count()).where(
                    tables.work.c.task == "incident", tables.work.c.done < tables.work.c.wanted
                )
            ).scalar_one()
            received = connection.execute(
                sa.select(sa.func.count()).where(tables.deliveries.c.state == "received")
            ).scalar_one()
            known = connection.execute(sa.select(sa.func.count()).select_from(tables.incidents)).scalar_one()
        issues = world.github.tally(MARKER) + world.jira.tally(MARKER)
        wanted = sum(items for _, items in self.tickets)
        return not open_rows and not received and known == len(self.tickets) and len(issues) >= wanted


def run(store: str, rounds: int, seed: int, server: str | None, folder: Path, say: Callable[[str], None]) -> Result:
    begun = time.monotonic()
    template = Template(store, folder, server)
    with Nursery() as nursery, CrashWorld(template, nursery, folder, many=True) as world:
        soak = Soak(world, STORES[store], random.Random(f"{store} {seed}"))
        soak.start()
        for number in range(rounds):
            soak.round(number)
            if number % 50 == 49:
                say(f"{store}: {number + 1} rounds, {soak.kills} kills, {soak.faults} faults")
        result = soak.end(store, seed, begun)
        if result.bad:
            say("\n".join(world.tail()))
    return result


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    args = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="afterword-soak-"))

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    say(f"seed {args.seed}")
    results = []
    try:
        with postgresql() as server:
            for store in STORES:
                place = folder / store
                place.mkdir()
                half = args.rounds // 2 + (args.rounds % 2 if store == "sqlite" else 0)
                results.append(run(store, half, args.seed, server if store == "postgresql" else None, place, say))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(results))
    for one in results:
        print(f"{one.kind}, {one.case}, {one.seconds:.0f} s: {one.verdict}")
    return 1 if any(one.bad for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
