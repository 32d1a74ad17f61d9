"""What was decided, published or told of others is rewritten by no page."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases

DEEDS = {
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
