"""Photos and documents that show that an open point was put right."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file

revision = "20261125_1840"
down_revision = "20261125_1635"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")


def upgrade() -> None:
    op.create_table(
        "point_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["tenant.open_point.tenant_id", "tenant.open_point.id"],
            name="point_file_tenant_id_point_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["tenant.point_entry.tenant_id", "tenant.point_entry.id"],
            name="point_file_tenant_id_entry_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("point_file_pkey")),
        schema="tenant",
    )
    op.create_index("point_file_point_id_idx", "point_file", ["tenant_id", "point_id"], unique=False, schema="tenant")
    op.create_index("point_file_entry_id_idx", "point_file", ["tenant_id", "entry_id"], unique=False, schema="tenant")
    for statement in row_security.build("tenant", "point_file", readers=("huakai_oversight",), append_only=True):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("point_file", schema="tenant")
