"""Filled-in sheets of the institution's registers on their way in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_2350"
down_revision = "20261126_2330"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "institution_upload",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="institution_upload_institution_id_fkey"
        ),
        sa.PrimaryKeyConstraint("institution_id", "id", name=op.f("institution_upload_pkey")),
        schema="platform",
    )
    op.create_index(
        "institution_upload_register_idx",
        "institution_upload",
        ["institution_id", "register", "created_at"],
        schema="platform",
    )
    op.execute("ALTER TABLE platform.institution_upload OWNER TO huakai_owner")
    op.execute("GRANT SELECT, INSERT, UPDATE ON platform.institution_upload TO huakai_oversight")


def downgrade() -> None:
    op.drop_table("institution_upload", schema="platform")
