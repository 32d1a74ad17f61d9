"""The sites, their drafts, events and intake, and who belongs to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0802"
down_revision = "20261122_0800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("place_code", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("ancestors", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("area", sa.Numeric(precision=8, scale=1), nullable=True),
        sa.Column("ownership", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("weekly_hours", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("operating_since", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("guided", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="site_edition_id_fkey"),
        sa.ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="site_institution_id_fkey"),
        sa.ForeignKeyConstraint(["region_code"], ["platform.region.code"], name="site_region_code_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("site_pkey")),
        sa.UniqueConstraint("institution_id", "code", name="site_institution_id_code_key"),
        sa.UniqueConstraint("institution_id", "natural_key", name="site_institution_id_natural_key_key"),
        schema="platform",
    )
    op.create_index(
        "site_ancestors_idx", "site", ["ancestors"], unique=False, schema="platform", postgresql_using="gin"
    )
    op.create_index("site_grams_idx", "site", ["grams"], unique=False, schema="platform", postgresql_using="gin")
    op.create_index("site_place_code_idx", "site", ["place_code"], unique=False, schema="platform")
    op.create_index("site_region_code_idx", "site", ["region_code", "id"], unique=False, schema="platform")
    op.create_index("site_state_idx", "site", ["state", "id"], unique=False, schema="platform")
    op.create_table(
        "site_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="site_draft_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("site_draft_pkey")),
        schema="platform",
    )
    op.create_index("site_draft_account_id_idx", "site_draft", ["account_id"], unique=False, schema="platform")
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="membership_account_id_fkey"),
        sa.ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="membership_institution_id_fkey"),
        sa.ForeignKeyConstraint(["region_code"], ["platform.region.code"], name="membership_region_code_fkey"),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="membership_site_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("membership_pkey")),
        schema="platform",
    )
    op.create_index("membership_account_id_idx", "membership", ["account_id"], unique=False, schema="platform")
    op.create_index("membership_site_id_idx", "membership", ["site_id"], unique=False, schema="platform")
    op.create_table(
        "site_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="site_event_site_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("site_event_pkey")),
        schema="platform",
    )
    op.create_index("site_event_site_id_idx", "site_event", ["site_id", "at"], unique=False, schema="platform")
    op.create_table(
        "site_intake",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("people", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="site_intake_site_id_fkey"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("site_intake_pkey")),
        schema="platform",
    )


def downgrade() -> None:
    op.drop_table("site_intake", schema="platform")
    op.drop_table("site_event", schema="platform")
    op.drop_table("membership", schema="platform")
    op.drop_table("site_draft", schema="platform")
    op.drop_table("site", schema="platform")
