"""What the trail holds: deeds in one unbroken chain, each recomputable from its stored row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from huakai_platform.identity import accounts, memberships
from huakai_platform.identity.memberships import Scope
from huakai_platform.kernel import audit
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry, AuditHead
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import PLATFORM
from tests.support.make import Make

NASTY = '𠮷野家 “引号”\u2028\\ "é" é 花\n开'


def entries(databases: Databases, tenant_id: object = PLATFORM, login: Login = Login.OVERSIGHT) -> list[AuditEntry]:
    with databases.session(login, tenant_id) as session:  # type: ignore[arg-type]
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def test_each_entry_is_recomputed_from_its_stored_row(databases: Databases) -> None:
    actor = Actor(uuid7(), NASTY, Role.INSTITUTION_ADMIN)
    detail = {
        "名": NASTY, "ids": [uuid7()], "part": 1.5, "money": Decimal("12.50"), "day": date(2026, 2, 28), "none": None,
        "yes": True, "big": 2**70, "role": Role.AUDITOR, "nested": {"b": (1, 2), "a": {}}, "sha": bytes(range(4)),
        "at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    }  # fmt: skip
    for _again in range(3):
        with databases.session(Login.OVERSIGHT) as session:
            audit.record(session, actor, "sites.created", "site", NASTY, **detail)
    previous = audit.FIRST
    for seq, entry in enumerate(entries(databases), start=1):
        assert (entry.seq, entry.previous) == (seq, previous)
        assert audit.digest(vars(entry), previous) == entry.hash
        previous = entry.hash


def test_the_readers_time_zone_changes_no_digest(databases: Databases) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        audit.record(session, None, "sites.created", "site", "x")
    (entry,) = entries(databases)
    elsewhere = {**vars(entry), "at": entry.at.astimezone(ZoneInfo("Asia/Shanghai"))}
    assert audit.digest(elsewhere, entry.previous) == entry.hash


@pytest.mark.parametrize("changed", [{"actor_name": "x"}, {"detail": {"a": 2}}, {"seq": 9}, {"role": "auditor"}])
def test_any_other_content_has_another_digest(databases: Databases, changed: dict[str, object]) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        audit.record(session, None, "sites.created", "site", "x", a=1)
    (entry,) = entries(databases)
    assert audit.digest({**vars(entry), **changed}, entry.previous) != entry.hash


def test_what_is_rolled_back_was_never_recorded(databases: Databases) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        audit.record(session, None, "sites.created", "site", "x")
        session.rollback()
    assert entries(databases) == []


def test_deeds_of_a_room_stand_in_its_own_chain(databases: Databases, make: Make) -> None:
    here, there = make.site(), make.site()
    for site in (here, there, here):
        with databases.session(Login.TENANT, site.id) as session:
            audit.record(session, None, "spaces.added", "space", "x")
    with databases.session(Login.WORKER, here.id) as session:
        assert session.scalars(select(AuditHead.seq)).all() == [2]
    assert [entry.seq for entry in entries(databases, there.id, Login.TENANT)] == [1]


def test_a_role_given_and_ended_and_an_account_disabled_are_recorded(databases: Databases, make: Make) -> None:
    admin, account = make.member(Role.INSTITUTION_ADMIN), make.account()
    site = make.site()
    with databases.session(Login.OVERSIGHT) as session:
        given = memberships.give(session, admin, account.id, Scope(Role.SITE_WORKER, site.id))
    with databases.session(Login.OVERSIGHT) as session:
        accounts.disable(session, admin, account.id)
        memberships.end(session, admin, given)
    told = [(entry.deed, entry.object, entry.actor, entry.role) for entry in entries(databases)]
    assert told == [
        ("memberships.given", str(given), admin.account_id, "institution_admin"),
        ("accounts.disabled", str(account.id), admin.account_id, "institution_admin"),
        ("memberships.ended", str(given), admin.account_id, "institution_admin"),
    ]
    assert entries(databases)[0].detail["site"] == str(site.id)
