"""Entries of registers: a room's, a room's sealed ones, the institution's."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261126_2325"
down_revision = "20261126_2315"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")


def upgrade() -> None:
    answers = sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False)
    sealed = (
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    _entries("tenant", "register_entry", "tenant_id", answers)
    _entries("confidential", "sealed_entry", "tenant_id", *sealed)
    owner = sa.ForeignKeyConstraint(
        ["institution_id"], ["platform.institution.id"], name="institution_entry_institution_id_fkey"
    )
    _entries("platform", "institution_entry", "institution_id", answers.copy(), owner)
    for statement in (
        *row_security.build("tenant", "register_entry", readers=("huakai_oversight",)),
        *row_security.build("confidential", "sealed_entry"),
        "ALTER TABLE platform.institution_entry OWNER TO huakai_owner",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.institution_entry TO huakai_oversight",
    ):
        op.execute(statement)


def _entries(schema: str, table: str, owner: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column(owner, sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name=f"{table}_edition_id_fkey"),
        sa.PrimaryKeyConstraint(owner, "id", name=op.f(f"{table}_pkey")),
        sa.UniqueConstraint(owner, "register", "number", name=f"{table}_number_key"),
        schema=schema,
    )
    op.create_index(f"{table}_day_idx", table, [owner, "register", "day"], schema=schema)


def downgrade() -> None:
    op.drop_table("institution_entry", schema="platform")
    op.drop_table("sealed_entry", schema="confidential")
    op.drop_table("register_entry", schema="tenant")
