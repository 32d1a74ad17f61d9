"""Who may read and write which of the platform's tables, and which rows of a person's own."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0805"
down_revision = "20261122_0802"
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
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    policies = sa.text("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'platform'")
    for table, policy in op.get_bind().execute(policies).all():
        op.execute(f"DROP POLICY {policy} ON platform.{table}")
    for table in WALLED:
        op.execute(f"ALTER TABLE platform.{table} DISABLE ROW LEVEL SECURITY")
    for table in (*TABLES, "alembic_version"):
        op.execute(f"REVOKE ALL ON platform.{table} FROM huakai_tenant, huakai_oversight, huakai_worker")
    op.execute("REVOKE USAGE ON SCHEMA platform FROM huakai_tenant, huakai_oversight, huakai_worker")
