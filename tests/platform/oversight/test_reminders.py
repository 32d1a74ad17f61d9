"""Sites with overdue checklists are found by their numbers and told in their own rooms, once a day."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_platform.kernel import clock, operations
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import reminders
from huakai_platform.oversight.models import SiteFact
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make
from tests.support.worlds import GUANGZHOU

MONTH = clock.month(clock.today())


def late(make: Make, overdue: int, **changes: Any) -> Site:
    site = make.site(**changes)
    numbers = {"sites": 1, "checklists_due": 9, "checklists_done": 3, "checklists_overdue": overdue}
    make.add(
        SiteFact(
            tenant_id=site.id, month=MONTH, region_code=site.region_code, metrics=numbers, computed_at=clock.now()
        ),
        site.id,
    )
    return site


def notices(databases: Databases, site_id: UUID) -> list[tuple[UUID, str]]:
    with databases.session(Login.TENANT, site_id) as session:
        rows = session.execute(select(Notice.account_id, Notice.text)).all()
        return [(row.account_id, str(row.text)) for row in rows]


def send(databases: Databases, settings: Settings, actor: Actor, sentence: str = "") -> operations.Progress:
    with databases.session(Login.OVERSIGHT) as session:
        sites = reminders.chosen(session, actor, None, MONTH, None)
        operation = reminders.send(session, actor, sites, MONTH, sentence).id
    while dispatcher.drain(databases, settings).rows:
        pass
    with databases.session(Login.OVERSIGHT) as session:
        return operations.progress(session, operation)


def test_the_worst_comes_first_and_who_has_nothing_overdue_is_left_out(databases: Databases, make: Make) -> None:
    little, much, none = late(make, 1), late(make, 4), late(make, 0)

    with databases.session(Login.OVERSIGHT) as session:
        admin = make.member(Role.INSTITUTION_ADMIN)
        found = reminders.list_page(session, admin, None, MONTH, sort="-overdue", page=1)

    assert [line.id for line in found.lines] == [much.id, little.id]
    assert none.id not in {line.id for line in found.lines}


def test_an_office_reminds_only_in_its_region(databases: Databases, make: Make) -> None:
    near, far = late(make, 1), late(make, 1, **GUANGZHOU)
    office = make.member(Role.REGIONAL_OFFICE)

    with databases.session(Login.OVERSIGHT) as session:
        sites = reminders.chosen(session, office, None, MONTH, {near.id, far.id})

    assert [site.id for site in sites] == [near.id]


def test_the_people_of_the_room_are_told_once_a_day(databases: Databases, settings: Settings, make: Make) -> None:
    site = late(make, 2)
    head, worker = make.member(Role.SITE_HEAD, site), make.member(Role.SITE_WORKER, site)
    make.member(Role.VOLUNTEER, site)
    make.member(Role.COUNSELLOR, site, ended_at=clock.now())
    admin = make.member(Role.INSTITUTION_ADMIN)

    first = send(databases, settings, admin, "周五前补齐")
    send(databases, settings, admin)

    told = notices(databases, site.id)
    assert {who for who, _text in told} == {head.account_id, worker.account_id}
    assert len(told) == 2
    assert all("2" in text and "周五前补齐" in text for _who, text in told)
    assert (first.done, first.failed) == (1, 0)


def test_a_site_without_people_is_named_as_failed(databases: Databases, settings: Settings, make: Make) -> None:
    late(make, 2)

    ended = send(databases, settings, make.member(Role.INSTITUTION_ADMIN))

    assert (ended.done, ended.failed) == (0, 1)


def test_nobody_to_remind_is_refused(databases: Databases, make: Make) -> None:
    late(make, 0)
    admin = make.member(Role.INSTITUTION_ADMIN)

    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Conflict):
        reminders.send(session, admin, reminders.chosen(session, admin, None, MONTH, None), MONTH, "")


def test_the_page_previews_then_sends(app: Flask, databases: Databases, make: Make) -> None:
    site = late(make, 3)
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert site.name in browser.get("/console/overdue").text
    preview = web.post(browser, "/console/overdue/reminders", {"ids": str(site.id)})
    assert preview.status_code == 200
    assert site.name in preview.text
    begun = web.post(browser, "/console/overdue/reminders", {"ids": str(site.id), "sure": "1", "sentence": "请补齐"})
    assert begun.status_code == 303
    assert begun.location.startswith("/console/operations/")


def test_a_sentence_that_is_too_long_comes_back_as_it_was_typed(app: Flask, make: Make) -> None:
    site = late(make, 3)
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    again = web.post(browser, "/console/overdue/reminders", {"ids": str(site.id), "sure": "1", "sentence": "字" * 101})

    assert again.status_code == 422
    assert "字" * 101 in again.text
    assert str(site.id) in again.text


def test_nothing_ticked_is_said(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert web.post(browser, "/console/overdue/reminders").location == "/console/overdue"
