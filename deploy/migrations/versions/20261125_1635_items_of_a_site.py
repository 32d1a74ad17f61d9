"""Find what operations have done to one site."""

from alembic import op

revision = "20261125_1635"
down_revision = "20261125_1600"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("operation_item_site_id_idx", "operation_item", ["site_id"], unique=False, schema="platform")


def downgrade() -> None:
    op.drop_index("operation_item_site_id_idx", "operation_item", schema="platform")
