"""What was decided, published or told of others is rewritten by no page."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases

NIL = "'00000000-0000-0000-0000-000000000000'"
DEEDS = {
    "an entry of a room's trail": (Login.TENANT, "UPDATE tenant.audit_entry SET actor_name = 'x'"),
    "a trail that is thrown away": (Login.TENANT, "DELETE FROM tenant.audit_entry"),
    "the platform's trail": (Login.OVERSIGHT, "UPDATE tenant.audit_entry SET detail = '{}'"),
    "a trail seen from above": (Login.OVERSIGHT, "DELETE FROM tenant.audit_entry"),
    "a job's trail": (Login.WORKER, "UPDATE tenant.audit_entry SET seq = 1"),
    "a job's tail": (Login.WORKER, "DELETE FROM tenant.audit_entry"),
    "the end of a chain": (Login.TENANT, "DELETE FROM tenant.audit_head"),
    "the end of any chain": (Login.WORKER, "DELETE FROM tenant.audit_head"),
    "what was reported": (Login.WORKER, "UPDATE oversight.reported_head SET seq = 1"),
    "a report in between": (Login.TENANT, f"INSERT INTO oversight.reported_head VALUES ({NIL}, now(), 1, '', now())"),
    "what was signed": (Login.WORKER, "UPDATE oversight.signed_heads SET signature = ''"),
    "a signature from above": (Login.OVERSIGHT, "DELETE FROM oversight.signed_heads"),
    "a site's history": (Login.OVERSIGHT, "UPDATE platform.site_event SET reason = 'another'"),
    "the standard": (Login.OVERSIGHT, "UPDATE platform.edition_definition SET body = '{}'"),
    "another edition": (Login.OVERSIGHT, "DELETE FROM platform.edition"),
    "a worker that lives": (Login.TENANT, "UPDATE platform.heartbeat SET seen_at = now()"),
    "the clock's slots": (Login.OVERSIGHT, "INSERT INTO platform.tick VALUES ('day', now())"),
    "a disabled account": (Login.TENANT, "UPDATE platform.account SET disabled_at = NULL"),
    "who somebody is elsewhere": (Login.TENANT, "UPDATE platform.account SET person_lookup = 'x'"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_it_stays_as_it_was(databases: Databases, deed: str) -> None:
    login, statement = DEEDS[deed]
    with databases.session(login) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))
