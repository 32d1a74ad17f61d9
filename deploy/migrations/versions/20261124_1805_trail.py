"""The audit trail and what people are told, one chain and one list a tenant."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261124_1805"
down_revision = "20261124_1800"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

NIL = "tenant_id = '00000000-0000-0000-0000-000000000000'::uuid"
GRANTS = (
    *row_security.build("tenant", "audit_head"),
    *row_security.build("tenant", "audit_entry", append_only=True),
    *row_security.build("tenant", "notice"),
    "REVOKE DELETE ON tenant.audit_head FROM huakai_tenant, huakai_worker",
    # The console writes the platform's own chain and its own people's notices, under the nil tenant.
    "GRANT SELECT, INSERT ON tenant.audit_entry TO huakai_oversight",
    "GRANT SELECT, INSERT, UPDATE ON tenant.audit_head TO huakai_oversight",
    "GRANT SELECT, INSERT, UPDATE ON tenant.notice TO huakai_oversight",
    *(
        f"CREATE POLICY console_reads ON tenant.{table} FOR SELECT TO huakai_oversight USING (true)"
        for table in ("audit_head", "audit_entry")
    ),
    f"CREATE POLICY console_writes ON tenant.audit_entry FOR INSERT TO huakai_oversight WITH CHECK ({NIL})",
    f"CREATE POLICY console_begins ON tenant.audit_head FOR INSERT TO huakai_oversight WITH CHECK ({NIL})",
    f"CREATE POLICY console_grows ON tenant.audit_head FOR UPDATE TO huakai_oversight USING ({NIL}) WITH CHECK ({NIL})",
    f"CREATE POLICY console_rows ON tenant.notice FOR ALL TO huakai_oversight USING ({NIL}) WITH CHECK ({NIL})",
)


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("audit_head_pkey")),
        schema="tenant",
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("audit_entry_pkey")),
        sa.UniqueConstraint("tenant_id", "seq", name="audit_entry_tenant_id_seq_key"),
        schema="tenant",
    )
    op.create_index("audit_entry_actor_idx", "audit_entry", ["tenant_id", "actor"], unique=False, schema="tenant")
    op.create_index("audit_entry_at_idx", "audit_entry", ["tenant_id", "at"], unique=False, schema="tenant")
    op.create_index("audit_entry_object_idx", "audit_entry", ["tenant_id", "object"], unique=False, schema="tenant")
    op.create_table(
        "notice",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("dedup", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="notice_account_id_fkey"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("notice_pkey")),
        sa.UniqueConstraint("tenant_id", "account_id", "dedup", name="notice_tenant_id_account_id_dedup_key"),
        schema="tenant",
    )
    op.create_index(
        "notice_account_id_idx", "notice", ["tenant_id", "account_id", "created_at"], unique=False, schema="tenant"
    )
    op.create_index(
        "notice_unread_idx",
        "notice",
        ["tenant_id", "account_id"],
        unique=False,
        schema="tenant",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    told_at = sa.Column("told_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("operation", told_at, schema="platform")
    op.create_index(
        "checklist_run_open_idx",
        "checklist_run",
        ["tenant_id", "due_on"],
        unique=False,
        schema="tenant",
        postgresql_where=sa.text("completed_at IS NULL"),
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("checklist_run_open_idx", table_name="checklist_run", schema="tenant")
    op.drop_column("operation", "told_at", schema="platform")
    op.drop_table("notice", schema="tenant")
    op.drop_table("audit_entry", schema="tenant")
    op.drop_table("audit_head", schema="tenant")
