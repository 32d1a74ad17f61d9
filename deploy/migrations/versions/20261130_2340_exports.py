"""Long lists of the console as sealed workbooks, each its asker's alone, made by a process of the console's login."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2340"
down_revision = "20261130_2230"
branch_labels = None
depends_on = None

OWN = "account_id = nullif(current_setting('app.account_id', true), '')::uuid"
"""True for the rows of the person for whom the transaction was begun; for none when it is for nobody."""


def upgrade() -> None:
    op.create_index(
        "operation_export_idx",
        "operation",
        ["done", "created_at"],
        schema="platform",
        postgresql_where=sa.text("kind = 'export'"),
    )
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["platform.operation.id"], name="export_id_fkey"),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="export_account_id_fkey"),
        sa.ForeignKeyConstraint(["membership_id"], ["platform.membership.id"], name="export_membership_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("export_pkey")),
        schema="platform",
    )
    op.create_index("export_account_id_idx", "export", ["account_id", "asked_at", "id"], schema="platform")
    op.execute("ALTER TABLE platform.export OWNER TO huakai_owner")
    op.execute("ALTER TABLE platform.export ENABLE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON platform.export TO huakai_oversight")
    op.execute(
        f"CREATE POLICY own_rows ON platform.export FOR ALL TO huakai_oversight USING ({OWN}) WITH CHECK ({OWN})"
    )
    # The process that makes them says that it lives.
    op.execute("GRANT INSERT, UPDATE, DELETE ON platform.heartbeat TO huakai_oversight")


def downgrade() -> None:
    op.execute("REVOKE INSERT, UPDATE, DELETE ON platform.heartbeat FROM huakai_oversight")
    op.drop_table("export", schema="platform")
    op.drop_index("operation_export_idx", "operation", schema="platform")
