"""Counts of people that only jobs read, their releases, compliance and signed heads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_1815"
down_revision = "20261124_1810"
branch_labels = None
depends_on = None

HERE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
TENANTS_OWN = ("person_fact", "compliance_standing", "assessment", "reported_head")
TABLES = (*TENANTS_OWN, "figure_release", "released_figure", "signed_heads")
SHOWN_TO_ROOMS = ("compliance_standing", "assessment", "reported_head")
JOBS_WRITE = ("person_fact", "compliance_standing", "reported_head")
GRANTS = (
    *(f"ALTER TABLE oversight.{table} OWNER TO huakai_owner" for table in TABLES),
    # Counts of people: only jobs read them, and let them out as releases.
    "GRANT SELECT, INSERT, UPDATE ON oversight.person_fact, oversight.compliance_standing TO huakai_worker",
    "GRANT SELECT, INSERT ON oversight.figure_release, oversight.released_figure, oversight.reported_head,"
    " oversight.signed_heads TO huakai_worker",
    "GRANT SELECT ON oversight.figure_release, oversight.released_figure, oversight.compliance_standing,"
    " oversight.assessment, oversight.reported_head, oversight.signed_heads TO huakai_oversight",
    "GRANT INSERT ON oversight.assessment TO huakai_oversight",
    "GRANT SELECT ON oversight.compliance_standing, oversight.assessment, oversight.reported_head TO huakai_tenant",
    *(f"ALTER TABLE oversight.{table} ENABLE ROW LEVEL SECURITY" for table in TENANTS_OWN),
    *(f"ALTER TABLE oversight.{table} FORCE ROW LEVEL SECURITY" for table in TENANTS_OWN),
    *(
        f"CREATE POLICY tenant_wall ON oversight.{table} AS RESTRICTIVE FOR ALL TO huakai_tenant"
        f" USING ({HERE}) WITH CHECK ({HERE})"
        for table in SHOWN_TO_ROOMS
    ),
    *(
        f"CREATE POLICY huakai_tenant_rows ON oversight.{table} FOR SELECT TO huakai_tenant USING (true)"
        for table in SHOWN_TO_ROOMS
    ),
    *(
        f"CREATE POLICY console_reads ON oversight.{table} FOR SELECT TO huakai_oversight USING (true)"
        for table in ("compliance_standing", "assessment", "reported_head")
    ),
    f"CREATE POLICY console_seals ON oversight.assessment FOR INSERT TO huakai_oversight WITH CHECK ({HERE})",
    # A job writes of the tenant it has entered; releasing and signing read those of all.
    *(f"CREATE POLICY job_reads ON oversight.{table} FOR SELECT TO huakai_worker USING (true)" for table in JOBS_WRITE),
    *(
        f"CREATE POLICY job_inserts ON oversight.{table} FOR INSERT TO huakai_worker WITH CHECK ({HERE})"
        for table in JOBS_WRITE
    ),
    *(
        f"CREATE POLICY job_replaces ON oversight.{table} FOR UPDATE TO huakai_worker"
        f" USING ({HERE}) WITH CHECK ({HERE})"
        for table in ("person_fact", "compliance_standing")
    ),
)


def upgrade() -> None:
    op.create_table(
        "person_fact",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "month", name=op.f("person_fact_pkey")),
        schema="oversight",
    )
    op.create_table(
        "figure_release",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("figure_release_pkey")),
        schema="oversight",
    )
    op.create_table(
        "released_figure",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("month", "place", name=op.f("released_figure_pkey")),
        schema="oversight",
    )
    op.create_table(
        "compliance_standing",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("age_set", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("possible", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("failed_core", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("compliance_standing_pkey")),
        schema="oversight",
    )
    op.create_index(
        "compliance_standing_region_code_idx",
        "compliance_standing",
        ["region_code", "tenant_id"],
        unique=False,
        schema="oversight",
    )
    op.create_table(
        "assessment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("age_set", sa.Text(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_by", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("assessment_pkey")),
        schema="oversight",
    )
    op.create_index("assessment_tenant_id_idx", "assessment", ["tenant_id", "as_of"], unique=False, schema="oversight")
    op.create_table(
        "reported_head",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("reported_head_pkey")),
        schema="oversight",
    )
    op.create_index("reported_head_day_idx", "reported_head", ["day", "tenant_id"], unique=False, schema="oversight")
    op.create_table(
        "signed_heads",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("signed_heads_pkey")),
        schema="oversight",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("signed_heads", schema="oversight")
    op.drop_table("reported_head", schema="oversight")
    op.drop_table("assessment", schema="oversight")
    op.drop_table("compliance_standing", schema="oversight")
    op.drop_table("released_figure", schema="oversight")
    op.drop_table("figure_release", schema="oversight")
    op.drop_table("person_fact", schema="oversight")
