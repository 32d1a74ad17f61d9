"""Jobs free the numbers and addresses of whose last role has ended: they empty them, and write nothing else."""

from alembic import op

revision = "20261130_1840"
down_revision = "20261130_1800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT UPDATE (email, phone_lookup) ON platform.account TO huakai_worker")
    op.execute(
        "CREATE POLICY job_frees ON platform.account FOR UPDATE TO huakai_worker"
        " USING (email IS NOT NULL OR phone_lookup IS NOT NULL) WITH CHECK (email IS NULL AND phone_lookup IS NULL)"
    )


def downgrade() -> None:
    op.execute("DROP POLICY job_frees ON platform.account")
    op.execute("REVOKE UPDATE (email, phone_lookup) ON platform.account FROM huakai_worker")
