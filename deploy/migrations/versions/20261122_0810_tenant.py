"""A room's own tables under row security, and the queue."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261122_0810"
down_revision = "20261122_0805"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

NIL = "'00000000-0000-0000-0000-000000000000'::uuid"
OPEN = "done_at IS NULL AND dead_at IS NULL"
DEFINER = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
QUEUE = (
    # The console asks for work of the platform's own, under the nil tenant.
    "GRANT SELECT, INSERT ON tenant.outbox TO huakai_oversight",
    f"CREATE POLICY console_asks ON tenant.outbox FOR INSERT TO huakai_oversight WITH CHECK (tenant_id = {NIL})",
    f"CREATE POLICY console_reads ON tenant.outbox FOR SELECT TO huakai_oversight USING (tenant_id = {NIL})",
    # Only these functions see rows of several tenants: which are due, how many wait, why some died. Never a payload.
    "CREATE POLICY owner_counts ON tenant.outbox FOR SELECT TO huakai_owner USING (true)",
    f"""CREATE FUNCTION tenant.due_tenants(most integer) RETURNS TABLE (tenant_id uuid) {DEFINER} AS $$
        SELECT o.tenant_id FROM tenant.outbox o WHERE {OPEN} AND o.next_at <= clock_timestamp()
        GROUP BY o.tenant_id ORDER BY min(o.next_at) LIMIT most $$""",
    f"""CREATE FUNCTION tenant.queue_state()
        RETURNS TABLE (waiting bigint, due bigint, oldest_due timestamptz, dead bigint) {DEFINER} AS $$
        SELECT count(*) FILTER (WHERE {OPEN}), count(*) FILTER (WHERE {OPEN} AND next_at <= clock_timestamp()),
               min(next_at) FILTER (WHERE {OPEN}), count(*) FILTER (WHERE dead_at IS NOT NULL)
        FROM tenant.outbox WHERE done_at IS NULL $$""",
    f"""CREATE FUNCTION tenant.troubled_messages(most integer)
        RETURNS TABLE (tenant_id uuid, id uuid, topic text, attempts integer, created_at timestamptz,
                       next_at timestamptz, dead_at timestamptz, last_error text) {DEFINER} AS $$
        SELECT o.tenant_id, o.id, o.topic, o.attempts, o.created_at, o.next_at, o.dead_at, o.last_error
        FROM tenant.outbox o WHERE o.done_at IS NULL AND o.attempts > 0
        ORDER BY o.dead_at DESC NULLS LAST, o.next_at LIMIT most $$""",
)
FUNCTIONS = ("tenant.due_tenants(integer)", "tenant.queue_state()", "tenant.troubled_messages(integer)")


def upgrade() -> None:
    op.execute("CREATE SCHEMA tenant AUTHORIZATION huakai_owner")
    op.execute("GRANT USAGE ON SCHEMA tenant TO huakai_tenant, huakai_oversight, huakai_worker")
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dedup", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("outbox_pkey")),
        sa.UniqueConstraint("tenant_id", "dedup", name="outbox_tenant_id_dedup_key"),
        schema="tenant",
    )
    op.create_index(
        "outbox_due_idx",
        "outbox",
        ["tenant_id", "next_at"],
        unique=False,
        schema="tenant",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "space",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("area", sa.Numeric(precision=8, scale=1), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("space_pkey")),
        sa.UniqueConstraint("tenant_id", "code", name="space_tenant_id_code_key"),
        schema="tenant",
    )
    op.create_table(
        "checklist_run",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="checklist_run_edition_id_fkey"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("checklist_run_pkey")),
        sa.UniqueConstraint("tenant_id", "code", "period_start", name="checklist_run_tenant_id_code_period_start_key"),
        schema="tenant",
    )
    op.create_index("checklist_run_due_on_idx", "checklist_run", ["tenant_id", "due_on"], unique=False, schema="tenant")
    op.create_table(
        "attachment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="attachment_tenant_id_run_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("attachment_pkey")),
        schema="tenant",
    )
    op.create_index("attachment_run_id_idx", "attachment", ["tenant_id", "run_id"], unique=False, schema="tenant")
    op.create_table(
        "checklist_answer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="checklist_answer_tenant_id_run_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("checklist_answer_pkey")),
        sa.UniqueConstraint("tenant_id", "run_id", "item", name="checklist_answer_tenant_id_run_id_item_key"),
        schema="tenant",
    )
    for statement in row_security.build("tenant", "outbox", bound="huakai_tenant, huakai_oversight, huakai_worker"):
        op.execute(statement)
    for table in ("space", "checklist_run", "checklist_answer", "attachment"):
        for statement in row_security.build("tenant", table, readers=("huakai_oversight",)):
            op.execute(statement)
    for statement in QUEUE:
        op.execute(statement)
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO huakai_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO huakai_oversight, huakai_worker")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("checklist_answer", schema="tenant")
    op.drop_table("attachment", schema="tenant")
    op.drop_table("checklist_run", schema="tenant")
    op.drop_table("space", schema="tenant")
    op.drop_table("outbox", schema="tenant")
    op.execute("DROP SCHEMA tenant")
