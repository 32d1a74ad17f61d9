"""Every policy names the tenant itself, for the restrictive one is not restrictive everywhere.

Citus makes the policies of a distributed table again on its shards, without RESTRICTIVE; OR-ed with `USING (true)` of
a login's own policy row security would let everything through.
"""

from collections.abc import Iterator

from alembic import op

revision = "20261130_1700"
down_revision = "20261127_0900"
branch_labels = None
depends_on = None

HERE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
NIL = "tenant_id = '00000000-0000-0000-0000-000000000000'::uuid"
READ_ABOVE = (
    *("attachment", "checklist_answer", "checklist_reopening", "checklist_run", "edition_change", "equipment_event"),
    *("equipment_item", "open_point", "point_entry", "point_file", "premises_photo", "qualification"),
    *("register_entry", "space", "staff_file", "staff_member", "training_record", "variation", "wall_document"),
)
"""Tables of `tenant` that the console reads, one room at a time."""
ROOMS_ONLY = ("activity", "activity_effect", "activity_photo", "activity_plan", "activity_total")
OWN = ("audit_entry", "audit_head", "notice", "outbox")
SEALED = ("contact", "data_key", "sealed_entry")
SEALED_FOR_ROOMS = ("sheet_import", "staff_contact")
SHOWN_TO_ROOMS = ("assessment", "compliance_standing", "drift_standing", "reported_head")
"""Tables of `oversight` that a room reads of itself."""
NIL_ONLY = (
    ("audit_entry", "console_writes", "WITH CHECK ({})"),
    ("audit_head", "console_begins", "WITH CHECK ({})"),
    ("audit_head", "console_grows", "USING ({0}) WITH CHECK ({0})"),
    ("notice", "console_rows", "USING ({0}) WITH CHECK ({0})"),
    ("outbox", "console_asks", "WITH CHECK ({})"),
    ("outbox", "console_reads", "USING ({})"),
)
"""What the console does under the nil tenant, which it must have entered."""


def upgrade() -> None:
    for policy in _open():
        op.execute(f"ALTER POLICY {policy.format(HERE)}")
    for table, name, body in NIL_ONLY:
        op.execute(f"ALTER POLICY {name} ON tenant.{table} {body.format(f'{NIL} AND {HERE}')}")


def downgrade() -> None:
    for table, name, body in NIL_ONLY:
        op.execute(f"ALTER POLICY {name} ON tenant.{table} {body.format(NIL)}")
    for policy in _open():
        op.execute(f"ALTER POLICY {policy.format('true')}")


def _open() -> Iterator[str]:
    """Every policy that left the tenant to the restrictive one, with a place for its condition."""
    read, write = "USING ({0})", "USING ({0}) WITH CHECK ({0})"
    rooms = [f"tenant.{table}" for table in (*READ_ABOVE, *ROOMS_ONLY, *OWN)]
    sealed = [f"confidential.{table}" for table in SEALED]
    for table in (*rooms, *sealed):
        for role in ("huakai_tenant", "huakai_worker"):
            yield f"{role}_rows ON {table} {write}"
    yield from (f"huakai_tenant_rows ON confidential.{table} {write}" for table in SEALED_FOR_ROOMS)
    yield from (f"huakai_oversight_rows ON tenant.{table} {read}" for table in READ_ABOVE)
    yield from (f"console_reads ON tenant.{table} {read}" for table in ("audit_entry", "audit_head"))
    yield from (f"huakai_tenant_rows ON oversight.{table} {read}" for table in SHOWN_TO_ROOMS)
    yield f"huakai_tenant_rows ON oversight.site_fact {write}"
