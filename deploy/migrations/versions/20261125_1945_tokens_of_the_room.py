"""A room writes tokens for who is signed in, and for services that act in it; for nobody else."""

from alembic import op

revision = "20261125_1945"
down_revision = "20261125_1915"
branch_labels = None
depends_on = None

OWN = "nullif(current_setting('app.account_id', true), '')::uuid"
HERE = "nullif(current_setting('app.tenant_id', true), '')::uuid"
MEMBERSHIP = (
    "EXISTS (SELECT FROM platform.membership m WHERE m.id = api_token.membership_id"
    " AND m.account_id = api_token.account_id AND m.site_id IS NOT DISTINCT FROM api_token.site_id)"
)
SERVICE = (
    "EXISTS (SELECT FROM platform.account a WHERE a.id = api_token.account_id AND a.password_hash IS NULL"
    " AND a.login_name LIKE 'service-%')"
)


def upgrade() -> None:
    op.execute("DROP POLICY own_tokens ON platform.api_token")
    op.execute(
        "CREATE POLICY own_tokens ON platform.api_token FOR INSERT TO huakai_tenant WITH CHECK"
        f" ({MEMBERSHIP} AND ((kind = 'personal' AND account_id = {OWN})"
        f" OR (kind = 'service' AND site_id = {HERE} AND {SERVICE})))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY own_tokens ON platform.api_token")
    op.execute(
        "CREATE POLICY own_tokens ON platform.api_token FOR INSERT TO huakai_tenant"
        f" WITH CHECK (site_id = {HERE} OR account_id = {OWN})"
    )
