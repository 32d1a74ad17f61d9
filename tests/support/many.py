"""A country full of generated sites with their facts, standings and operations: one statement a table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import rollups
from huakai_platform.regions.present import PRESENT
from tests.support.make import Make

TABLES = """
    platform.operation_item, oversight.site_fact, oversight.region_rollup, oversight.dirty_region,
    oversight.compliance_standing, oversight.drift_standing
"""
SITES = text(
    """
    INSERT INTO platform.site (id, institution_id, code, natural_key, name, kind, tier, region_code, place_code,
        community, ancestors, grams, state, ownership, area, operating_since, edition_id, created_at, opened_at)
    SELECT gen_random_uuid(), :institution, 'GN-' || lpad(one.n::text, 6, '0'), 'generated|' || one.n, called.name,
           CASE WHEN one.n % 19 = 0 THEN 'center' ELSE 'room' END, 'T' || 1 + one.n % 3, place.code, place.code,
           '第' || one.n || '社区', place.ancestors,
           ARRAY(SELECT substr(called.name, k, 2) FROM generate_series(1, length(called.name) - 1) AS k),
           CASE WHEN one.n % 10 < 8 THEN 'open' WHEN one.n % 10 = 8 THEN 'approved' ELSE 'suspended' END,
           CASE WHEN one.n % 3 = 0 THEN 'self_built' WHEN one.n % 3 = 1 THEN 'demonstration' END,
           CASE WHEN one.n % 7 > 0 THEN 40 + one.n % 200 END,
           CASE WHEN one.n % 11 > 0 THEN DATE '2015-01-01' + one.n % 3000 END, :edition, now(), now()
    FROM generate_series(1, :sites) AS one (n)
    JOIN (SELECT code, ancestors, row_number() OVER (ORDER BY code) - 1 AS n, count(*) OVER () AS every
          FROM platform.region WHERE level = 'township') AS place ON place.n = one.n * 7919 % place.every
    CROSS JOIN LATERAL (SELECT '第' || one.n || '社区心理咨询室' AS name) AS called
    """
)
FACTS = text(
    """
    INSERT INTO oversight.site_fact (tenant_id, month, region_code, metrics, computed_at)
    SELECT id, :month, region_code, jsonb_build_object('sites', 1, 'rooms', 1, 'state_' || state, 1,
               'checklists_due', 24, 'checklists_done', 20, 'checklists_overdue', 2, 'core_failures', 1), now()
    FROM platform.site WHERE code LIKE 'GN-%'
    """
)
SCORES = text(
    """
    INSERT INTO oversight.compliance_standing (tenant_id, region_code, edition_id, as_of, age_set, points, possible,
        percent, grade, capped, failed_core, risk, risks, computed_at)
    SELECT id, region_code, :edition, current_date, (ARRAY['A', 'B', 'C'])[1 + number % 3], 20, 27,
           CASE WHEN number % 6 > 0 THEN 50 + number % 50 END,
           (ARRAY['excellent', 'good', 'qualified', 'unqualified'])[nullif(number % 5, 0)], false,
           '[]', number * 37 % 101, '{}', now()
    FROM (SELECT *, CAST(substr(code, 4) AS integer) AS number FROM platform.site WHERE code LIKE 'GN-%') AS site
    WHERE state IN ('open', 'suspended')
    """
)
DEPARTURES = text(
    """
    INSERT INTO oversight.drift_standing (tenant_id, region_code, edition_id, as_of, conforming, allowed, waived,
        unexplained, core, findings, computed_at)
    SELECT id, region_code, :edition, current_date, 30, number % 3, CAST(number % 400 = 0 AS integer), number % 9,
           CAST(number % 4 = 0 AS integer), CASE WHEN number % 400 = 0
               THEN CAST('[{"kind": "space", "code": "S1", "class": "waived", "wrong": "missing", "core": false,
                            "since": "2026-01-01"}]' AS jsonb) ELSE '[]' END, now()
    FROM (SELECT *, CAST(substr(code, 4) AS integer) AS number FROM platform.site WHERE code LIKE 'GN-%') AS site
    WHERE state IN ('open', 'suspended')
    """
)
OPERATIONS = text(
    """
    INSERT INTO platform.operation (id, kind, title, total, params, created_at, told_at, institution_id, ancestors,
        done, failed, cancelled)
    SELECT gen_random_uuid(), 'recount', '重新计算', :items, '{}', now() - make_interval(days => CAST(n AS integer)),
           now(), :institution, ARRAY['000000000000'], :items, 0, 0
    FROM generate_series(1, :operations) AS n
    """
)
ITEMS = text(
    """
    INSERT INTO platform.operation_item (operation_id, position, site_id, label, state, ended_at)
    SELECT operation.id, site.n, site.id, site.name, 'done', now()
    FROM platform.operation
    CROSS JOIN (SELECT id, name, row_number() OVER (ORDER BY code) AS n FROM platform.site WHERE code LIKE 'GN-%'
                ORDER BY code LIMIT :items) AS site
    """
)
ROLLED = "oversight.site_fact, oversight.region_rollup, oversight.compliance_standing, oversight.drift_standing"


def settle(databases: Databases, urls: Urls, make: Make, sites: int, *, operations: int = 50) -> None:
    """Let the country have so many sites of the institution, and nothing of an earlier number."""
    about: dict[str, Any] = {"institution": make.institution().id, "edition": make.site(state="closed").edition_id}
    about |= {"sites": sites, "month": clock.month(clock.today()), "operations": operations, "items": sites // 5}
    engine = create_engine(urls.login("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _empty(connection)
        for statement in (SITES, FACTS, SCORES, DEPARTURES, OPERATIONS, ITEMS):
            connection.execute(statement, {name: about[name] for name in statement._bindparams})
    for month in (about["month"], PRESENT):
        with databases.session(Login.WORKER) as session:
            rollups.rebuild(session, month)
    with engine.connect() as connection:
        connection.execute(
            text("SET default_statistics_target = 10000")
        )  # every row is looked at, so plans are the same
        connection.execute(text(f"VACUUM ANALYZE platform.site, platform.operation, platform.operation_item, {ROLLED}"))
    engine.dispose()


def _empty(connection: Connection) -> None:
    connection.execute(text(f"TRUNCATE {TABLES}"))
    connection.execute(text("DELETE FROM platform.operation WHERE title = '重新计算'"))
    connection.execute(text("DELETE FROM platform.site WHERE code LIKE 'GN-%'"))


@contextmanager
def explained(engine: Engine) -> Iterator[dict[str, str]]:
    """The plan of each reading statement that the engine runs, by its text."""
    plans: dict[str, str] = {}

    def look(_connection: object, cursor: Any, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and statement not in plans:
            plans[statement] = ""
            rows = cursor.connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
            plans[statement] = "\n".join(row[0] for row in rows)

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", look)


def read_through(plans: dict[str, str], table: str = "site") -> list[str]:
    """The statements whose plan reads all of a table."""
    whole = re.compile(rf"Seq Scan on {table}\b")
    return [statement for statement, plan in plans.items() if whole.search(plan)]
