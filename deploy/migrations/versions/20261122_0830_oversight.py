"""Facts and rollups: numbers, never persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0830"
down_revision = "20261122_0820"
branch_labels = None
depends_on = None

HERE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
TABLES = ("site_fact", "region_rollup", "dirty_region")
GRANTS = (
    "GRANT USAGE ON SCHEMA oversight TO huakai_tenant, huakai_oversight, huakai_worker",
    *(f"ALTER TABLE oversight.{table} OWNER TO huakai_owner" for table in TABLES),
    "GRANT SELECT, INSERT, UPDATE ON oversight.site_fact TO huakai_tenant, huakai_worker",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON oversight.region_rollup, oversight.dirty_region TO huakai_worker",
    "GRANT SELECT ON oversight.site_fact, oversight.region_rollup, oversight.dirty_region TO huakai_oversight",
    "ALTER TABLE oversight.site_fact ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE oversight.site_fact FORCE ROW LEVEL SECURITY",
    "CREATE POLICY tenant_wall ON oversight.site_fact AS RESTRICTIVE FOR ALL TO huakai_tenant"
    f" USING ({HERE}) WITH CHECK ({HERE})",
    "CREATE POLICY huakai_tenant_rows ON oversight.site_fact FOR ALL TO huakai_tenant USING (true) WITH CHECK (true)",
    # A job writes the facts of the tenant it has entered; folding reads those of a region's sites.
    "CREATE POLICY fold_reads ON oversight.site_fact FOR SELECT TO huakai_worker, huakai_oversight USING (true)",
    f"CREATE POLICY job_inserts ON oversight.site_fact FOR INSERT TO huakai_worker WITH CHECK ({HERE})",
    f"CREATE POLICY job_replaces ON oversight.site_fact FOR UPDATE TO huakai_worker USING ({HERE}) WITH CHECK ({HERE})",
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA oversight AUTHORIZATION huakai_owner")
    op.create_table(
        "dirty_region",
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region_code", "month", "id", name=op.f("dirty_region_pkey")),
        schema="oversight",
    )
    op.create_table(
        "region_rollup",
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region_code", "month", name=op.f("region_rollup_pkey")),
        schema="oversight",
    )
    op.create_table(
        "site_fact",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "month", name=op.f("site_fact_pkey")),
        schema="oversight",
    )
    op.create_index("region_rollup_parent_code_idx", "region_rollup", ["parent_code", "month"], schema="oversight")
    op.create_index("site_fact_region_code_idx", "site_fact", ["region_code", "month"], schema="oversight")
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("site_fact_region_code_idx", "site_fact", schema="oversight")
    op.drop_index("region_rollup_parent_code_idx", "region_rollup", schema="oversight")
    op.drop_table("site_fact", schema="oversight")
    op.drop_table("region_rollup", schema="oversight")
    op.drop_table("dirty_region", schema="oversight")
    op.execute("DROP SCHEMA oversight")
