"""Every table, in one place. Rows are the truth: a job is only a wake-up that looks at its row.

Times are UTC; text columns hold Markdown; JSON columns hold only what our own dataclasses write there.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from service.store.columns import Id, Utc, metadata
from service.store.upkeep_tables import (
    alerts,
    calls,
    connections,
    report_figures,
    report_revisions,
    sends,
    syncs,
    tokens,
)

__all__ = [
    "Id",
    "Utc",
    "alerts",
    "calls",
    "connections",
    "counters",
    "deliveries",
    "events",
    "incidents",
    "items",
    "meta",
    "metadata",
    "nudges",
    "postmortems",
    "report_figures",
    "report_revisions",
    "reports",
    "revisions",
    "sends",
    "syncs",
    "tokens",
    "work",
    "writes",
]

#: One row per fact about this installation: its id, the marker key, the token's hash, the first boot.
meta = Table("meta", metadata, Column("name", String(100), primary_key=True), Column("value", Text, nullable=False))

#: One row per counter. Counting up inside a transaction orders commits, which a sequence does not.
counters = Table(
    "counters", metadata, Column("name", String(100), primary_key=True), Column("value", Id, nullable=False)
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source", String(100), nullable=False),
    Column("delivery_id", String(200), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("headers", sa.JSON, nullable=False),  # the allow-list only: event, delivery id, retry count
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),  # received, done, ignored, quarantined
    Column("reason", Text, nullable=False, server_default=""),
    Column("incident_id", Id, ForeignKey("incidents.id")),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("via", String(10), nullable=False, server_default="webhook"),  # webhook, poll
    Column("first", sa.Boolean, nullable=False, server_default=sa.false()),  # may tell of a closing: read before others
    UniqueConstraint("source", "delivery_id"),
    Index("ix_deliveries_state", "state", "id"),
    Index(
        "ix_deliveries_first",  # of the few that wait, as the others may be 100,000
        "state",
        "id",
        sqlite_where=sa.text("first = 1"),
        postgresql_where=sa.text("first"),
    ),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source", String(100), nullable=False),
    Column("key", String(200), nullable=False),  # stable through renames and moves
    Column("ref", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("visibility", String(20), nullable=False),
    Column("severity", Text),
    Column("labels", sa.JSON, nullable=False),
    Column("services", sa.JSON, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),  # None while it is open again
    Column("closings", Integer, nullable=False, server_default="1"),
    Column("ticket", sa.JSON, nullable=False),  # as last read; from the webhook alone until it is read
    Column("reads_wanted", Integer, nullable=False, server_default="1"),  # rises with each closing and edit
    Column("reads_done", Integer, nullable=False, server_default="0"),
    Column("created_at", Utc, nullable=False),
    Column("heard_at", Utc),  # when a webhook told of its last closing; None: it was built by hand
    Column("held", Text, nullable=False, server_default=""),  # why nothing of it is filed: a sentence, or ""
    Column("obeyed", sa.JSON),  # comments whose /file and /park were done; None: none yet
    Column("redacted", sa.JSON),  # what was taken out of its texts, in words: "a GitHub token in comment 3"
    UniqueConstraint("source", "key"),
    Index("ix_incidents_figures", "id", "visibility", "severity"),  # so a report's figures touch no long text
)

postmortems = Table(
    "postmortems",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("incident_id", Id, ForeignKey("incidents.id"), nullable=False, unique=True),  # one document per incident
    Column("revision", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("postmortem_id", Id, ForeignKey("postmortems.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("why", Text, nullable=False),  # "built from the ticket", "Summary edited by @alex"
    Column("document", sa.JSON, nullable=False),  # service.postmortem.document.to_json
    UniqueConstraint("postmortem_id", "number"),
)

items = Table(
    "items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("incident_id", Id, ForeignKey("incidents.id"), nullable=False),
    Column("key", String(64), nullable=False, unique=True),  # fixed at first sight; also the marker of its issue
    Column("number", Integer, nullable=False),  # 1, 2, 3 … within the incident, in order of first sight
    Column("text", Text, nullable=False),
    Column("why", Text),
    Column("done_when", Text),
    Column("owner_text", Text),  # as the ticket says it
    Column("owner_known", sa.Boolean, nullable=False, server_default=sa.false()),  # is in the people map
    Column("due", sa.Date),  # the truth; a person may move it in the tracker
    Column("due_rule", Text, nullable=False, server_default=""),  # "30 days, as P1", "as written"
    Column("priority", Text),
    Column("refs", sa.JSON, nullable=False),
    Column("anchor", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("in_text", sa.Boolean, nullable=False, server_default=sa.true()),
    Column("done_in_text", sa.Boolean, nullable=False, server_default=sa.false()),  # recorded as done, never filed
    Column("unclear", sa.JSON, nullable=False),  # known keys that it might be; waits for a person
    Column("created_at", Utc, nullable=False),
    Column("promised_at", Utc),  # when people said it, as its event tells
    # --- the tracker's side, as last seen
    Column("tracker", String(100)),  # the settings' name of the tracker; None: not routed yet
    Column("place", Text),
    Column("issue_id", Text),  # survives renames and moves
    Column("issue_label", Text),
    Column("issue_url", Text),
    Column("issue_native", sa.JSON, nullable=False),
    Column(
        "adopted", sa.Boolean, nullable=False, server_default=sa.false()
    ),  # the text named an issue; not filed by us
    Column("linked_at", Utc),  # when the links to incident and document were made
    Column("state", String(20), nullable=False, server_default="open"),  # connectors.base.State
    Column("word", Text, nullable=False, server_default=""),
    Column("title", Text),
    Column("assignee", Text),  # the tracker's id
    Column("assignee_name", Text),
    Column("tracker_due", sa.Date),  # last value seen there; ours is `due`
    Column("ended_at", Utc),
    Column("ended_reason", Text),
    Column("updated_at", Utc),  # the tracker's own stamp
    Column("verified_at", Utc),  # last read by id
    Column("unreachable_since", Utc),
    Column("stale_since", Utc),  # its connection refuses us (401, 403)
    Column("notes", sa.JSON, nullable=False),  # what could not be set, in the tracker's words
    Column("tracker_priority", Text),  # last value seen there
    Column("agreed", sa.JSON),  # what the text said when ticket and tracker last agreed: {"title", "owner", "due", …}
    Column("conflicts", sa.JSON),  # field → a sentence: changed on both sides, and whose word holds
    Column("snoozed_until", sa.Date),  # no nudge before this day; a person said so
    Column("snoozed_by", Text),
    Column("talk_read_at", Utc),  # comments on its issue were read up to then
    Index("ix_items_incident", "incident_id"),
    Index("ix_items_state", "state", "ended_at"),  # of many, a report reads the open ones and those that ended lately
    Index("ix_items_issue", "tracker", "issue_id", unique=True),
)

#: The ledger: one row per outward write that cannot be repeated harmlessly. Key: "issue:<item key>",
#: "comment:<incident id>", "send:<slot>:<address hash>".
writes = Table(
    "writes",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("incident_id", Id, ForeignKey("incidents.id")),
    Column("account", String(100)),  # whose limits the last attempt counted against: the tracker or source
    Column("state", String(20), nullable=False),  # planned, sending, done, unknown, waiting, failed, dropped
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("since", Utc),  # when the last attempt began: committed before the bytes go
    Column("posts", Integer, nullable=False, server_default="0"),  # attempts whose outcome was unknown
    Column("looks", Integer, nullable=False, server_default="0"),  # looks since that attempt that found nothing
    Column("not_before", Utc),
    Column("external_id", Text),
    Column("url", Text),
    Column("body_hash", String(64)),  # of a comment: edited only when a line changes
    Column("reason", Text, nullable=False, server_default=""),  # failed, waiting: in words, with the field's name
    Column("fields", sa.JSON, nullable=False),  # failed: field → the tracker's own words
    Index("ix_writes_incident", "incident_id"),
    Index("ix_writes_state", "state", "not_before"),
    Index("ix_writes_pace", "account", "since"),
)

#: One row per thing to be done, over and over: ("incident", id), ("sync", tracker), ("report", slot).
#: `wanted` rises when there is something new to do, `done` follows; a row with done < wanted is due.
work = Table(
    "work",
    metadata,
    Column("task", String(40), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("wanted", Id, nullable=False),
    Column("done", Id, nullable=False),
    Column("attempt", Id, nullable=False),  # rises with every taking; results count only for the attempt that took it
    Column("taken_until", Utc),
    Column("not_before", Utc),
    Column("tries", Integer, nullable=False),  # failures in a row
    Column("last_error", Text, nullable=False, server_default=""),
    Column("waits", sa.Boolean, nullable=False, server_default=sa.false()),  # for a person, after too many tries
    Index("ix_work_due", "task", "not_before"),
)

#: What happened to action items. `seq` orders by when we learned it, `happened_at` says when it was.
events = Table(
    "events",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("item_id", Id, ForeignKey("items.id"), nullable=False),
    Column("incident_id", Id, ForeignKey("incidents.id"), nullable=False),
    # promised, asked, filed, linked, state, owner, due, title, gone, back, unreachable, reachable
    Column("kind", String(20), nullable=False),
    Column("happened_at", Utc, nullable=False),
    Column("learned_at", Utc, nullable=False),
    Column("was", Text),
    Column("now", Text),
    Column("who", Text),  # as the tracker or the ticket calls them; None: not said
    Index("ix_events_item", "item_id", "seq"),
    Index("ix_events_kind", "kind", "item_id"),  # a report asks for the few dates that moved
)

#: One row per nudge that was decided on: the ledger's row "nudge:<item key>:<number>" says what became of it.
nudges = Table(
    "nudges",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("item_id", Id, ForeignKey("items.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … of this item; never used twice
    Column("kind", String(20), nullable=False),  # before, after, reason
    Column("person", Text, nullable=False),  # whom it counts for, as the people map calls them
    Column("due", sa.Date),  # the due date that it speaks of: another date begins anew
    Column("at", Utc, nullable=False),
    UniqueConstraint("item_id", "number"),
    Index("ix_nudges_person", "person", "at"),
)

#: One row per due slot of a report: "weekly-2026-W47", "payments-2026-W47". Frozen: rendered bytes are stored.
reports = Table(
    "reports",
    metadata,
    Column("slot", String(40), primary_key=True),
    Column("name", String(100), nullable=False, server_default="weekly"),  # of the report in the settings
    Column("week", String(10), nullable=False),
    Column("as_of", Utc, nullable=False),
    Column("first_seq", Id, nullable=False),  # counts events with first_seq < seq <= last_seq
    Column("last_seq", Id, nullable=False),
    Column("snapshot", sa.JSON, nullable=False),
    Column("md", LargeBinary, nullable=False),
    Column("html", LargeBinary, nullable=False),
    Column("json", LargeBinary, nullable=False),
    Column("csv", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),  # rises with a correction, and by `forget`
    Column("revised", Text, nullable=False, server_default=""),  # the sentence that says why, on the report as well
)
