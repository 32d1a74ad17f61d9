"""The statements of the rollups: what is summed up, and what a full recount says."""

from sqlalchemy import text

DEEPEST = text(
    """
    WITH marked AS (
        SELECT DISTINCT dirty.region_code, dirty.month,
               array_position(CAST(:levels AS text[]), region.level) AS depth
        FROM oversight.dirty_region AS dirty JOIN platform.region ON region.code = dirty.region_code
    )
    SELECT region_code, month FROM marked WHERE depth = (SELECT max(depth) FROM marked)
    ORDER BY region_code, month LIMIT :most
    """
)

# All parts see one snapshot: marks that came later, with facts that came later, stay for the next time.
# A mark only ever rises to a higher level, so folding ends whatever the table of regions holds.
# What is so at present (`PRESENT` for the month) is no fact of a month: it is read from the sites and their standings.
# OFFSET 0 keeps what is below a region an index look-up of that region: joined as a whole, the planner reads the facts
# of every site and month of the country to sum up a handful of townships.
FOLD = text(
    """
    WITH marked AS (
        SELECT dirty.region_code, dirty.month, region.parent_code, region.level,
               array_position(CAST(:levels AS text[]), region.level) AS depth
        FROM (
            SELECT DISTINCT region_code, month FROM oversight.dirty_region
            WHERE CAST(:code AS text) IS NULL OR (region_code = :code AND month = CAST(:month AS date))
        ) AS dirty
        JOIN platform.region ON region.code = dirty.region_code
    ), batch AS MATERIALIZED (
        SELECT marked.*, rollup.parent_code AS former_parent
        FROM marked
        LEFT JOIN LATERAL (
            SELECT parent_code FROM oversight.region_rollup AS one
            WHERE one.region_code = marked.region_code AND one.month = marked.month OFFSET 0
        ) AS rollup ON true
        WHERE marked.depth = (SELECT max(depth) FROM marked)
        LIMIT :most
    ), taken AS (
        DELETE FROM oversight.dirty_region AS dirty USING batch
        WHERE dirty.region_code = batch.region_code AND dirty.month = batch.month
    ), counted AS MATERIALIZED (
        SELECT batch.region_code, batch.month, batch.level, fact.metrics, place.place_code
        FROM batch
        CROSS JOIN LATERAL (
            SELECT tenant_id, metrics FROM oversight.site_fact AS one
            WHERE one.region_code = batch.region_code AND one.month = batch.month OFFSET 0
        ) AS fact
        LEFT JOIN LATERAL (
            SELECT place_code FROM platform.site
            WHERE site.id = fact.tenant_id AND fact.metrics ->> 'state_open' = '1' OFFSET 0
        ) AS place ON true
    ), standing_now AS (
        SELECT batch.region_code, batch.month, one.metrics
        FROM batch
        CROSS JOIN LATERAL (
            SELECT jsonb_build_object('sites', 1, 'state_' || site.state, 1)
                   || CASE WHEN site.state = ANY(CAST(:working AS text[]))
                      THEN jsonb_build_object('grade_' || coalesce(standing.grade, 'none'), 1) ELSE '{}' END
                   || CASE WHEN site.state = ANY(CAST(:working AS text[])) AND standing.tenant_id IS NOT NULL
                      THEN jsonb_build_object('age_' || standing.age_set, 1, 'risk_' || CASE
                          WHEN standing.risk >= 60 THEN 'high' WHEN standing.risk >= 30 THEN 'middle' ELSE 'low' END, 1)
                      ELSE '{}' END
                   || CASE WHEN site.state = ANY(CAST(:working AS text[])) AND drift.tenant_id IS NOT NULL
                      THEN jsonb_build_object(
                          'drift_sites', 1, 'drift_conforming', drift.conforming, 'drift_allowed', drift.allowed,
                          'drift_waived', drift.waived, 'drift_unexplained', drift.unexplained,
                          'drift_core', drift.core)
                      ELSE '{}' END AS metrics
            FROM platform.site
            LEFT JOIN oversight.compliance_standing AS standing ON standing.tenant_id = site.id
            LEFT JOIN oversight.drift_standing AS drift ON drift.tenant_id = site.id
            WHERE site.region_code = batch.region_code OFFSET 0
        ) AS one
        WHERE batch.month = CAST(:present AS date)
    ), below AS (
        SELECT region_code, month, metrics FROM counted
        UNION ALL
        SELECT region_code, month, metrics FROM standing_now
        UNION ALL
        SELECT batch.region_code, batch.month, child.metrics
        FROM batch
        CROSS JOIN LATERAL (
            SELECT metrics FROM oversight.region_rollup AS one
            WHERE one.parent_code = batch.region_code AND one.month = batch.month OFFSET 0
        ) AS child
        UNION ALL
        SELECT region_code, month,
               jsonb_strip_nulls(jsonb_build_object(
                   'communities_open', nullif(
                       count(DISTINCT place_code) FILTER (WHERE place_code NOT LIKE '%000'), 0),
                   'townships_open', CASE level WHEN 'township' THEN 1 END))
        FROM counted
        WHERE place_code IS NOT NULL
        GROUP BY region_code, month, level
    ), summed AS (
        SELECT region_code, month, number.key, sum(CAST(number.value AS bigint)) AS value
        FROM below CROSS JOIN LATERAL jsonb_each_text(metrics) AS number
        GROUP BY region_code, month, number.key
    ), documents AS (
        SELECT region_code, month, jsonb_object_agg(key, value) AS metrics FROM summed GROUP BY region_code, month
    ), folded AS (
        INSERT INTO oversight.region_rollup AS rollup (region_code, month, parent_code, level, metrics, computed_at)
        SELECT batch.region_code, batch.month, batch.parent_code, batch.level,
               coalesce(documents.metrics, CAST('{}' AS jsonb)), CAST(:now AS timestamptz)
        FROM batch LEFT JOIN documents USING (region_code, month)
        ON CONFLICT (region_code, month) DO UPDATE
        SET parent_code = excluded.parent_code, level = excluded.level, metrics = excluded.metrics,
            computed_at = excluded.computed_at
    ), told AS (
        INSERT INTO oversight.dirty_region (region_code, month, id, marked_at)
        SELECT code, month, gen_random_uuid(), CAST(:now AS timestamptz)
        FROM (
            SELECT batch.parent_code AS code, batch.month
            FROM batch JOIN platform.region AS upper ON upper.code = batch.parent_code
            WHERE array_position(CAST(:levels AS text[]), upper.level) < batch.depth
            UNION
            SELECT former_parent, month FROM batch WHERE former_parent IS DISTINCT FROM parent_code
        ) AS above
        WHERE code IS NOT NULL
    )
    SELECT count(*) FROM batch
    """
)

MARK_ALL = text(
    """
    INSERT INTO oversight.dirty_region (region_code, month, id, marked_at)
    SELECT DISTINCT region_code, month, gen_random_uuid(), CAST(:now AS timestamptz)
    FROM (
        SELECT region_code, month FROM oversight.site_fact WHERE month = :month
        UNION ALL
        SELECT region_code, CAST(:month AS date) FROM platform.site WHERE CAST(:month AS date) = CAST(:present AS date)
    ) AS known
    """
)

GLANCE = text(
    """
    WITH marks AS (
        SELECT count(DISTINCT (region_code, month)) AS waiting, min(marked_at) AS since FROM oversight.dirty_region
    ), summed AS (
        SELECT number.key, sum(CAST(number.value AS bigint)) AS value
        FROM (
            SELECT metrics FROM oversight.region_rollup WHERE parent_code = :country AND month = :month
            UNION ALL
            SELECT metrics FROM oversight.site_fact WHERE region_code = :country AND month = :month
        ) AS part CROSS JOIN LATERAL jsonb_each_text(metrics) AS number
        GROUP BY number.key
    )
    SELECT marks.waiting, marks.since,
           coalesce((SELECT metrics FROM oversight.region_rollup WHERE region_code = :country AND month = :month),
                    CAST('{}' AS jsonb)) AS country,
           coalesce((SELECT jsonb_object_agg(key, value) FROM summed), CAST('{}' AS jsonb)) AS below
    FROM marks
    """
)

DIFFERENCES = text(
    """
    WITH told AS (
        SELECT region_code, metrics FROM oversight.site_fact WHERE month = :month
        UNION ALL
        SELECT site.region_code,
               jsonb_build_object('sites', 1, 'state_' || site.state, 1)
               || CASE WHEN site.state = ANY(CAST(:working AS text[]))
                  THEN jsonb_build_object('grade_' || coalesce(standing.grade, 'none'), 1) ELSE '{}' END
               || CASE WHEN site.state = ANY(CAST(:working AS text[])) AND standing.tenant_id IS NOT NULL
                  THEN jsonb_build_object('age_' || standing.age_set, 1, 'risk_' || CASE
                      WHEN standing.risk >= 60 THEN 'high' WHEN standing.risk >= 30 THEN 'middle' ELSE 'low' END, 1)
                  ELSE '{}' END
               || CASE WHEN site.state = ANY(CAST(:working AS text[])) AND drift.tenant_id IS NOT NULL
                  THEN jsonb_build_object(
                      'drift_sites', 1, 'drift_conforming', drift.conforming, 'drift_allowed', drift.allowed,
                      'drift_waived', drift.waived, 'drift_unexplained', drift.unexplained,
                          'drift_core', drift.core)
                  ELSE '{}' END AS metrics
        FROM platform.site
        LEFT JOIN oversight.compliance_standing AS standing ON standing.tenant_id = site.id
        LEFT JOIN oversight.drift_standing AS drift ON drift.tenant_id = site.id
        WHERE CAST(:month AS date) = CAST(:present AS date)
    ), summed AS (
        SELECT above.code AS region_code, number.key, sum(CAST(number.value AS bigint)) AS value
        FROM told
        JOIN platform.region ON region.code = told.region_code
        CROSS JOIN LATERAL unnest(region.ancestors) AS above (code)
        CROSS JOIN LATERAL jsonb_each_text(told.metrics) AS number
        GROUP BY above.code, number.key
    ), reached AS (
        SELECT region.ancestors, nullif(
                   count(DISTINCT site.place_code) FILTER (WHERE site.place_code NOT LIKE '%000'), 0) AS communities,
               CASE region.level WHEN 'township' THEN 1 END AS townships
        FROM oversight.site_fact AS fact
        JOIN platform.region ON region.code = fact.region_code
        JOIN platform.site ON site.id = fact.tenant_id
        WHERE fact.month = :month AND fact.metrics ->> 'state_open' = '1'
        GROUP BY region.code
    ), covered AS (
        SELECT above.code AS region_code, 'communities_open' AS key, sum(communities) AS value
        FROM reached CROSS JOIN LATERAL unnest(ancestors) AS above (code) GROUP BY above.code
        UNION ALL
        SELECT above.code, 'townships_open', sum(townships)
        FROM reached CROSS JOIN LATERAL unnest(ancestors) AS above (code) GROUP BY above.code
    ), expected AS (
        SELECT region_code, jsonb_object_agg(key, value) AS metrics
        FROM (SELECT * FROM summed UNION ALL SELECT * FROM covered WHERE value IS NOT NULL) AS every
        GROUP BY region_code
    ), stored AS (
        SELECT region_code, metrics FROM oversight.region_rollup WHERE month = :month
    ), behind AS (
        SELECT DISTINCT above.code
        FROM oversight.dirty_region AS dirty
        JOIN platform.region ON region.code = dirty.region_code
        CROSS JOIN LATERAL unnest(region.ancestors) AS above (code)
        WHERE dirty.month = :month
    )
    SELECT region_code, coalesce(expected.metrics, CAST('{}' AS jsonb)) AS expected,
           coalesce(stored.metrics, CAST('{}' AS jsonb)) AS stored
    FROM expected FULL JOIN stored USING (region_code)
    WHERE coalesce(expected.metrics, CAST('{}' AS jsonb)) <> coalesce(stored.metrics, CAST('{}' AS jsonb))
      AND region_code NOT IN (SELECT code FROM behind)
    ORDER BY region_code
    """
)
