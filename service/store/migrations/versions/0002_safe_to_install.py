"""Held incidents, several tokens, alerts, revised reports"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("incidents", sa.Column("held", sa.Text(), server_default="", nullable=False))
    op.add_column("incidents", sa.Column("obeyed", sa.JSON(), nullable=True))
    op.add_column("incidents", sa.Column("redacted", sa.JSON(), nullable=True))
    op.add_column("reports", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("reports", sa.Column("revised", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "alerts",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
