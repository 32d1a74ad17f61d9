"""The auditor's pages: the list, one site at a date, its evidence; each look is written down and shown to the site."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.compliance import standing
from huakai_platform.compliance.models import OversightVisit
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.oversight import rollups
from huakai_platform.regions.present import PRESENT
from huakai_platform.web.context import inside
from huakai_tenants.measures import compliance
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make
from tests.support.staffed import Staffed, good
from tests.support.worlds import GUANGZHOU, LUOYANG

TODAY = clock.today()
LIST = "/console/compliance"


@pytest.fixture
def auditor(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.AUDITOR, region_code=LUOYANG, valid_until=TODAY))


def stand(databases: Databases, *rooms: Staffed) -> None:
    for room in rooms:
        with databases.session(Login.WORKER, room.site.id) as session:
            standing.recompute(session, room.site.id, TODAY, compliance.measure)


def bad(make: Make, **changes: Any) -> Staffed:
    """A room whose counsellor has no certificate."""
    room = Staffed(make, make.site(**changes))
    room.member("S1", "counsellor", "A")
    return room


def visits(databases: Databases, site: UUID) -> list[str]:
    with databases.session(Login.OVERSIGHT) as session:
        found = session.scalars(
            select(OversightVisit.looked_at).where(OversightVisit.site_id == site).order_by(OversightVisit.id)
        )
        return list(found)


def deeds(databases: Databases, tenant: UUID) -> list[tuple[str, str]]:
    with databases.session(Login.WORKER, tenant) as session:
        rows = session.execute(select(AuditEntry.deed, AuditEntry.actor_name).order_by(AuditEntry.seq))
        return [(row.deed, row.actor_name) for row in rows]


def test_the_riskiest_site_comes_first_and_one_out_of_reach_never(
    auditor: FlaskClient, databases: Databases, make: Make
) -> None:
    fine, poor = good(make, TODAY, name="甲社区咨询室"), bad(make, name="乙社区咨询室")
    beyond = bad(make, name="丙社区咨询室", **GUANGZHOU)
    stand(databases, fine, poor, beyond)
    page = auditor.get(LIST).text
    assert page.index("乙社区咨询室") < page.index("甲社区咨询室")
    assert "丙社区咨询室" not in page
    assert auditor.get(f"{LIST}/{beyond.site.id}").status_code == 404
    assert visits(databases, beyond.site.id) == []


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("grade=excellent", "甲社区", "乙社区"),
        ("grade=unqualified", "乙社区", "甲社区"),
        ("grade=none", "丁社区", "乙社区"),
        ("age=B", "甲社区", "乙社区"),
        ("risk=low", "甲社区", "乙社区"),
        ("risk=high", "乙社区", "甲社区"),
        ("q=甲社", "甲社区", "乙社区"),
        ("region=410311000000", "甲社区", "戊社区"),
        ("sort=percent", "甲社区", "戊社区"),
    ],
)
def test_the_list_is_filtered_and_exported_as_shown(
    auditor: FlaskClient, databases: Databases, make: Make, query: str, shown: str, hidden: str
) -> None:
    stand(
        databases,
        good(make, TODAY, name="甲社区咨询室"),
        bad(make, name="乙社区咨询室", operating_since=TODAY.replace(2020)),
    )
    make.site(name="丁社区咨询室")
    make.site(name="戊社区咨询室", state="building")
    for path in (LIST, f"{LIST}/print"):
        page = auditor.get(f"{path}?{query}")
        assert page.status_code == 200
        assert (shown in page.text, hidden in page.text) == (True, False), path
    book = workbooks.read(auditor.get(f"{LIST}/export?{query}").data)
    names = [row[0] for row in book.sheets[0].rows[3:]]
    assert (any(shown in str(name) for name in names), any(hidden in str(name) for name in names)) == (True, False)


@pytest.mark.parametrize("query", ["grade=best", "age=Z", "risk=1", "sort=secret", "page=0", "x=1", "region=1"])
def test_a_list_that_is_asked_for_nonsense_says_so(auditor: FlaskClient, query: str) -> None:
    assert auditor.get(f"{LIST}?{query}").status_code == 422


def test_an_empty_list_says_what_comes_next(auditor: FlaskClient) -> None:
    assert "还没有可以评估的站点" in auditor.get(LIST).text
    assert "清除全部筛选" in auditor.get(f"{LIST}?grade=good").text


def test_the_list_takes_as_many_statements_for_many_sites(
    app: Flask, auditor: FlaskClient, databases: Databases, make: Make
) -> None:
    stand(databases, bad(make))
    with databases.session(Login.WORKER) as session:
        rollups.rebuild(session, PRESENT)
    auditor.get(LIST)
    with web.statements(app) as few:
        auditor.get(LIST)
    stand(databases, *(bad(make) for _ in range(8)))
    with web.statements(app) as many:
        auditor.get(LIST)
    assert len(many) == len(few) <= 13


def test_a_site_shows_set_points_grade_and_cap(auditor: FlaskClient, make: Make) -> None:
    page = auditor.get(f"{LIST}/{bad(make).site.id}").text
    for said in (
        "C 组（三年以上）",
        "核心指标不合格，总评封顶为“不合格”",
        "咨询师持有认可证书",
        "平台目前还不记录这项内容",
    ):
        assert said in page, said


def test_the_set_follows_the_chosen_date(auditor: FlaskClient, make: Make) -> None:
    site = make.site(operating_since=TODAY - timedelta(days=400)).id
    assert "B 组" in auditor.get(f"{LIST}/{site}").text
    assert "A 组" in auditor.get(f"{LIST}/{site}?on={TODAY - timedelta(days=200)}").text
    before = auditor.get(f"{LIST}/{site}?on={TODAY - timedelta(days=401)}")
    assert (before.status_code, "自" in before.text) == (422, True)
    assert auditor.get(f"{LIST}/{site}?on={TODAY + timedelta(days=1)}").status_code == 422
    assert auditor.get(f"{LIST}/{site}?on=yesterday").status_code == 422


@pytest.mark.parametrize(
    "code", ["area", "spaces", "opening", "daily_check", "posts", "certified", "background", "crisis"]
)
def test_every_indicator_is_one_click_from_its_evidence(auditor: FlaskClient, make: Make, code: str) -> None:
    room = good(make, TODAY)
    page = auditor.get(f"{LIST}/{room.site.id}").text
    assert f"/console/compliance/{room.site.id}/evidence/{code}" in page
    shown = auditor.get(f"{LIST}/{room.site.id}/evidence/{code}")
    assert shown.status_code == 200
    assert "人员S" not in shown.text


def test_an_indicator_that_the_standard_does_not_have_is_not_there(auditor: FlaskClient, make: Make) -> None:
    assert auditor.get(f"{LIST}/{make.site().id}/evidence/nothing").status_code == 404


def test_a_look_is_written_down_and_the_site_hears_of_it(
    app: Flask, databases: Databases, settings: Settings, make: Make
) -> None:
    room = good(make, TODAY)
    head = make.member(Role.SITE_HEAD, room.site)
    other = make.member(Role.SITE_HEAD)
    who = make.member(Role.AUDITOR, account=make.account(name="林审核"), region_code=LUOYANG)
    browser = make.browser(app, who)
    browser.get(f"{LIST}/{room.site.id}")
    browser.get(f"{LIST}/{room.site.id}/evidence/area")
    assert visits(databases, room.site.id) == ["indicators", "evidence.area"]
    assert deeds(databases, PLATFORM) == [("sites.entered", "林审核")] * 2
    for _again in range(2):
        dispatcher.drain(databases, settings)
    assert deeds(databases, room.site.id) == [("sites.visited", "林审核")] * 2
    with databases.session(Login.TENANT, room.site.id) as session:
        told = [(row.account_id, row.href) for row in session.scalars(select(Notice))]
    assert told == [(head.account_id, "/room/visits")]
    page = make.browser(app, head).get("/room/visits").text
    for said in ("林审核", "审核员", "合规评估页", "使用面积达到本层级要求"):
        assert said in page, said
    assert "林审核" not in make.browser(app, other).get("/room/visits").text


def test_a_visit_stands_even_when_the_page_fails(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(edition_id=make.site().edition_id).id
    browser = make.browser(app, make.member(Role.AUDITOR))
    assert browser.get(f"{LIST}/{site}/photos/{site}").status_code == 404
    assert visits(databases, site) == [f"photo.{site}"]


def test_only_photos_of_daily_checks_of_that_site_are_shown(app: Flask, make: Make) -> None:
    one, other = Staffed(make, make.site()), Staffed(make, make.site())
    taken = one.photo(one.daily(TODAY, done=TODAY, opened="yes"), b"jpeg")
    browser = make.browser(app, make.member(Role.AUDITOR))
    shown = browser.get(f"{LIST}/{one.site.id}/photos/{taken}")
    assert (shown.status_code, shown.data, shown.mimetype) == (200, b"jpeg", "image/jpeg")
    assert browser.get(f"{LIST}/{other.site.id}/photos/{taken}").status_code == 404
    assert str(taken) in browser.get(f"{LIST}/{one.site.id}/evidence/daily_check").text


def test_a_room_is_entered_read_only(app: Flask, make: Make) -> None:
    site = make.site().id
    with app.test_request_context(), inside(site) as session:
        assert session.connection().exec_driver_sql("SHOW transaction_read_only").scalar() == "on"


def test_the_room_sees_the_same_score(app: Flask, auditor: FlaskClient, make: Make) -> None:
    room = good(make, TODAY)
    browser = make.browser(app, make.member(Role.SITE_WORKER, room.site))
    page, seen = browser.get("/room/compliance").text, auditor.get(f"{LIST}/{room.site.id}").text
    for said in ("100.00%", "27.00 / 27 ", "C 组" if "C 组" in seen else "B 组"):
        assert said in page, said
        assert said in seen, said
    assert browser.get("/room/compliance/evidence/posts").status_code == 200
    assert browser.get("/room/compliance/evidence/nothing").status_code == 404
    assert browser.get(f"{LIST}/{room.site.id}").status_code == 403


def test_a_volunteer_sees_neither_score_nor_visits(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.VOLUNTEER))
    assert browser.get("/room/compliance").status_code == browser.get("/room/visits").status_code == 403
