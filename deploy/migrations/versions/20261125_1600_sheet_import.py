"""Uploaded lists of a room, sealed until they are applied."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261125_1600"
down_revision = "20261125_1530"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")


def upgrade() -> None:
    op.create_table(
        "sheet_import",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("sheet_import_pkey")),
        schema="confidential",
    )
    op.create_index(
        "sheet_import_created_at_idx", "sheet_import", ["tenant_id", "created_at"], unique=False, schema="confidential"
    )
    for statement in row_security.build("confidential", "sheet_import"):
        op.execute(statement)
    op.execute("REVOKE ALL ON confidential.sheet_import FROM huakai_worker")
    op.execute("DROP POLICY huakai_worker_rows ON confidential.sheet_import")


def downgrade() -> None:
    op.drop_table("sheet_import", schema="confidential")
