"""Every statement about rows of tenants names the tenant; the tests of all pages, operations and jobs are watched."""

import pytest
from sqlalchemy import text

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from tests.support import statements
from tests.support.statements import MAY_LEAVE_OUT, ROOT, PastPolicies, TenantNotNamed, unnamed

NAMED = {
    "a condition": "SELECT tenant.space.id FROM tenant.space WHERE tenant.space.tenant_id = %(t)s::UUID",
    "a condition turned round": "SELECT s.id FROM tenant.space AS s WHERE %(t)s::UUID = s.tenant_id",
    "a list": "SELECT s.id FROM tenant.space AS s WHERE s.tenant_id IN (%(t_1)s, %(t_2)s)",
    "a key": "SELECT s.id FROM tenant.space AS s WHERE (s.tenant_id, s.id) IN ((%(a)s, %(b)s))",
    "the only table of a text": "SELECT max(seq) FROM tenant.audit_head WHERE tenant_id = %(t)s",
    "a join": "SELECT a.id FROM tenant.space AS a JOIN tenant.run AS b ON b.tenant_id = a.tenant_id"
    " WHERE a.tenant_id = %(t)s",
    "a site": "SELECT 1 FROM tenant.space AS s JOIN platform.site ON platform.site.id = s.tenant_id"
    " WHERE platform.site.id = %(i)s",
    "a chain of joins": "SELECT 1 FROM tenant.a, tenant.b, tenant.c WHERE tenant.c.tenant_id = tenant.b.tenant_id"
    " AND tenant.b.tenant_id = tenant.a.tenant_id AND tenant.a.tenant_id = %(t)s",
    "a row that is inserted": "INSERT INTO tenant.space (tenant_id, id) VALUES (%(tenant_id)s, %(id)s)",
    "a change": "UPDATE tenant.space SET state=%(s)s WHERE tenant.space.tenant_id = %(space_tenant_id)s",
    "a removal": "DELETE FROM confidential.contact WHERE confidential.contact.tenant_id = %(t)s::UUID",
    "a function": "SELECT waiting FROM tenant.queue_state()",
    "nobody's rows": "SELECT platform.site.id FROM platform.site",
}
UNNAMED = {
    "an aggregate": "SELECT count(tenant.space.id) FROM tenant.space",
    "a column that is shown": "SELECT tenant.space.tenant_id FROM tenant.space WHERE tenant.space.id = %(i)s",
    "one of two": "SELECT 1 FROM tenant.space, tenant.run WHERE tenant.space.tenant_id = %(t)s",
    "a join of which neither is": "SELECT a.id FROM tenant.space AS a JOIN tenant.x AS b ON b.tenant_id = a.tenant_id",
    "any site": "SELECT 1 FROM tenant.space AS s JOIN platform.site ON s.tenant_id = platform.site.id",
    "one of two of a name": "SELECT 1 FROM tenant.space WHERE tenant.space.tenant_id = %(t)s"
    " AND EXISTS (SELECT 1 FROM tenant.space WHERE tenant.space.id = %(i)s)",
    "a change": "UPDATE tenant.space SET state=%(s)s WHERE tenant.space.id = %(i)s",
    "a removal": "DELETE FROM confidential.contact WHERE confidential.contact.id = %(i)s",
    "a row that is inserted": "INSERT INTO tenant.space (id) VALUES (%(id)s)",
    "what is inserted from elsewhere": "INSERT INTO tenant.space (tenant_id, id)"
    " SELECT r.tenant_id, r.id FROM tenant.run r",
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_statement_that_names_the_tenant_passes(kind: str) -> None:
    assert unnamed(NAMED[kind]) == []


@pytest.mark.parametrize("kind", UNNAMED)
def test_a_statement_that_does_not_is_seen(kind: str) -> None:
    assert unnamed(UNNAMED[kind])


@pytest.mark.parametrize("login", [Login.TENANT, Login.WORKER, Login.OVERSIGHT])
def test_it_is_an_error_of_the_test_that_makes_the_product_send_it(databases: Databases, login: Login) -> None:
    send = compile("session.execute(statement)", str(ROOT / "tenants/page.py"), "exec")
    statement = text("SELECT count(*) FROM tenant.space")
    with pytest.raises(TenantNotNamed, match=r"tenant\.space: SELECT"), databases.session(login) as session:
        exec(send, {"session": session, "statement": statement})


def test_a_test_may_look_for_itself(databases: Databases) -> None:
    with databases.session(Login.TENANT) as session:
        assert session.scalar(text("SELECT count(*) FROM tenant.space")) == 0


def test_rows_that_a_query_puts_past_policies_are_an_error_too(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "sent_by_the_product", lambda: True)
    with pytest.raises(PastPolicies), databases.session(Login.OVERSIGHT) as session:
        session.execute(text("INSERT INTO platform.recovery_code SELECT * FROM platform.recovery_code"))


def test_every_exception_has_its_reason() -> None:
    assert all(len(reason) > 20 for reason in MAY_LEAVE_OUT.values())
