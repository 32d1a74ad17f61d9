"""Drafts of the next edition, and publishing one from the console."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_1900"
down_revision = "20261125_1840"
branch_labels = None
depends_on = None

GRANTS = (
    "ALTER TABLE platform.edition_draft OWNER TO huakai_owner",
    "ALTER TABLE platform.draft_definition OWNER TO huakai_owner",
    "GRANT SELECT, INSERT, UPDATE ON platform.edition_draft, platform.draft_definition TO huakai_oversight",
    "GRANT DELETE ON platform.draft_definition TO huakai_oversight",
    "GRANT INSERT ON platform.edition, platform.edition_definition TO huakai_oversight",
    # A definition comes in the transaction that publishes its edition, and never later.
    "ALTER TABLE platform.edition_definition ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY everybody_reads ON platform.edition_definition FOR SELECT"
    " TO huakai_tenant, huakai_oversight, huakai_worker USING (true)",
    "CREATE POLICY published_whole ON platform.edition_definition FOR INSERT TO huakai_oversight WITH CHECK"
    " (EXISTS (SELECT FROM platform.edition e WHERE e.id = edition_id AND e.xmin = pg_current_xact_id()::xid))",
)


def upgrade() -> None:
    op.create_table(
        "edition_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("base_id", sa.Uuid(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["base_id"], ["platform.edition.id"], name="edition_draft_base_id_fkey"),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_draft_edition_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("edition_draft_pkey")),
        schema="platform",
    )
    op.create_table(
        "draft_definition",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["platform.edition_draft.id"], name="draft_definition_draft_id_fkey"),
        sa.PrimaryKeyConstraint("draft_id", "kind", "code", name=op.f("draft_definition_pkey")),
        schema="platform",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP POLICY published_whole ON platform.edition_definition")
    op.execute("DROP POLICY everybody_reads ON platform.edition_definition")
    op.execute("ALTER TABLE platform.edition_definition DISABLE ROW LEVEL SECURITY")
    op.execute("REVOKE INSERT ON platform.edition, platform.edition_definition FROM huakai_oversight")
    op.drop_table("draft_definition", schema="platform")
    op.drop_table("edition_draft", schema="platform")
