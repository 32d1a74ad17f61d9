"""The platform's tables: regions, editions, accounts, operations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0800"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hint", sa.Text(), nullable=True),
        sa.Column("person_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="zh_CN", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("email", name="account_email_key"),
        sa.UniqueConstraint("login_name", name="account_login_name_key"),
        sa.UniqueConstraint("person_lookup", name="account_person_lookup_key"),
        sa.UniqueConstraint("phone_lookup", name="account_phone_lookup_key"),
        schema="platform",
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("edition_pkey")),
        sa.UniqueConstraint("number", name="edition_number_key"),
        schema="platform",
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doing", sa.Text(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("heartbeat_pkey")),
        schema="platform",
    )
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
    op.create_table(
        "institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("institution_pkey")),
        schema="platform",
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("operation_pkey")),
        schema="platform",
    )
    op.create_index("operation_created_at_idx", "operation", ["created_at"], unique=False, schema="platform")
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("ancestors", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["platform.region.code"], name="region_parent_code_fkey"),
        sa.ForeignKeyConstraint(["successor_code"], ["platform.region.code"], name="region_successor_code_fkey"),
        sa.PrimaryKeyConstraint("code", name=op.f("region_pkey")),
        schema="platform",
    )
    op.create_index("region_grams_idx", "region", ["grams"], unique=False, schema="platform", postgresql_using="gin")
    op.create_index(
        "region_ancestors_idx", "region", ["ancestors"], unique=False, schema="platform", postgresql_using="gin"
    )
    op.create_index("region_parent_code_idx", "region", ["parent_code", "code"], unique=False, schema="platform")
    op.create_index("region_name_idx", "region", ["name", "code"], unique=False, schema="platform")
    op.create_index("region_initials_idx", "region", ["initials", "code"], unique=False, schema="platform")
    op.create_table(
        "throttle",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("throttle_pkey")),
        schema="platform",
    )
    op.create_table(
        "tick",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("tick_pkey")),
        schema="platform",
    )
    op.create_table(
        "account_activity",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_address", sa.Text(), nullable=True),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before_address", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="account_activity_account_id_fkey"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("account_activity_pkey")),
        schema="platform",
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="account_session_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("account_session_pkey")),
        sa.UniqueConstraint("token_hash", name="account_session_token_hash_key"),
        schema="platform",
    )
    op.create_index(
        "account_session_account_id_idx", "account_session", ["account_id"], unique=False, schema="platform"
    )
    op.create_table(
        "edition_definition",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_definition_edition_id_fkey"),
        sa.PrimaryKeyConstraint("edition_id", "kind", "code", name=op.f("edition_definition_pkey")),
        schema="platform",
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="invitation_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("invitation_pkey")),
        sa.UniqueConstraint("token_hash", name="invitation_token_hash_key"),
        schema="platform",
    )
    op.create_index("invitation_account_id_idx", "invitation", ["account_id"], unique=False, schema="platform")
    op.create_table(
        "operation_item",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operation_id"], ["platform.operation.id"], name="operation_item_operation_id_fkey"),
        sa.PrimaryKeyConstraint("operation_id", "position", name=op.f("operation_item_pkey")),
        schema="platform",
    )
    op.create_index(
        "operation_item_state_idx", "operation_item", ["operation_id", "state"], unique=False, schema="platform"
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="recovery_code_account_id_fkey"),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("recovery_code_pkey")),
        schema="platform",
    )
    op.create_table(
        "register_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("overrides", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="register_import_institution_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("register_import_pkey")),
        schema="platform",
    )


def downgrade() -> None:
    op.drop_table("register_import", schema="platform")
    op.drop_table("recovery_code", schema="platform")
    op.drop_table("operation_item", schema="platform")
    op.drop_table("invitation", schema="platform")
    op.drop_table("edition_definition", schema="platform")
    op.drop_table("account_session", schema="platform")
    op.drop_table("account_activity", schema="platform")
    op.drop_table("tick", schema="platform")
    op.drop_table("throttle", schema="platform")
    op.drop_table("region", schema="platform")
    op.drop_table("operation", schema="platform")
    op.drop_table("institution", schema="platform")
    op.drop_table("idempotency_key", schema="platform")
    op.drop_table("heartbeat", schema="platform")
    op.drop_table("edition", schema="platform")
    op.drop_table("account", schema="platform")
