"""Keep of an answered write its status, location and ETag only, under account, room and token.

What was kept before may hold sealed text in clear: the table is made anew and nothing is carried over; a write that
was sent before this step and is repeated after it is done again, or refused where it was done.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1800"
down_revision = "20261130_1700"
branch_labels = None
depends_on = None

NAME = "platform.idempotency_key"
ACCOUNT = "account_id = nullif(current_setting('app.account_id', true), '')::uuid"
HERE = f"{ACCOUNT} AND site_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
RIGHTS = (
    f"ALTER TABLE {NAME} OWNER TO huakai_owner",
    f"GRANT SELECT, INSERT, UPDATE ON {NAME} TO huakai_tenant, huakai_oversight",
    f"GRANT DELETE ON {NAME} TO huakai_worker",
    f"GRANT SELECT (created_at) ON {NAME} TO huakai_worker",
    f"ALTER TABLE {NAME} ENABLE ROW LEVEL SECURITY",
    f"CREATE POLICY job_reads ON {NAME} FOR SELECT TO huakai_worker USING (true)",
    f"CREATE POLICY job_clears ON {NAME} FOR DELETE TO huakai_worker USING (true)",
)


def upgrade() -> None:
    op.drop_table("idempotency_key", schema="platform")
    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "site_id", "token_id", "key", name=op.f("idempotency_key_pkey")),
        schema="platform",
    )
    for statement in RIGHTS:
        op.execute(statement)
    for role in ("huakai_tenant", "huakai_oversight"):
        op.execute(f"CREATE POLICY own_{role} ON {NAME} FOR ALL TO {role} USING ({HERE}) WITH CHECK ({HERE})")


def downgrade() -> None:
    op.drop_table("idempotency_key", schema="platform")
    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("idempotency_key_pkey")),
        schema="platform",
    )
    for statement in RIGHTS:
        op.execute(statement)
    op.execute(f"CREATE POLICY platform_rows ON {NAME} FOR ALL TO huakai_oversight USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY own_idempotency_key ON {NAME} FOR ALL TO huakai_tenant USING ({ACCOUNT}) WITH CHECK ({ACCOUNT})"
    )
