"""The tables of the service's own upkeep: who may read, who was told of what, how each connection does."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from service.store.columns import Id, Utc, metadata

#: Where each tracker's sync stands.
syncs = Table(
    "syncs",
    metadata,
    Column("tracker", String(100), primary_key=True),
    Column("cursor", Utc),
    Column("last_ok_at", Utc),
    Column("last_verified_at", Utc),
    Column("problems", sa.JSON, nullable=False),  # [{"scope", "status", "message", "since", "items"}]
)

#: Who may read or write over HTTP besides the first token. Only the hash is kept.
tokens = Table(
    "tokens",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scope", String(10), nullable=False),  # read, write
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),  # None: never
    Column("used_at", Utc),  # to the day
)

#: One row per trouble that the operator was told of; kept until it is over and that was told.
alerts = Table(
    "alerts",
    metadata,
    Column("key", String(200), primary_key=True),  # "silent:ops", "token:github", "paused"
    Column("text", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("told_at", Utc),  # the last time; None: not yet
    Column("told", Integer, nullable=False, server_default="0"),  # how often
)

#: One row per write that left for an account, for as long as its vendor counts: the pace of all workers together.
sends = Table(
    "sends",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account", String(100), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_sends_account", "account", "at"),
)

#: One row per connection that is limited or refused: nothing is asked of it before then. None of a well one.
connections = Table(
    "connections",
    metadata,
    Column("account", String(100), primary_key=True),  # "<api> <account>", as in sends
    Column("state", String(10), nullable=False),  # limited, denied, away
    Column("since", Utc, nullable=False),
    Column("not_before", Utc),
    Column("reason", Text, nullable=False, server_default=""),
)

#: How often each connection answered what, since the first boot; every process adds its own counts now and then.
calls = Table(
    "calls",
    metadata,
    Column("connection", String(100), primary_key=True),  # the settings' name of the tracker or source
    Column("outcome", String(20), primary_key=True),  # ok, refused, limited, denied, missing, unavailable, unknown
    Column("number", Id, nullable=False),
)

#: What a report was before it was corrected. Goes with its report.
report_revisions = Table(
    "report_revisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("slot", String(40), ForeignKey("reports.slot", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("snapshot", sa.JSON, nullable=False),
    *(Column(form, LargeBinary, nullable=False) for form in ("md", "html", "json", "csv")),
    UniqueConstraint("slot", "number"),
)

#: What later reports need of one, beside it: a report of 10,000 items is megabytes. Goes with its report; None of one
#: that an earlier version made.
report_figures = Table(
    "report_figures",
    metadata,
    Column("slot", String(40), ForeignKey("reports.slot", ondelete="CASCADE"), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("week", String(10), nullable=False),
    Column("as_of", Utc, nullable=False),
    Column("last_seq", Id, nullable=False),
    Column("figures", sa.JSON, nullable=False),  # {"open": 21, "overdue", "added", "done", "done_late"}
    Column("opened", sa.JSON, nullable=False),  # the ids of its open items
    Column("late", sa.JSON, nullable=False),  # of those, the overdue ones
    Column("incidents", sa.JSON, nullable=False),  # the ids of the incidents that it lists
)
