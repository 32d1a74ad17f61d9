"""An uploaded list is sealed, belongs to its room, and is applied once."""

import pytest
import time_machine
from sqlalchemy import select, text

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_tenants.sheets import service
from huakai_tenants.sheets.models import SheetImport
from tests.support.make import Make

CONTENT = "张三 13800000000".encode()


@pytest.fixture
def head(make: Make, databases: Databases, settings: Settings) -> Actor:
    actor = make.member(Role.SITE_HEAD)
    assert actor.site_id
    with databases.session(Login.WORKER, actor.site_id) as session:
        vault.ensure_key(session, settings.master_key)
    return actor


def test_the_file_is_sealed_and_comes_back(databases: Databases, settings: Settings, head: Actor) -> None:
    assert head.site_id
    with databases.session(Login.TENANT, head.site_id) as session:
        row = service.keep(session, head, settings.master_key, "staff", "a.xlsx", CONTENT)
        assert service.content(session, settings.master_key, row) == CONTENT
    with databases.session(Login.MIGRATOR, head.site_id) as session:
        stored = bytes(session.execute(text("SELECT sealed FROM confidential.sheet_import")).scalar_one())
    assert CONTENT not in stored


def test_it_is_applied_once_and_then_gone(databases: Databases, settings: Settings, head: Actor) -> None:
    assert head.site_id
    with databases.session(Login.TENANT, head.site_id) as session:
        row = service.keep(session, head, settings.master_key, "staff", "a.xlsx", CONTENT)
        service.finish(row, created=1)
        assert row.sealed is None
        with pytest.raises(Conflict):
            service.content(session, settings.master_key, row)


def test_another_room_and_another_kind_do_not_find_it(
    databases: Databases, settings: Settings, head: Actor, make: Make
) -> None:
    assert head.site_id
    with databases.session(Login.TENANT, head.site_id) as session:
        row_id = service.keep(session, head, settings.master_key, "staff", "a.xlsx", CONTENT).id
        with pytest.raises(NotFound):
            service.get(session, "training", row_id)
    with databases.session(Login.TENANT, make.site().id) as session, pytest.raises(NotFound):
        service.get(session, "staff", row_id)


def test_a_file_that_was_left_lying_is_given_up(databases: Databases, settings: Settings, head: Actor) -> None:
    assert head.site_id
    with databases.session(Login.TENANT, head.site_id) as session:
        old = service.keep(session, head, settings.master_key, "staff", "a.xlsx", CONTENT).id
    later = clock.now() + service.KEPT + service.KEPT
    with time_machine.travel(later, tick=False), databases.session(Login.TENANT, head.site_id) as session:
        with pytest.raises(Conflict):
            service.content(session, settings.master_key, service.get(session, "staff", old))
        service.keep(session, head, settings.master_key, "staff", "b.xlsx", CONTENT)
        found = session.execute(select(SheetImport.state, SheetImport.sealed).where(SheetImport.id == old)).one()
        assert tuple(found) == ("discarded", None)
