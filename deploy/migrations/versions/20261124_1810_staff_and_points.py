"""A room's staff, training, open points and reopenings."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261124_1810"
down_revision = "20261124_1805"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

READ_FROM_ABOVE = ("open_point", "staff_member", "qualification", "staff_file", "training_record")
LASTING = ("checklist_reopening", "point_entry")
GRANTS = (
    *(
        statement
        for table in READ_FROM_ABOVE
        for statement in row_security.build("tenant", table, readers=("huakai_oversight",))
    ),
    *(
        statement
        for table in LASTING
        for statement in row_security.build("tenant", table, readers=("huakai_oversight",), append_only=True)
    ),
    *row_security.build("confidential", "staff_contact"),
    # Contacts are opened on pages only.
    "REVOKE ALL ON confidential.staff_contact FROM huakai_worker",
    "DROP POLICY huakai_worker_rows ON confidential.staff_contact",
)


def upgrade() -> None:
    op.create_table(
        "checklist_reopening",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_by", sa.Uuid(), nullable=False),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reopened_by", sa.Uuid(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="checklist_reopening_tenant_id_run_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("checklist_reopening_pkey")),
        schema="tenant",
    )
    op.create_index(
        "checklist_reopening_run_id_idx", "checklist_reopening", ["tenant_id", "run_id"], unique=False, schema="tenant"
    )
    op.create_table(
        "open_point",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("core", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fixed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["platform.account.id"], name="open_point_owner_id_fkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="open_point_tenant_id_run_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("open_point_pkey")),
        sa.UniqueConstraint("tenant_id", "number", name="open_point_tenant_id_number_key"),
        sa.UniqueConstraint("tenant_id", "run_id", "item", name="open_point_tenant_id_run_id_item_key"),
        schema="tenant",
    )
    op.create_index(
        "open_point_state_idx", "open_point", ["tenant_id", "state", "due_on"], unique=False, schema="tenant"
    )
    op.create_table(
        "point_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["platform.account.id"], name="point_entry_owner_id_fkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["tenant.open_point.tenant_id", "tenant.open_point.id"],
            name="point_entry_tenant_id_point_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("point_entry_pkey")),
        schema="tenant",
    )
    op.create_index("point_entry_point_id_idx", "point_entry", ["tenant_id", "point_id"], unique=False, schema="tenant")
    op.create_table(
        "staff_member",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column("ab", sa.Text(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("background_checked_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="staff_member_account_id_fkey"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("staff_member_pkey")),
        sa.UniqueConstraint("tenant_id", "number", name="staff_member_tenant_id_number_key"),
        schema="tenant",
    )
    op.create_table(
        "qualification",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["tenant.staff_member.tenant_id", "tenant.staff_member.id"],
            name="qualification_tenant_id_member_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("qualification_pkey")),
        sa.UniqueConstraint(
            "tenant_id", "member_id", "kind", "certificate_number", name="qualification_tenant_id_member_id_kind_key"
        ),
        schema="tenant",
    )
    op.create_table(
        "staff_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("proves", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["tenant.staff_member.tenant_id", "tenant.staff_member.id"],
            name="staff_file_tenant_id_member_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("staff_file_pkey")),
        schema="tenant",
    )
    op.create_index("staff_file_member_id_idx", "staff_file", ["tenant_id", "member_id"], unique=False, schema="tenant")
    op.create_index("staff_file_proves_idx", "staff_file", ["tenant_id", "proves"], unique=False, schema="tenant")
    op.create_table(
        "training_record",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["tenant.staff_member.tenant_id", "tenant.staff_member.id"],
            name="training_record_tenant_id_member_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("training_record_pkey")),
        sa.UniqueConstraint(
            "tenant_id", "member_id", "course", "held_on", name="training_record_tenant_id_member_id_course_key"
        ),
        schema="tenant",
    )
    op.create_index(
        "training_record_expires_on_idx", "training_record", ["tenant_id", "expires_on"], unique=False, schema="tenant"
    )
    op.create_table(
        "staff_contact",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["tenant.staff_member.tenant_id", "tenant.staff_member.id"],
            name="staff_contact_tenant_id_member_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("staff_contact_pkey")),
        sa.UniqueConstraint("tenant_id", "member_id", name="staff_contact_tenant_id_member_id_key"),
        schema="confidential",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("staff_contact", schema="confidential")
    op.drop_table("training_record", schema="tenant")
    op.drop_table("staff_file", schema="tenant")
    op.drop_table("qualification", schema="tenant")
    op.drop_table("staff_member", schema="tenant")
    op.drop_table("point_entry", schema="tenant")
    op.drop_table("open_point", schema="tenant")
    op.drop_table("checklist_reopening", schema="tenant")
