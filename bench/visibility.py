"""Who can read a repository is asked at most once an hour for each, however many incidents close and issues are filed."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

from service.store import migrate
from service.store.database import Database
from tests.world import World

INCIDENTS = 8
_REPOSITORY = re.compile(r"/(?:repos/[^/]+/[^/]+|repositories/\d+)")


def run() -> list[tuple[str, float, str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/afterword.db")
        migrate.upgrade(database)
        with World(database, Path(folder)) as world:
            assert world.jira is not None
            world.jira.create_project("PAY")
            world.time = world.now()
            world.github.reset_calls()
            for number in range(INCIDENTS):
                body = f"## Action items\n- [ ] Mend the queue, part {number}\n"
                world.github.close(world.github.open_issue("acme/ops", f"Slow {number}", body, labels=["incident"]))
                world.run()
                world.later(minutes=6)
            asked = Counter(call.path for call in world.github.calls if _REPOSITORY.fullmatch(call.path))
        database.close()
    # by its name and by its id it is the same repository
    calls = sum(asked.values()) / 2
    return [(f"GitHub calls about each repository in an hour of {INCIDENTS} incidents", calls, "<=", 1.0)]
