"""Who can read a place is asked at most once an hour for each, however many incidents close and issues are filed."""

from __future__ import annotations

import re
from collections import Counter

from bench import worlds
from tests.world import SECRET

INCIDENTS = 5
_GITHUB = re.compile(r"/(?:repos/[^/]+/[^/]+|repositories/\d+)")
_JIRA = re.compile(r"/rest/api/\d/project/[^/]+")


def run() -> list[tuple[str, float, str, float]]:
    with worlds.world("OPS", "PAY") as world:
        assert world.jira is not None
        world.jira.add_webhook(f"{world.url}/webhooks/desk", SECRET)
        world.time = world.now()
        for sandbox in (world.github, world.jira):
            sandbox.reset_calls()
        for number in range(INCIDENTS):
            body = f"## Action items\n- [ ] Mend the queue, part {number}\n- [ ] Mend the payment, part {number}\n"
            world.github.close(world.github.open_issue("acme/ops", f"Slow {number}", body, labels=["incident"]))
            ticket = world.jira.create_issue("OPS", f"Late {number}", f"h2. Action items\n* Mend {number}")
            world.jira.transition(ticket, "Done")
            world.run()
            world.later(minutes=6)
        github = Counter(call.path for call in world.github.calls if _GITHUB.fullmatch(call.path))
        jira = Counter(call.path for call in world.jira.calls if _JIRA.fullmatch(call.path))
    hour = f"in an hour of {2 * INCIDENTS} incidents"
    # acme/ops and acme/checkout, each asked about by name or by id; OPS and PAY
    return [
        (f"GitHub calls about each repository {hour}", sum(github.values()) / 2, "<=", 1.0),
        (f"Jira calls about each project {hour}", sum(jira.values()) / 2, "<=", 1.0),
    ]
