"""The day from which a space is as it is."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_1530"
down_revision = "20261124_1815"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("space", sa.Column("surveyed_on", sa.Date(), nullable=True), schema="tenant")


def downgrade() -> None:
    op.drop_column("space", "surveyed_on", schema="tenant")
