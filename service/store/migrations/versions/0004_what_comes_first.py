"""Which deliveries are read before others, and how often each connection answered what"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("first", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_deliveries_first",
        "deliveries",
        ["state", "id"],
        sqlite_where=sa.text("first = 1"),
        postgresql_where=sa.text("first"),
    )
    op.create_table(
        "calls",
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("connection", "outcome"),
    )
