"""Releases of an edition, pins, and what a room was told of its standard."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from alembic.util import load_python_file
from sqlalchemy.dialects import postgresql

revision = "20261126_2250"
down_revision = "20261126_2235"
branch_labels = None
depends_on = None

row_security = load_python_file(Path(__file__).parents[1], "row_security_20261122.py")

TABLES = ("edition_release", "edition_release_wave", "edition_release_site", "edition_pin")
REACHED = "state, trial, from_edition_id, before, after, error, moved_at, confirmed_at"
GRANTS = (
    *(f"ALTER TABLE platform.{table} OWNER TO huakai_owner" for table in TABLES),
    *(f"GRANT SELECT ON platform.{table} TO huakai_oversight, huakai_worker" for table in TABLES),
    *(f"GRANT INSERT, UPDATE ON platform.{table} TO huakai_oversight" for table in TABLES),
    "GRANT DELETE ON platform.edition_release_site TO huakai_oversight",
    "GRANT UPDATE (state, stopped_why) ON platform.edition_release TO huakai_worker",
    f"GRANT UPDATE ({REACHED}) ON platform.edition_release_site TO huakai_worker",
)


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _releases()
    _waves()
    _sites()
    _pins()
    for statement in GRANTS:
        op.execute(statement)
    _changes()
    for statement in row_security.build("tenant", "edition_change", readers=("huakai_oversight",)):
        op.execute(statement)


def _releases() -> None:
    op.create_table(
        "edition_release",
        _id("id"),
        _id("institution_id"),
        _id("edition_id"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("act_by", sa.Date(), nullable=True),
        sa.Column("most_failures", sa.Integer(), nullable=True),
        sa.Column("most_drop", sa.Numeric(5, 2), nullable=True),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stopped_why", sa.Text(), nullable=True),
        _id("check_id", nullable=True),
        _id("created_by"),
        _at("created_at"),
        _id("launched_by", nullable=True),
        _at("launched_at", nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_release_edition_id_fkey"),
        sa.ForeignKeyConstraint(["check_id"], ["platform.operation.id"], name="edition_release_check_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("edition_release_pkey")),
        schema="platform",
    )
    op.create_index(
        "edition_release_institution_id_idx", "edition_release", ["institution_id", "created_at"], schema="platform"
    )


def _waves() -> None:
    op.create_table(
        "edition_release_wave",
        _id("release_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        _id("operation_id", nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["platform.edition_release.id"], name="edition_release_wave_release_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["platform.operation.id"], name="edition_release_wave_operation_id_fkey"
        ),
        sa.PrimaryKeyConstraint("release_id", "number", name=op.f("edition_release_wave_pkey")),
        schema="platform",
    )


def _sites() -> None:
    op.create_table(
        "edition_release_site",
        _id("release_id"),
        _id("site_id"),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("trial", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        _id("from_edition_id", nullable=True),
        sa.Column("before", sa.Numeric(5, 2), nullable=True),
        sa.Column("after", sa.Numeric(5, 2), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        _at("moved_at", nullable=True),
        _at("confirmed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id", "wave"],
            ["platform.edition_release_wave.release_id", "platform.edition_release_wave.number"],
            name="edition_release_site_wave_fkey",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="edition_release_site_site_id_fkey"),
        sa.ForeignKeyConstraint(
            ["from_edition_id"], ["platform.edition.id"], name="edition_release_site_from_edition_id_fkey"
        ),
        sa.PrimaryKeyConstraint("release_id", "site_id", name=op.f("edition_release_site_pkey")),
        schema="platform",
    )
    op.create_index("edition_release_site_site_id_idx", "edition_release_site", ["site_id"], schema="platform")
    op.create_index(
        "edition_release_site_wave_idx", "edition_release_site", ["release_id", "wave", "state"], schema="platform"
    )


def _pins() -> None:
    op.create_table(
        "edition_pin",
        _id("id"),
        _id("site_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _id("created_by"),
        _at("created_at"),
        _id("ended_by", nullable=True),
        _at("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="edition_pin_site_id_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("edition_pin_pkey")),
        schema="platform",
    )
    op.create_index(
        "edition_pin_site_id_key",
        "edition_pin",
        ["site_id"],
        unique=True,
        schema="platform",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _changes() -> None:
    op.create_table(
        "edition_change",
        _id("tenant_id"),
        _id("id"),
        _id("release"),
        _id("from_edition_id"),
        _id("to_edition_id"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("act_by", sa.Date(), nullable=True),
        _at("changed_at"),
        _id("confirmed_by", nullable=True),
        _at("confirmed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["from_edition_id"], ["platform.edition.id"], name="edition_change_from_edition_id_fkey"
        ),
        sa.ForeignKeyConstraint(["to_edition_id"], ["platform.edition.id"], name="edition_change_to_edition_id_fkey"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("edition_change_pkey")),
        sa.UniqueConstraint("tenant_id", "release", "to_edition_id", name="edition_change_release_key"),
        schema="tenant",
    )
    op.create_index("edition_change_changed_at_idx", "edition_change", ["tenant_id", "changed_at"], schema="tenant")


def downgrade() -> None:
    op.drop_table("edition_change", schema="tenant")
    for table in ("edition_pin", "edition_release_site", "edition_release_wave", "edition_release"):
        op.drop_table(table, schema="platform")
