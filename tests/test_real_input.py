"""Real input: recorded deliveries through the receiver, and real postmortems as the text of tickets."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import wiring
from service.app import create_app
from service.receive import Inbox
from service.store import deliveries, meta, migrate, postmortems, standings, tables
from service.store.database import Database
from service.wiring import Idle, Service
from tests.world import World

SECRET = "the-secret-of-the-recordings-0123456789"
SETTINGS = """
[sources.github]
kind = "github"
secret_env = "RECORDED"
labels = []
[sources.jira]
kind = "jira"
url = "https://jira.example.org"
secret_env = "RECORDED"
"""
#: documents of ten organisations or more, of every style
DOCUMENTS = (
    "2i2c-org+incident-reports/2023-02-01-daskhub-induced-evictions.md",
    "PostHog+post-mortems/2024-02-28-decide-is-down.md",
    "PostHog+post-mortems/2025-10-21-feature-flags-recurring-outages.md",
    "berkeley-dsep-infra+datahub/2018-02-06-hub-db-dir.qmd",
    "berkeley-dsep-infra+datahub/2019-05-01-service-account-leak.qmd",
    "dfds+postmortems/PM2020-007---Unhealthy-nodes.md",
    "dfds+postmortems/PM2023-001---Total-node-failure.md",
    "envoy/cve-2019-15225.md",
    "ethereum+pm/holesky-postmortem.md",
    "ethereum+pm/sepolia-postmortem.md",
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Service, Inbox]]:
    settings = tmp_path / "afterword.toml"
    settings.write_text(SETTINGS)
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    read = wiring.load_settings(settings, {"RECORDED": SECRET})
    inbox = Inbox(database)
    yield wiring.assemble(read, database=database, engine=Idle()), inbox
    inbox.close()
    database.close()


def test_every_recorded_delivery_of_github_and_jira_is_stored_and_each_closing_is_recognised(house, shared):
    service, inbox = house
    with service.parts.database.begin() as connection:  # recorded closings are years old
        meta.replace(connection, "first_boot", "2000-01-01T00:00:00+00:00")
    client = create_app(service, inbox).test_client()
    recorded = json.loads((shared / "data/webhooks/CLOSE_EVENTS.json").read_text())
    closings = {"github": set(), "jira": set()}
    sent = 0
    for row in recorded:
        if row["provider"] not in closings:
            continue
        body = (shared / "data/webhooks" / row["file"]).read_bytes()
        if row["closed"] and row["provider"] == "github":
            body = completed(body)
        if row["closed"]:
            closings[row["provider"]].add(row["key"])
        answer = client.post(f"/webhooks/{row['provider']}", data=body, headers=signed(row, body))
        assert answer.status_code == 202, row["file"]
        sent += 1
    service.jobs.run("delivery", "")
    database = service.parts.database
    with database.read() as connection:
        rows = deliveries.latest(connection, limit=1000)
        found = connection.execute(sa.select(tables.incidents.c.source, tables.incidents.c.ref)).all()
    assert sent == 82
    assert {row.state for row in rows} <= {"done", "ignored", "quarantined"}
    assert {source for source, _ in found} == {"github", "jira"}
    assert {ref for source, ref in found if source == "jira"} == closings["jira"]
    assert len([ref for source, ref in found if source == "github"]) == len(closings["github"]) == 1
    assert all(row.reason for row in rows if row.state == "quarantined")


def completed(body: bytes) -> bytes:
    """The one recorded closing of GitHub was cut down by whoever kept it; without an id it would be quarantined."""
    told = json.loads(body)
    told["issue"] |= {"id": 1, "node_id": "I_recorded", "created_at": "2018-01-01T10:00:00Z"}
    told["issue"] |= {
        "closed_at": "2018-01-01T12:00:00Z",
        "html_url": "https://github.com/tester/testing-things/issues/1",
    }
    told["repository"] |= {"private": False}
    return json.dumps(told).encode()


def signed(row: dict[str, str], body: bytes) -> dict[str, str]:
    digest = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if row["provider"] == "jira":
        return {"X-Hub-Signature": digest, "X-Atlassian-Webhook-Identifier": row["file"]}
    event = row["event"].partition(".")[0]
    return {"X-Hub-Signature-256": digest, "X-GitHub-Event": event, "X-GitHub-Delivery": row["file"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_real_postmortem_as_a_ticket_s_text_becomes_a_document_with_every_item_filed_once(name, shared, tmp_path):
    text = (shared / "data/postmortems" / name).read_text()
    database = Database(f"sqlite:///{tmp_path}/afterword.db")
    migrate.upgrade(database)
    with World(database, tmp_path, "max_items = 200") as world:
        world.jira.create_project("PAY")
        ticket = world.github.open_issue("acme/ops", "A real one", text, labels=["incident"])
        world.github.close(ticket)
        world.run_for(2)
        assert world.errors() == []
        with database.read() as connection:
            written = postmortems.of_incident(connection, 1)
            items = standings.standings(connection, 1)
        ours = world.github.tally(r"afterword:item key=([0-9a-f]+)") + world.jira.tally(
            r"afterword:item key=([0-9a-f]+)"
        )
    database.close()
    assert written is not None
    assert any(said.text for said in written.document.sections.values())
    assert set(ours.values()) <= {1}
    assert len(ours) == len([item for item in items if not item.ended and not item.adopted and item.state != "waiting"])
