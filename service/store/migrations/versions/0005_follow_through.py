"""Nudges, who did what, two ways, and the names of reports"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("items", sa.Column("tracker_priority", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("agreed", sa.JSON(), nullable=True))
    op.add_column("items", sa.Column("conflicts", sa.JSON(), nullable=True))
    op.add_column("items", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.add_column("items", sa.Column("snoozed_by", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("talk_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("events", sa.Column("who", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("name", sa.String(length=100), server_default="weekly", nullable=False))
    op.create_table(
        "nudges",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("item_id", _id(), sa.ForeignKey("items.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "number"),
    )
    op.create_index("ix_nudges_person", "nudges", ["person", "at"])
