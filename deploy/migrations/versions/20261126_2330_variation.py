"""Small differences between a room and its edition."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261126_2330"
down_revision = "20261126_2340"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")


def upgrade() -> None:
    op.create_table(
        "variation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("spot", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("variation_pkey")),
        schema="tenant",
    )
    op.create_index(
        "variation_spot_idx",
        "variation",
        ["tenant_id", "kind", "spot"],
        unique=True,
        schema="tenant",
        postgresql_where=sa.text("until IS NULL"),
    )
    for statement in row_security.build("tenant", "variation", readers=("huakai_oversight",)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("variation", schema="tenant")
