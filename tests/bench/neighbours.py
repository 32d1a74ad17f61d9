"""Sites by the thousand that are open already, written set by set: what a measured deed happens beside."""

from uuid import UUID

from sqlalchemy import create_engine, text

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import rollups

SITES = text(
    """
    INSERT INTO platform.site (id, institution_id, code, natural_key, name, kind, tier, region_code, place_code,
                               community, ancestors, grams, operating_since, state, edition_id, opened_at, created_at)
    SELECT gen_random_uuid(), :institution, 'N-' || n, place.code || '|room|n' || n, '邻近咨询室' || n, 'room', 'T1',
           place.code, left(place.code, 9) || (900 + n % 100), '社区' || n, place.ancestors,
           ARRAY['邻近', '近咨', 'n' || n], DATE '2020-01-01', 'open',
           (SELECT id FROM platform.edition ORDER BY number LIMIT 1), now(), now()
    FROM generate_series(1, :sites) AS site (n)
    JOIN (SELECT code, ancestors, row_number() OVER (ORDER BY code) - 1 AS at, count(*) OVER () AS every
          FROM platform.region WHERE level = 'township') AS place ON place.at = site.n * 7 % place.every
    """
)
FACTS = text(
    """
    INSERT INTO oversight.site_fact (tenant_id, month, region_code, metrics, computed_at)
    SELECT id, :month, region_code,
           jsonb_build_object('sites', 1, 'rooms', 1, 'centers', 0, 'state_open', 1, 'checklists_due', 24,
                              'checklists_done', 20, 'checklists_on_time', 18, 'checklists_overdue', 1), now()
    FROM platform.site WHERE state = 'open'
    """
)
RUNS = text(
    """
    INSERT INTO tenant.checklist_run (tenant_id, id, edition_id, code, period_start, due_on, created_at)
    SELECT id, gen_random_uuid(), edition_id, 'daily', day, day, now()
    FROM platform.site CROSS JOIN generate_series(1, 5) AS back (n)
    CROSS JOIN LATERAL (SELECT CAST(:today AS date) - back.n AS day) AS days WHERE state = 'open'
    """
)
PEOPLE = text(
    """
    WITH heads AS (
        INSERT INTO platform.account (id, name, login_name, created_at)
        SELECT gen_random_uuid(), '负责人' || site.code, site.code, now()
        FROM platform.site WHERE state = 'open' RETURNING id, login_name
    )
    INSERT INTO platform.membership (id, account_id, institution_id, role, site_id, created_at)
    SELECT gen_random_uuid(), heads.id, site.institution_id, 'site_head', site.id, now()
    FROM heads JOIN platform.site ON site.code = heads.login_name
    """
)
TOLD = text(
    """
    INSERT INTO tenant.outbox (tenant_id, id, dedup, topic, payload, created_at, next_at, done_at)
    SELECT id, gen_random_uuid(), 'day:' || CAST(:today AS text), 'DayBegan', '{}', now(), now(), now()
    FROM platform.site WHERE state = 'open'
    """
)


def settle(databases: Databases, urls: Urls, institution: UUID, sites: int) -> None:
    """So many open sites over the whole country, with numbers, a week of checklists, and today's drain enqueued."""
    engine = create_engine(urls.login("postgres"), isolation_level="AUTOCOMMIT")
    today = clock.today()
    with engine.connect() as connection:
        with connection.execution_options(isolation_level="READ COMMITTED").begin():
            connection.execute(SITES, {"institution": institution, "sites": sites})
            connection.execute(PEOPLE)
            connection.execute(FACTS, {"month": clock.month(today)})
            for statement in (RUNS, TOLD):
                connection.execute(statement, {"today": today})
        with databases.session(Login.WORKER) as session:
            rollups.rebuild(session, clock.month(today))
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
