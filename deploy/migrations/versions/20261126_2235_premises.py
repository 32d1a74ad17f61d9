"""What a space is for and shared with, its photographs, the equipment of a room, and the documents on its wall."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261126_2235"
down_revision = "20261126_2230"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

SPACE = (
    sa.Column("name", sa.Text(), nullable=True),
    sa.Column("counselling", sa.Boolean(), nullable=False, server_default="false"),
    sa.Column("guided_by", sa.Text(), nullable=True),
    sa.Column("shared_with", sa.Text(), nullable=True),
    sa.Column("shared_when", sa.Text(), nullable=True),
    sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
)
ITEM = (
    sa.Column("number", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=True),
    sa.Column("serial", sa.Text(), nullable=True),
    sa.Column("space_id", sa.Uuid(), nullable=True),
    sa.Column("quantity", sa.Integer(), nullable=False),
    sa.Column("bought_on", sa.Date(), nullable=True),
    sa.Column("price", sa.Numeric(12, 2), nullable=True),
    sa.Column("funds", sa.Text(), nullable=True),
    sa.Column("warranty_until", sa.Date(), nullable=True),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("faulty", sa.Boolean(), nullable=False),
    sa.Column("checked_on", sa.Date(), nullable=True),
    sa.Column("scrapped_on", sa.Date(), nullable=True),
    sa.Column("note", sa.Text(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
)
EVENT = (
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("deed", sa.Text(), nullable=False),
    sa.Column("held_on", sa.Date(), nullable=False),
    sa.Column("note", sa.Text(), nullable=True),
    sa.Column("says", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column("by", sa.Uuid(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
DOCUMENT = (
    sa.Column("code", sa.Text(), nullable=False),
    sa.Column("note", sa.Text(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
PHOTO = (
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("shows", sa.Uuid(), nullable=False),
    sa.Column("taken_on", sa.Date(), nullable=False),
    sa.Column("size", sa.Integer(), nullable=False),
    sa.Column("sha256", sa.Text(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("added_by", sa.Uuid(), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
)


def upgrade() -> None:
    for column in SPACE:
        op.add_column("space", column, schema="tenant")
    _table(
        "equipment_item",
        *ITEM,
        sa.UniqueConstraint("tenant_id", "number", name="equipment_item_tenant_id_number_key"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "space_id"],
            ["tenant.space.tenant_id", "tenant.space.id"],
            name="equipment_item_tenant_id_space_id_fkey",
        ),
    )
    _index("equipment_item_kind_idx", "equipment_item", "kind")
    _index("equipment_item_space_id_idx", "equipment_item", "space_id")
    _secure("equipment_item")
    _table(
        "equipment_event",
        *EVENT,
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["tenant.equipment_item.tenant_id", "tenant.equipment_item.id"],
            name="equipment_event_tenant_id_item_id_fkey",
        ),
    )
    _index("equipment_event_item_id_idx", "equipment_event", "item_id", "at")
    _secure("equipment_event", append_only=True)
    _table(
        "wall_document", *DOCUMENT, sa.UniqueConstraint("tenant_id", "code", name="wall_document_tenant_id_code_key")
    )
    _secure("wall_document")
    _table("premises_photo", *PHOTO)
    _index("premises_photo_shows_idx", "premises_photo", "shows", "taken_on")
    _secure("premises_photo")


def downgrade() -> None:
    for name in ("premises_photo", "wall_document", "equipment_event", "equipment_item"):
        op.drop_table(name, schema="tenant")
    for column in SPACE:
        op.drop_column("space", column.name, schema="tenant")


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"{name}_pkey")),
        schema="tenant",
    )


def _index(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, ["tenant_id", *columns], unique=False, schema="tenant")


def _secure(name: str, *, append_only: bool = False) -> None:
    for statement in row_security.build("tenant", name, readers=("huakai_oversight",), append_only=append_only):
        op.execute(statement)
