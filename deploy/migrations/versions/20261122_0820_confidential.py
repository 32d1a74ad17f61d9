"""Sealed values; oversight has no way in, not even USAGE."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file

revision = "20261122_0820"
down_revision = "20261122_0810"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")


def upgrade() -> None:
    op.execute("CREATE SCHEMA confidential AUTHORIZATION huakai_owner")
    op.execute("GRANT USAGE ON SCHEMA confidential TO huakai_tenant, huakai_worker")
    op.create_table(
        "contact",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("contact_pkey")),
        sa.UniqueConstraint("tenant_id", "account_id", name="contact_tenant_id_account_id_key"),
        schema="confidential",
    )
    op.create_table(
        "data_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("data_key_pkey")),
        sa.UniqueConstraint("tenant_id", "generation", name="data_key_tenant_id_generation_key"),
        schema="confidential",
    )
    for table in ("data_key", "contact"):
        for statement in row_security.build("confidential", table):
            op.execute(statement)
    op.execute("REVOKE INSERT, UPDATE, DELETE ON confidential.data_key FROM huakai_tenant")
    op.execute("REVOKE UPDATE, DELETE ON confidential.data_key, confidential.contact FROM huakai_worker")


def downgrade() -> None:
    op.drop_table("data_key", schema="confidential")
    op.drop_table("contact", schema="confidential")
    op.execute("DROP SCHEMA confidential")
