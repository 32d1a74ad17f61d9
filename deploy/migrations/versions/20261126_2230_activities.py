"""Activities of rooms, the themes of a year, and totals of past periods."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261126_2230"
down_revision = "20261125_1945"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

TABLES = ("activity", "activity_effect", "activity_photo", "activity_plan", "activity_total")
GRANTS = (
    *(statement for table in TABLES for statement in row_security.build("tenant", table)),
    "ALTER TABLE oversight.region_total OWNER TO huakai_owner",
    "GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON oversight.region_total TO huakai_oversight",
    "GRANT SELECT ON oversight.region_total TO huakai_worker",
)


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Text(), nullable=True),
        sa.Column("ends_at", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flowers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("facilitators", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("guests", sa.Text(), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=True),
        sa.Column("sessions_estimated", sa.Boolean(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=True),
        sa.Column("attendances_estimated", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("people_estimated", sa.Boolean(), nullable=False),
        sa.Column("checked_in", sa.Integer(), server_default="0", nullable=False),
        sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=True),
        sa.Column("reported_with", sa.Uuid(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_pkey")),
        sa.UniqueConstraint("tenant_id", "held_on", "title", name="activity_tenant_id_held_on_title_key"),
        schema="tenant",
    )
    op.create_table(
        "activity_effect",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("people_before", sa.Integer(), nullable=False),
        sa.Column("people_after", sa.Integer(), nullable=False),
        sa.Column("mean_before", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("mean_after", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["tenant.activity.tenant_id", "tenant.activity.id"],
            name="activity_effect_tenant_id_activity_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_effect_pkey")),
        sa.UniqueConstraint("tenant_id", "activity_id", "question", name="activity_effect_tenant_id_question_key"),
        schema="tenant",
    )
    op.create_table(
        "activity_photo",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["tenant.activity.tenant_id", "tenant.activity.id"],
            name="activity_photo_tenant_id_activity_id_fkey",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_photo_pkey")),
        schema="tenant",
    )
    op.create_index(
        "activity_photo_activity_id_idx", "activity_photo", ["tenant_id", "activity_id"], unique=False, schema="tenant"
    )
    op.create_table(
        "activity_plan",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_plan_pkey")),
        sa.UniqueConstraint("tenant_id", "year", "month", name="activity_plan_tenant_id_year_month_key"),
        schema="tenant",
    )
    op.create_table(
        "activity_total",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_total_pkey")),
        sa.UniqueConstraint("tenant_id", "from_on", name="activity_total_tenant_id_from_on_key"),
        schema="tenant",
    )
    op.create_table(
        "region_total",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="region_total_institution_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("region_total_pkey")),
        schema="oversight",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("region_total", schema="oversight")
    op.drop_table("activity_total", schema="tenant")
    op.drop_table("activity_plan", schema="tenant")
    op.drop_table("activity_photo", schema="tenant")
    op.drop_table("activity_effect", schema="tenant")
    op.drop_table("activity", schema="tenant")
