"""Regions' numbers as sums of their sites' and children's, drained bottom up from the marks that changes leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import RegionStuck
from huakai_platform.oversight.models import DirtyRegion, RegionRollup
from huakai_platform.regions.service import COUNTRY, LEVELS

MOST = 2000
LOCK = 0x4855414B4149
"""Only one folds at a time; who finds it taken leaves the marks to the other."""

Difference = Row[str, Any, Any]


def fold(session: Session, *, most: int = MOST) -> int:
    """Recompute about `most` marked regions, deepest first, and mark what is above them; how many were folded.

    What is marked is read in the snapshot that reads the facts, so a mark is never taken without its fact; undone with
    the transaction, it is marked as before. Call again, in a new transaction, until it says 0.
    """
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
        return 0
    folded = 0
    while folded < most and (done := _fold_deepest(session, most - folded)):
        folded += done
    return folded


def rebuild(session: Session, month: date) -> int:
    """Compute a month anew from the facts alone; how many regions have numbers."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    session.execute(delete(RegionRollup).where(RegionRollup.month == month))
    session.execute(_MARK_ALL, {"month": month, "now": clock.now()})
    folded = 0
    while done := _fold_deepest(session, MOST):
        folded += done
    return folded


def check(session: Session, month: date) -> Sequence[Difference]:
    """Regions whose rollup is not the sum of the facts below it, with both; what waits to be folded is left out."""
    return session.execute(_DIFFERENCES, {"month": month}).all()


@dataclass(frozen=True)
class Glance:
    """What can be said of the rollups without looking at any site."""

    waiting: int
    since: datetime | None
    agrees: bool
    """Whether the country is the sum of what lies below it; not asked while something waits."""


def glance(session: Session, month: date) -> Glance:
    """Whether the rollups are up to date, in one statement whatever the number of sites."""
    row = session.execute(_GLANCE, {"month": month, "country": COUNTRY}).one()
    return Glance(row.waiting, row.since, bool(row.waiting) or row.country == row.below)


def waiting(session: Session) -> bool:
    """Whether anything is marked."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM oversight.dirty_region)")))


def fold_one(session: Session, region_code: str, month: date) -> None:
    """Sum up one region again that could not be summed up with the others, and mark what is above it."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    session.add(DirtyRegion(region_code=region_code, month=month, marked_at=clock.now()))
    session.flush()
    _fold_marked(session, 1, (region_code, month))


def _fold_deepest(session: Session, most: int) -> int:
    try:
        with session.begin_nested():
            return _fold_marked(session, most)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return _fold_apart(session, most)


def _fold_apart(session: Session, most: int) -> int:
    """Each of the deepest regions under a savepoint: one that cannot be summed up loses its mark and goes into the
    queue, where it is tried again, shown with its reason and given up."""
    marked = session.execute(_DEEPEST, {"levels": list(LEVELS), "most": most}).all()
    for region_code, month in marked:
        try:
            with session.begin_nested():
                _fold_marked(session, 1, (region_code, month))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            unmarked = DirtyRegion.region_code == region_code, DirtyRegion.month == month
            session.execute(delete(DirtyRegion).where(*unmarked))
            stuck = RegionStuck(region_code, month.isoformat())
            outbox.ask_again(session, stuck, dedup=f"stuck:{region_code}:{month}")
    return len(marked)


def _fold_marked(session: Session, most: int, only: tuple[str, date] | None = None) -> int:
    code, month = only or (None, None)
    arguments = {"levels": list(LEVELS), "most": most, "now": clock.now(), "code": code, "month": month}
    return session.scalar(_FOLD, arguments) or 0


_DEEPEST = text(
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
# OFFSET 0 keeps what is below a region an index look-up of that region: joined as a whole, the planner reads the facts
# of every site and month of the country to sum up a handful of townships.
_FOLD = text(
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
    ), below AS (
        SELECT region_code, month, metrics FROM counted
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

_MARK_ALL = text(
    """
    INSERT INTO oversight.dirty_region (region_code, month, id, marked_at)
    SELECT DISTINCT region_code, month, gen_random_uuid(), CAST(:now AS timestamptz)
    FROM (SELECT DISTINCT region_code, month FROM oversight.site_fact WHERE month = :month) AS known
    """
)

_GLANCE = text(
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

_DIFFERENCES = text(
    """
    WITH summed AS (
        SELECT above.code AS region_code, number.key, sum(CAST(number.value AS bigint)) AS value
        FROM oversight.site_fact AS fact
        JOIN platform.region ON region.code = fact.region_code
        CROSS JOIN LATERAL unnest(region.ancestors) AS above (code)
        CROSS JOIN LATERAL jsonb_each_text(fact.metrics) AS number
        WHERE fact.month = :month
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
