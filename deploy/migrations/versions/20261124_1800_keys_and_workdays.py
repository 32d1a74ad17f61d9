"""Workdays, tokens, visits and the first run: what the platform keeps beside its sites."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_1800"
down_revision = "20261122_0830"
branch_labels = None
depends_on = None

OWN = "nullif(current_setting('app.account_id', true), '')::uuid"
HERE = "nullif(current_setting('app.tenant_id', true), '')::uuid"
TABLES = ("work_day", "work_year", "api_token", "oversight_visit", "setup_progress")
USE = "last_used_at, last_address, revoked_at"
GRANTS = (
    *(f"ALTER TABLE platform.{table} OWNER TO huakai_owner" for table in TABLES),
    "GRANT SELECT ON platform.work_day, platform.work_year TO huakai_tenant, huakai_oversight, huakai_worker",
    "GRANT INSERT, UPDATE, DELETE ON platform.work_day, platform.work_year TO huakai_oversight",
    "GRANT SELECT, INSERT, UPDATE ON platform.setup_progress TO huakai_oversight",
    "GRANT UPDATE (name, short_name) ON platform.institution TO huakai_oversight",
    # A token is found by its hash before anybody is known; whose it is and what it may do never changes.
    f"GRANT SELECT, INSERT, UPDATE ({USE}) ON platform.api_token TO huakai_tenant, huakai_oversight",
    "ALTER TABLE platform.api_token ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY platform_rows ON platform.api_token FOR ALL TO huakai_oversight USING (true) WITH CHECK (true)",
    "CREATE POLICY room_reads ON platform.api_token FOR SELECT TO huakai_tenant USING (true)",
    "CREATE POLICY used_tokens ON platform.api_token FOR UPDATE TO huakai_tenant USING (true) WITH CHECK (true)",
    "CREATE POLICY own_tokens ON platform.api_token FOR INSERT TO huakai_tenant"
    f" WITH CHECK (site_id = {HERE} OR account_id = {OWN})",
    # A visit is written by the visitor and never taken back; the site reads those that were made to it.
    "GRANT SELECT, INSERT ON platform.oversight_visit TO huakai_oversight",
    "GRANT SELECT ON platform.oversight_visit TO huakai_tenant, huakai_worker",
    "ALTER TABLE platform.oversight_visit ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY platform_rows ON platform.oversight_visit FOR ALL TO huakai_oversight"
    " USING (true) WITH CHECK (true)",
    f"CREATE POLICY visits_here ON platform.oversight_visit FOR SELECT TO huakai_tenant USING (site_id = {HERE})",
    "CREATE POLICY job_reads ON platform.oversight_visit FOR SELECT TO huakai_worker USING (true)",
)


def upgrade() -> None:
    op.create_table(
        "work_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_work", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("work_day_pkey")),
        schema="platform",
    )
    op.create_table(
        "work_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("work_year_pkey")),
        schema="platform",
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_address", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="api_token_account_id_fkey"),
        sa.ForeignKeyConstraint(["membership_id"], ["platform.membership.id"], name="api_token_membership_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("api_token_pkey")),
        sa.UniqueConstraint("token_hash", name="api_token_token_hash_key"),
        schema="platform",
    )
    op.create_index("api_token_account_id_idx", "api_token", ["account_id"], unique=False, schema="platform")
    op.create_index("api_token_membership_id_idx", "api_token", ["membership_id"], unique=False, schema="platform")
    op.create_table(
        "oversight_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="oversight_visit_account_id_fkey"),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="oversight_visit_site_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("oversight_visit_pkey")),
        schema="platform",
    )
    op.create_index(
        "oversight_visit_account_id_idx", "oversight_visit", ["account_id", "at"], unique=False, schema="platform"
    )
    op.create_index(
        "oversight_visit_site_id_idx", "oversight_visit", ["site_id", "at"], unique=False, schema="platform"
    )
    op.create_table(
        "setup_progress",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="setup_progress_institution_id_fkey"
        ),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("setup_progress_pkey")),
        schema="platform",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("setup_progress", schema="platform")
    op.drop_table("oversight_visit", schema="platform")
    op.drop_table("api_token", schema="platform")
    op.drop_table("work_year", schema="platform")
    op.drop_table("work_day", schema="platform")
