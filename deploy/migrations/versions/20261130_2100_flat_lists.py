"""Lists that stay flat: indices in their orders, the present in the rollups, operations that know their reach."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_2100"
down_revision = "20261130_1840"
branch_labels = None
depends_on = None

INDICES = (
    ("site_institution_id_name_idx", "platform", "site", ("institution_id", "name", "id")),
    ("site_institution_id_area_idx", "platform", "site", ("institution_id", "area", "id")),
    ("site_institution_id_operating_since_idx", "platform", "site", ("institution_id", "operating_since", "id")),
    ("site_institution_id_state_idx", "platform", "site", ("institution_id", "state", "code")),
    ("site_institution_id_kind_idx", "platform", "site", ("institution_id", "kind", "code")),
    ("site_institution_id_ownership_idx", "platform", "site", ("institution_id", "ownership", "code")),
    ("site_state_since_idx", "platform", "site", ("institution_id", "state", "state_since", "id")),
    ("compliance_standing_risk_idx", "oversight", "compliance_standing", ("risk", "tenant_id")),
    ("compliance_standing_percent_idx", "oversight", "compliance_standing", ("percent", "tenant_id")),
    ("compliance_standing_grade_idx", "oversight", "compliance_standing", ("grade", "risk", "tenant_id")),
    ("compliance_standing_age_set_idx", "oversight", "compliance_standing", ("age_set", "risk", "tenant_id")),
    ("drift_standing_core_idx", "oversight", "drift_standing", ("core", "unexplained", "tenant_id")),
    ("drift_standing_unexplained_idx", "oversight", "drift_standing", ("unexplained", "core", "tenant_id")),
    ("drift_standing_waived_idx", "oversight", "drift_standing", ("waived", "core", "tenant_id")),
    ("drift_standing_allowed_idx", "oversight", "drift_standing", ("allowed", "core", "tenant_id")),
    ("operation_institution_id_idx", "platform", "operation", ("institution_id", "created_at", "id")),
)
COVERING = (
    ("site_institution_id_tier_idx", ("institution_id", "tier", "code"), ("id", "state")),
    ("site_reach_idx", ("id",), ("institution_id", "state")),
)
COLUMNS = (
    ("institution_id", sa.Uuid()),
    ("ancestors", postgresql.ARRAY(sa.TEXT())),
    ("done", sa.Integer()),
    ("failed", sa.Integer()),
    ("cancelled", sa.Integer()),
)
OPERATIONS = """
    UPDATE platform.operation
    SET institution_id = known.institution_id, ancestors = known.ancestors,
        done = CASE WHEN operation.told_at IS NOT NULL THEN known.done END,
        failed = CASE WHEN operation.told_at IS NOT NULL THEN known.failed END,
        cancelled = CASE WHEN operation.told_at IS NOT NULL THEN known.cancelled END
    FROM (
        SELECT one.id,
               (SELECT CASE WHEN count(DISTINCT site.institution_id) = 1
                            THEN (array_agg(site.institution_id))[1] END
                FROM platform.operation_item AS item JOIN platform.site ON site.id = item.site_id
                WHERE item.operation_id = one.id) AS institution_id,
               (SELECT array_agg(code ORDER BY level) FROM (
                    SELECT above.code, min(above.level) AS level
                    FROM platform.operation_item AS item JOIN platform.site ON site.id = item.site_id
                    CROSS JOIN LATERAL unnest(site.ancestors) WITH ORDINALITY AS above (code, level)
                    WHERE item.operation_id = one.id
                    GROUP BY above.code
                    HAVING count(*) = (SELECT count(*) FROM platform.operation_item AS every
                                       JOIN platform.site AS there ON there.id = every.site_id
                                       WHERE every.operation_id = one.id)) AS shared) AS ancestors,
               (SELECT count(*) FROM platform.operation_item AS item
                WHERE item.operation_id = one.id AND item.state = 'done') AS done,
               (SELECT count(*) FROM platform.operation_item AS item
                WHERE item.operation_id = one.id AND item.state = 'failed') AS failed,
               (SELECT count(*) FROM platform.operation_item AS item
                WHERE item.operation_id = one.id AND item.state = 'cancelled') AS cancelled
        FROM platform.operation AS one
    ) AS known
    WHERE known.id = operation.id
"""
SINCE = """
    UPDATE platform.site
    SET state_since = coalesce((SELECT max(at) FROM platform.site_event WHERE site_id = site.id), site.created_at)
"""
PRESENT = """
    INSERT INTO oversight.region_rollup (region_code, month, parent_code, level, metrics, computed_at)
    SELECT region.code, DATE '0001-01-01', region.parent_code, region.level,
           jsonb_object_agg(summed.key, summed.value), now()
    FROM (
        SELECT above.code, number.key, sum(CAST(number.value AS bigint)) AS value
        FROM platform.site
        JOIN platform.region AS place ON place.code = site.region_code
        LEFT JOIN oversight.compliance_standing AS standing ON standing.tenant_id = site.id
        LEFT JOIN oversight.drift_standing AS drift ON drift.tenant_id = site.id
        CROSS JOIN LATERAL unnest(place.ancestors) AS above (code)
        CROSS JOIN LATERAL jsonb_each_text(
            jsonb_build_object('sites', 1, 'state_' || site.state, 1)
            || CASE WHEN site.state IN ('open', 'suspended', 'relocating')
               THEN jsonb_build_object('grade_' || coalesce(standing.grade, 'none'), 1) ELSE '{}' END
            || CASE WHEN site.state IN ('open', 'suspended', 'relocating') AND standing.tenant_id IS NOT NULL
               THEN jsonb_build_object('age_' || standing.age_set, 1, 'risk_' || CASE
                   WHEN standing.risk >= 60 THEN 'high' WHEN standing.risk >= 30 THEN 'middle' ELSE 'low' END, 1)
               ELSE '{}' END
            || CASE WHEN site.state IN ('open', 'suspended', 'relocating') AND drift.tenant_id IS NOT NULL
               THEN jsonb_build_object(
                   'drift_sites', 1, 'drift_conforming', drift.conforming, 'drift_allowed', drift.allowed,
                   'drift_waived', drift.waived, 'drift_unexplained', drift.unexplained, 'drift_core', drift.core)
               ELSE '{}' END
        ) AS number
        GROUP BY above.code, number.key
    ) AS summed
    JOIN platform.region ON region.code = summed.code
    GROUP BY region.code
"""


def upgrade() -> None:
    since = sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("site", since, schema="platform")
    op.execute(SINCE)
    for name, schema, of, columns in INDICES[:-1]:
        op.create_index(name, of, list(columns), unique=False, schema=schema)
    for name, columns, more in COVERING:
        op.create_index(name, "site", list(columns), unique=False, schema="platform", postgresql_include=list(more))
    op.create_index(
        "drift_standing_findings_idx",
        "drift_standing",
        ["findings"],
        unique=False,
        schema="oversight",
        postgresql_using="gin",
        postgresql_ops={"findings": "jsonb_path_ops"},
    )
    for column, kind in COLUMNS:
        op.add_column("operation", sa.Column(column, kind, nullable=True), schema="platform")
    op.execute(OPERATIONS)
    name, schema, of, columns = INDICES[-1]
    op.create_index(name, of, list(columns), unique=False, schema=schema)
    op.execute(PRESENT)


def downgrade() -> None:
    op.execute("DELETE FROM oversight.region_rollup WHERE month = DATE '0001-01-01'")
    op.execute("DELETE FROM oversight.dirty_region WHERE month = DATE '0001-01-01'")
    for name, schema, of, _columns in reversed(INDICES):
        op.drop_index(name, table_name=of, schema=schema)
    for name, _columns, _more in COVERING:
        op.drop_index(name, table_name="site", schema="platform")
    op.drop_index("drift_standing_findings_idx", table_name="drift_standing", schema="oversight")
    op.drop_column("site", "state_since", schema="platform")
    for column, _kind in reversed(COLUMNS):
        op.drop_column("operation", column, schema="platform")
