"""Changes of the standard that sites and regional offices propose upward."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_2315"
down_revision = "20261126_2300"
branch_labels = None
depends_on = None

HERE = "site_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
GRANTS = (
    "ALTER TABLE platform.proposal OWNER TO huakai_owner",
    "GRANT SELECT, INSERT ON platform.proposal TO huakai_tenant",
    "GRANT SELECT, INSERT, UPDATE ON platform.proposal TO huakai_oversight",
    "GRANT SELECT ON platform.proposal TO huakai_worker",
    "ALTER TABLE platform.proposal ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY platform_rows ON platform.proposal FOR ALL TO huakai_oversight USING (true) WITH CHECK (true)",
    f"CREATE POLICY proposals_here ON platform.proposal FOR SELECT TO huakai_tenant USING ({HERE})",
    # A room proposes for itself and decides nothing.
    "CREATE POLICY proposed_here ON platform.proposal FOR INSERT TO huakai_tenant"
    f" WITH CHECK ({HERE} AND state = 'open' AND decided_by IS NULL AND draft_id IS NULL)",
    "CREATE POLICY job_reads ON platform.proposal FOR SELECT TO huakai_worker USING (true)",
)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="proposal_institution_id_fkey"),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="proposal_site_id_fkey"),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="proposal_edition_id_fkey"),
        sa.ForeignKeyConstraint(["draft_id"], ["platform.edition_draft.id"], name="proposal_draft_id_fkey"),
        sa.ForeignKeyConstraint(["merged_into"], ["platform.proposal.id"], name="proposal_merged_into_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("proposal_pkey")),
        schema="platform",
    )
    op.create_index(
        "proposal_spot_idx", "proposal", ["institution_id", "kind", "code", "at"], unique=False, schema="platform"
    )
    op.create_index("proposal_site_id_idx", "proposal", ["site_id", "made_at"], unique=False, schema="platform")
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("proposal", schema="platform")
