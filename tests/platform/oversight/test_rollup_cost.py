"""Summing up a township costs what lies in it, however many sites the country has."""

from typing import Any

from sqlalchemy import create_engine, text

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import rollup_sql, rollups
from huakai_platform.regions.service import LEVELS
from tests.support.days import this_month

FACTS = text(
    """
    INSERT INTO oversight.site_fact (tenant_id, month, region_code, metrics, computed_at)
    SELECT gen_random_uuid(), :month, code, CAST('{"sites": 1, "state_open": 1}' AS jsonb), now()
    FROM platform.region CROSS JOIN generate_series(1, 20) WHERE level = 'township'
    """
)
MARK = text(
    """
    INSERT INTO oversight.dirty_region (region_code, month, id, marked_at)
    SELECT code, :month, gen_random_uuid(), now() FROM platform.region WHERE level = 'township' LIMIT 3
    """
)


def test_folding_reads_the_marked_regions_by_index(databases: Databases, urls: Urls) -> None:
    month = this_month()
    engine = create_engine(urls.login("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (FACTS, MARK):
            connection.execute(statement, {"month": month})
        connection.execute(text("VACUUM ANALYZE oversight.site_fact, oversight.dirty_region"))
    engine.dispose()
    arguments: dict[str, Any] = {"levels": list(LEVELS), "most": 2000, "now": clock.now(), "code": None, "month": None}
    arguments |= rollups._AT_PRESENT
    with databases.session(Login.WORKER) as session:
        plan = session.execute(text(f"EXPLAIN {rollup_sql.FOLD.text}"), arguments).scalars().all()
    assert any("site_fact_region_code_idx" in line for line in plan), plan
    assert not any("Seq Scan on site_fact" in line for line in plan), plan
