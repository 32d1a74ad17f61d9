"""Where each site departs from its edition, and what it was exempted from for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_2300"
down_revision = "20261126_2250"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"
HERE = f"tenant_id = {TENANT}"
GRANTS = (
    "ALTER TABLE oversight.drift_standing OWNER TO huakai_owner",
    "ALTER TABLE platform.waiver OWNER TO huakai_owner",
    "GRANT SELECT, INSERT, UPDATE ON oversight.drift_standing TO huakai_worker",
    "GRANT SELECT ON oversight.drift_standing TO huakai_oversight, huakai_tenant",
    "ALTER TABLE oversight.drift_standing ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE oversight.drift_standing FORCE ROW LEVEL SECURITY",
    "CREATE POLICY tenant_wall ON oversight.drift_standing AS RESTRICTIVE FOR ALL TO huakai_tenant"
    f" USING ({HERE}) WITH CHECK ({HERE})",
    "CREATE POLICY huakai_tenant_rows ON oversight.drift_standing FOR SELECT TO huakai_tenant USING (true)",
    "CREATE POLICY console_reads ON oversight.drift_standing FOR SELECT TO huakai_oversight USING (true)",
    "CREATE POLICY job_reads ON oversight.drift_standing FOR SELECT TO huakai_worker USING (true)",
    f"CREATE POLICY job_inserts ON oversight.drift_standing FOR INSERT TO huakai_worker WITH CHECK ({HERE})",
    "CREATE POLICY job_replaces ON oversight.drift_standing FOR UPDATE TO huakai_worker"
    f" USING ({HERE}) WITH CHECK ({HERE})",
    # A room asks for itself and decides nothing.
    "GRANT SELECT, INSERT ON platform.waiver TO huakai_tenant",
    "GRANT SELECT, INSERT, UPDATE ON platform.waiver TO huakai_oversight",
    "GRANT SELECT ON platform.waiver TO huakai_worker",
    "ALTER TABLE platform.waiver ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY platform_rows ON platform.waiver FOR ALL TO huakai_oversight USING (true) WITH CHECK (true)",
    f"CREATE POLICY waivers_here ON platform.waiver FOR SELECT TO huakai_tenant USING (site_id = {TENANT})",
    "CREATE POLICY asked_here ON platform.waiver FOR INSERT TO huakai_tenant"
    f" WITH CHECK (site_id = {TENANT} AND state = 'asked' AND decided_by IS NULL)",
    "CREATE POLICY job_reads ON platform.waiver FOR SELECT TO huakai_worker USING (true)",
)


def upgrade() -> None:
    op.create_table(
        "drift_standing",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("conforming", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("waived", sa.Integer(), nullable=False),
        sa.Column("unexplained", sa.Integer(), nullable=False),
        sa.Column("core", sa.Integer(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("drift_standing_pkey")),
        schema="oversight",
    )
    op.create_table(
        "waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="waiver_site_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("waiver_pkey")),
        schema="platform",
    )
    op.create_index("waiver_site_id_idx", "waiver", ["site_id", "state"], unique=False, schema="platform")
    op.create_index(
        "waiver_live_idx",
        "waiver",
        ["site_id", "kind", "code"],
        unique=True,
        schema="platform",
        postgresql_where=sa.text("state = 'asked'"),
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("waiver", schema="platform")
    op.drop_table("drift_standing", schema="oversight")
