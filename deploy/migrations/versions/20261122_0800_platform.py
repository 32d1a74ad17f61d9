"""The platform: regions, editions, sites, accounts, operations; who may read and write which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0800"
down_revision = None
branch_labels = None
depends_on = None

OWN = "nullif(current_setting('app.account_id', true), '')::uuid"
HERE = "nullif(current_setting('app.tenant_id', true), '')::uuid"
ROOM_ROLES = "'site_head', 'counsellor', 'site_worker', 'volunteer'"
LINK = "token_hash, issued_at, expires_at, used_at"
ABOUT_ONESELF = "name, email, phone_lookup, phone_hint, password_hash, totp_sealed, locale"
TABLES = (
    "account",
    "edition",
    "heartbeat",
    "idempotency_key",
    "institution",
    "operation",
    "region",
    "throttle",
    "tick",
    "account_activity",
    "account_session",
    "edition_definition",
    "invitation",
    "operation_item",
    "recovery_code",
    "register_import",
    "site",
    "site_draft",
    "membership",
    "site_event",
    "site_intake",
)
GIVEN = ("edition", "edition_definition", "heartbeat", "tick")
LASTING = ("institution", "site_event")
WALLED = (
    "account",
    "account_activity",
    "account_session",
    "idempotency_key",
    "invitation",
    "membership",
    "recovery_code",
)
GRANTS = (
    *(f"ALTER TABLE platform.{table} OWNER TO huakai_owner" for table in TABLES),
    "GRANT SELECT ON platform.alembic_version TO huakai_tenant, huakai_oversight, huakai_worker",
    # Room pages: read what they need, write the rows of the person who is signed in.
    "GRANT SELECT ON platform.institution, platform.region, platform.edition, platform.edition_definition,"
    " platform.site, platform.account, platform.account_activity, platform.membership, platform.invitation,"
    " platform.account_session, platform.recovery_code, platform.throttle, platform.idempotency_key,"
    " platform.heartbeat TO huakai_tenant",
    "GRANT INSERT, UPDATE ON platform.account_activity, platform.throttle, platform.idempotency_key TO huakai_tenant",
    f"GRANT INSERT, UPDATE ({ABOUT_ONESELF}) ON platform.account TO huakai_tenant",
    # Whose a device, a role or a link is never changes.
    "GRANT INSERT, UPDATE (seen_at, confirmed_at, revoked_at) ON platform.account_session TO huakai_tenant",
    "GRANT INSERT, UPDATE (post, valid_from, valid_until, ended_at) ON platform.membership TO huakai_tenant",
    f"GRANT INSERT, UPDATE ({LINK}) ON platform.invitation TO huakai_tenant",
    "GRANT INSERT, UPDATE, DELETE ON platform.recovery_code TO huakai_tenant",
    "GRANT DELETE ON platform.throttle TO huakai_tenant",
    # The console: the institution's own tables.
    # What was decided and what was published is not rewritten.
    *(f"GRANT SELECT ON platform.{table} TO huakai_oversight" for table in TABLES),
    *(f"GRANT INSERT ON platform.{table} TO huakai_oversight" for table in TABLES if table not in GIVEN),
    *(f"GRANT UPDATE ON platform.{table} TO huakai_oversight" for table in TABLES if table not in {*GIVEN, *LASTING}),
    "GRANT DELETE ON platform.site_draft, platform.recovery_code, platform.throttle, platform.register_import,"
    " platform.site_intake TO huakai_oversight",
    # Jobs: no secret of any account.
    "GRANT SELECT ON platform.institution, platform.region, platform.edition, platform.edition_definition,"
    " platform.site, platform.membership, platform.invitation, platform.operation, platform.operation_item,"
    " platform.site_intake, platform.site_event, platform.heartbeat, platform.tick TO huakai_worker",
    "GRANT SELECT (id, name, login_name, email, phone_lookup, phone_hint, person_lookup, locale, created_at,"
    " disabled_at) ON platform.account TO huakai_worker",
    "GRANT INSERT ON platform.account, platform.membership, platform.invitation, platform.site_event, platform.tick,"
    " platform.heartbeat TO huakai_worker",
    "GRANT UPDATE ON platform.site, platform.operation, platform.operation_item, platform.heartbeat TO huakai_worker",
    f"GRANT UPDATE ({LINK}) ON platform.invitation TO huakai_worker",
    "GRANT DELETE ON platform.site_intake, platform.tick, platform.idempotency_key, platform.throttle,"
    " platform.heartbeat, platform.account_session TO huakai_worker",
    "GRANT SELECT (created_at) ON platform.idempotency_key TO huakai_worker",
    "GRANT SELECT (expires_at) ON platform.account_session TO huakai_worker",
    "GRANT SELECT (since) ON platform.throttle TO huakai_worker",
    *(f"ALTER TABLE platform.{table} ENABLE ROW LEVEL SECURITY" for table in WALLED),
    *(
        f"CREATE POLICY platform_rows ON platform.{table} FOR ALL TO huakai_oversight USING (true) WITH CHECK (true)"
        for table in WALLED
    ),
    # A job opens rooms: it invites to the room it has entered, without a password, and never to the institution.
    *(
        f"CREATE POLICY job_reads ON platform.{table} FOR SELECT TO huakai_worker USING (true)"
        for table in ("account", "account_session", "idempotency_key", "invitation", "membership")
    ),
    *(
        f"CREATE POLICY job_clears ON platform.{table} FOR DELETE TO huakai_worker USING (true)"
        for table in ("account_session", "idempotency_key")
    ),
    "CREATE POLICY job_mails ON platform.invitation FOR UPDATE TO huakai_worker USING (true) WITH CHECK (true)",
    *(
        f"CREATE POLICY {name} ON platform.account FOR INSERT TO {role}"
        f" WITH CHECK (password_hash IS NULL AND totp_sealed IS NULL{more})"
        for name, role, more in (
            ("room_invites", "huakai_tenant", " AND person_lookup IS NULL"),
            ("job_invites", "huakai_worker", ""),
        )
    ),
    *(
        f"CREATE POLICY {name}_in ON platform.membership FOR INSERT TO {role}"
        f" WITH CHECK (site_id = {HERE} AND role IN ({ROOM_ROLES}))"
        for name, role in (("room_members", "huakai_tenant"), ("job_members", "huakai_worker"))
    ),
    *(
        f"CREATE POLICY {name}_in ON platform.invitation FOR INSERT TO {role} WITH CHECK (site_id = {HERE})"
        for name, role in (("room_invitations", "huakai_tenant"), ("job_invitations", "huakai_worker"))
    ),
    *(
        f"CREATE POLICY room_reads ON platform.{table} FOR SELECT TO huakai_tenant USING (true)"
        for table in ("account", "account_activity", "account_session", "invitation", "membership")
    ),
    "CREATE POLICY own_account ON platform.account FOR UPDATE TO huakai_tenant"
    f" USING (id = {OWN}) WITH CHECK (id = {OWN})",
    "CREATE POLICY room_members ON platform.membership FOR UPDATE TO huakai_tenant"
    f" USING (site_id = {HERE}) WITH CHECK (site_id = {HERE} AND role IN ({ROOM_ROLES}))",
    "CREATE POLICY room_invitations ON platform.invitation FOR UPDATE TO huakai_tenant"
    f" USING (site_id = {HERE} OR account_id = {OWN}) WITH CHECK (site_id = {HERE} OR account_id = {OWN})",
    # A device begins for the person who is proving who they are; any page of theirs moves `seen_at`.
    "CREATE POLICY own_sessions ON platform.account_session FOR INSERT TO huakai_tenant"
    f" WITH CHECK (account_id = {OWN})",
    "CREATE POLICY seen_sessions ON platform.account_session FOR UPDATE TO huakai_tenant"
    " USING (true) WITH CHECK (true)",
    *(
        f"CREATE POLICY own_{table} ON platform.{table} FOR ALL TO huakai_tenant"
        f" USING (account_id = {OWN}) WITH CHECK (account_id = {OWN})"
        for table in ("account_activity", "idempotency_key", "recovery_code")
    ),
)


def upgrade() -> None:
    op.execute("GRANT USAGE ON SCHEMA platform TO huakai_tenant, huakai_oversight, huakai_worker")
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
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("site_intake", schema="platform")
    op.drop_table("site_event", schema="platform")
    op.drop_table("membership", schema="platform")
    op.drop_table("site_draft", schema="platform")
    op.drop_table("site", schema="platform")
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
    op.execute("REVOKE USAGE ON SCHEMA platform FROM huakai_tenant, huakai_oversight, huakai_worker")
