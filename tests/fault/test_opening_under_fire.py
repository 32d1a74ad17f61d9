"""319 sites are opened while workers, the poller, Valkey and PostgreSQL are killed at random."""

import random
from uuid import UUID

import pytest

from huakai_platform.kernel.config import Login
from huakai_platform.onboarding import importing, opening
from tests.fault.field import FAULTS, SEED, SITES, Field, broken, strike, wait_for_the_end
from tests.support.lookups import REGISTER

INVARIANTS = {
    "sites not open": "SELECT count(*) FROM platform.site WHERE state <> 'open' OR edition_id IS NULL",
    "sites not opened exactly once": "SELECT count(*) FROM (SELECT site_id FROM platform.site_event"
    " WHERE to_state = 'open' GROUP BY site_id HAVING count(*) <> 1) AS twice",
    "opening events missing": f"SELECT {SITES} - count(*) FROM platform.site_event WHERE to_state = 'open'",
    "sites without exactly one key": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM confidential.data_key k WHERE k.tenant_id = s.id) <> 1",
    "sites without spaces": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM tenant.space p WHERE p.tenant_id = s.id)",
    "sites without exactly two members": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM platform.membership m WHERE m.site_id = s.id) <> 2",
    "members without exactly one invitation": "SELECT count(*) FROM platform.membership m WHERE"
    " (SELECT count(*) FROM platform.invitation i WHERE i.account_id = m.account_id) <> 1",
    "sites without first checklists": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM tenant.checklist_run r WHERE r.tenant_id = s.id)",
    "sites whose sealed numbers are not two": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM confidential.contact c WHERE c.tenant_id = s.id) <> 2",
    "sites without facts": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM oversight.site_fact f WHERE f.tenant_id = s.id AND f.metrics ->> 'state_open' = '1')",
    "names and numbers left behind": "SELECT count(*) FROM platform.site_intake",
    "national sum off": f"SELECT {SITES} - coalesce(max((metrics ->> 'state_open')::int), 0)"
    " FROM oversight.region_rollup WHERE level = 'country'",
}


@pytest.mark.fault
def test_each_site_is_open_exactly_once_after_any_faults(field: Field) -> None:
    dice = random.Random(SEED)
    operation_id = ask_for_all(field)
    field.supervisor.start()

    struck = [strike(field, dice) for _number in range(FAULTS)]
    ended = wait_for_the_end(field, operation_id)

    assert len(struck) == FAULTS
    assert (ended.done, ended.failed, ended.total) == (SITES, 0, SITES)
    assert broken(field, INVARIANTS) == {}


def ask_for_all(field: Field) -> UUID:
    with field.databases.session(Login.OVERSIGHT) as session:
        kept = importing.check(session, field.actor, "register.xlsx", REGISTER.read_bytes())
        importing.apply(session, field.actor, kept.id)
    with field.databases.session(Login.OVERSIGHT) as session:
        return opening.start(session, field.actor, opening.candidates(session, field.actor)).id
