"""Find the item of a site in its operation by key, not among all items of the operation."""

from alembic import op

revision = "20261125_1915"
down_revision = "20261125_1900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("operation_item_site_id_idx", "operation_item", schema="platform")
    op.create_index("operation_item_site_id_idx", "operation_item", ["site_id", "operation_id"], schema="platform")


def downgrade() -> None:
    op.drop_index("operation_item_site_id_idx", "operation_item", schema="platform")
    op.create_index("operation_item_site_id_idx", "operation_item", ["site_id"], schema="platform")
