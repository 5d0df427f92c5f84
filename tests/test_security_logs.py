"""Secrets and people's words: in no log, whatever its level, and secrets in no row, page or answer either."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT
from tests.world import SECRET, TOKEN

PLANTED = {
    "title": "Planted-title of Contoso",
    "text": "Planted-text of Contoso",
    "item": "Planted-item of Contoso",
    "comment": "Planted-comment of Contoso",
    "label": "planted-label",
    "person": "Planted Person",
    "login": "planted-login",
    "e-mail": "planted@example.org",
    "query": "planted-query",
    "header": "planted-header-0123456789",
    "reason": "Planted-reason of Contoso",
    "edit": "Planted-edit of Contoso",
}
#: what the service was given or made, and shows nobody
SECRETS = {"webhook's secret": SECRET, "token of the tracker": TOKEN}

#: A whole story with everything planted in it, in a process of its own, with every logger at its most talkative.
STORY = """
import json, logging, sys
from pathlib import Path
from service import logs, pause
from service.followup.week import Week
from service.store import migrate
from service.store.database import Database
from service.upkeep import freeze
from tests.hands import deliver, desk_closed, finish, incident, made, story
from tests.security_hands import BROWSER, ask, bearer, everything

folder, planted = Path(sys.argv[1]), json.loads(sys.argv[2])
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
logs.configure(level=logging.DEBUG)
database = Database(f"sqlite:///{folder}/afterword.db")
migrate.upgrade(database)
text = (
    f"{planted['text']} {planted['e-mail']}\\n\\n## Action items\\n"
    f"- [ ] {planted['item']} @{planted['login']}\\n- [ ] Mend payment {planted['item']}\\n"
)
with story(database, folder, fitting=False) as world:
    world.jira.add_user(planted["person"], account_id="712020:planted")
    ticket = incident(world, text, planted["title"], labels=["incident", planted["label"]])
    world.github.comment(ticket, planted["comment"], author="sam")
    world.github.close(ticket)
    desk_closed(world, f"{planted['text']}\\n\\nh2. Action items\\n* {planted['item']}", planted["title"])
    finish(world)
    world.sync()
    world.later(hours=1)
    world.github.comment(made(world)[0], planted["reason"], author="alex")
    world.github.close(made(world)[0], "not_planned")
    world.sync()
    # what is refused, broken or unknown
    header = {"X-Planted": planted["header"], "Cookie": planted["header"], "X-Hub-Signature": planted["header"]}
    deliver(world, json.dumps(planted).encode(), signature=planted["header"], headers=header)
    deliver(world, json.dumps({"action": "closed", "issue": planted}).encode(), name="odd", headers=header)
    world.run()
    for how in ("Bearer", "Basic", "Other"):
        ask(world, f"/postmortems?x={planted['query']}", headers={"Authorization": f"{how} {planted['header']}"})
    edit = {"text": planted["edit"], "by": planted["person"]}
    ask(world, "/api/v1/postmortems/1/sections/summary", "PUT", json=edit, headers=bearer(world))
    ask(world, f"/{planted['query']}?q={planted['query']}", headers=bearer(world))
    answers = everything(world, {**bearer(world), "X-Planted": planted["header"]})
    # trackers that refuse us
    world.github.token = "another"
    world.jira.token = "another"
    again = incident(world, text, planted["title"], labels=["incident"])
    world.github.close(again)
    world.run_for(3)
    world.sync()
    week = Week.of(world.now().date())
    world.later(days=7)
    freeze(world.parts, week)
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE revisions SET document = '{\\"" + planted["text"] + "\\": 1}'")
    ask(world, "/postmortems/1", headers={**BROWSER, **bearer(world)})
    print(json.dumps({
        "token": world.service.new_token,
        "repr": repr(world.parts) + repr(world.settings) + str(world.settings) + world.settings.model_dump_json(),
        "answers": {path: f"{answer.headers}{answer.text}" for path, answer in answers.items()},
    }))
database.close()
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("told")
    line = [sys.executable, "-c", STORY, str(folder), json.dumps(PLANTED)]
    ran = subprocess.run(line, cwd=ROOT, capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    rows = b"".join(file.read_bytes() for file in folder.glob("afterword.db*"))
    return {**json.loads(ran.stdout.splitlines()[-1]), "log": ran.stderr, "rows": rows}


def test_the_story_was_told_and_the_log_had_something_to_say(told):
    shown = "".join(told["answers"].values())
    for name in ("title", "text", "item", "comment", "reason", "edit"):
        assert PLANTED[name] in shown, name
    assert b"a fault of ours" in told["log"]
    assert b"a delivery was refused" in told["log"]


@pytest.mark.parametrize("name", PLANTED)
def test_no_log_at_any_level_holds_what_people_wrote_or_who_they_are(told, name):
    assert [line for line in told["log"].splitlines() if PLANTED[name].encode() in line] == []


@pytest.mark.parametrize("name", [*SECRETS, "token of the pages"])
def test_no_secret_is_in_a_log_a_row_a_page_or_a_repr(told, name):
    secret = SECRETS.get(name) or told["token"]
    assert [line for line in told["log"].splitlines() if secret.encode() in line] == []
    assert secret.encode() not in told["rows"]
    assert [path for path, answer in told["answers"].items() if secret in answer] == []
    assert secret not in told["repr"]
