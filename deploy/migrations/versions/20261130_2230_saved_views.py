"""What a person asks of a list again and again, kept under a name."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261130.py")

revision = "20261130_2230"
down_revision = "20261130_2100"
branch_labels = None
depends_on = None

CONSOLE = f"tenant_id = '00000000-0000-0000-0000-000000000000'::uuid AND {row_security.MINE}"
"""The console keeps its own under the nil tenant, which it must have entered."""


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="saved_view_account_id_fkey"),
        sa.ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="saved_view_institution_id_fkey"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("saved_view_pkey")),
        sa.UniqueConstraint("tenant_id", "list", "account_id", "name", name="saved_view_list_account_id_name_key"),
        schema="tenant",
    )
    for statement in row_security.build("tenant", "saved_view"):
        op.execute(statement)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON tenant.saved_view TO huakai_oversight")
    op.execute(
        f"CREATE POLICY console_rows ON tenant.saved_view FOR ALL TO huakai_oversight"
        f" USING ({CONSOLE}) WITH CHECK ({CONSOLE})"
    )


def downgrade() -> None:
    op.drop_table("saved_view", schema="tenant")
