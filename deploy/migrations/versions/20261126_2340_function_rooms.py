"""Which site has which function room, so that none is built twice in one place; and why one is, all the same."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_2340"
down_revision = "20261126_2325"
branch_labels = None
depends_on = None

HERE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
GRANTS = (
    "ALTER TABLE oversight.site_function OWNER TO huakai_owner",
    "GRANT SELECT, INSERT, UPDATE ON oversight.site_function TO huakai_worker",
    "GRANT SELECT ON oversight.site_function TO huakai_oversight",
    "ALTER TABLE oversight.site_function ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE oversight.site_function FORCE ROW LEVEL SECURITY",
    "CREATE POLICY all_read ON oversight.site_function FOR SELECT TO huakai_worker, huakai_oversight USING (true)",
    f"CREATE POLICY job_inserts ON oversight.site_function FOR INSERT TO huakai_worker WITH CHECK ({HERE})",
    "CREATE POLICY job_replaces ON oversight.site_function FOR UPDATE TO huakai_worker"
    f" USING ({HERE}) WITH CHECK ({HERE})",
)


def upgrade() -> None:
    contested = sa.Column("contested", sa.Boolean(), nullable=False, server_default="false")
    op.add_column("space", contested, schema="tenant")
    op.add_column("space", sa.Column("twin_reason", sa.Text(), nullable=True), schema="tenant")
    op.create_table(
        "site_function",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("site_function_pkey")),
        schema="oversight",
    )
    op.create_index(
        "site_function_place_code_idx", "site_function", ["place_code", "code"], unique=False, schema="oversight"
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("site_function", schema="oversight")
    op.drop_column("space", "twin_reason", schema="tenant")
    op.drop_column("space", "contested", schema="tenant")
