"""Who reviewed an entry of a register, and when."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_0900"
down_revision = "20261126_2350"
branch_labels = None
depends_on = None

TABLES = (("tenant", "register_entry"), ("confidential", "sealed_entry"), ("platform", "institution_entry"))


def upgrade() -> None:
    for schema, table in TABLES:
        op.add_column(table, sa.Column("reviewed_by", sa.Uuid(), nullable=True), schema=schema)
        op.add_column(table, sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True), schema=schema)


def downgrade() -> None:
    for schema, table in TABLES:
        op.drop_column(table, "reviewed_at", schema=schema)
        op.drop_column(table, "reviewed_by", schema=schema)
