"""A transaction serves one tenant."""

import pytest
from sqlalchemy import select, text

from huakai_platform.kernel import outbox, tenancy
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage


def test_nothing_is_asked_before_a_tenant_was_entered(databases: Databases) -> None:
    with databases.open(Login.TENANT) as session, pytest.raises(tenancy.NoTenant):
        session.execute(text("SELECT 1"))


def test_a_session_serves_one_tenant_only(databases: Databases) -> None:
    with databases.open(Login.TENANT) as session:
        tenancy.enter(session, uuid7())
        with pytest.raises(tenancy.NoTenant):
            tenancy.enter(session, uuid7())


def test_rows_of_another_tenant_are_not_there(databases: Databases) -> None:
    mine, theirs = uuid7(), uuid7()
    for tenant in (mine, theirs):
        with databases.session(Login.TENANT, tenant) as session:
            outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))

    with databases.session(Login.TENANT, mine) as session:
        assert session.scalars(select(OutboxMessage.tenant_id)).all() == [mine]
        assert session.execute(text("SELECT tenant_id FROM tenant.outbox")).scalars().all() == [mine]


def test_without_the_setting_there_are_no_rows_and_no_error(databases: Databases) -> None:
    with databases.session(Login.TENANT, uuid7()) as session:
        outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))

    with databases.engine(Login.TENANT).connect() as connection:
        assert connection.execute(text("SELECT * FROM tenant.outbox")).all() == []
