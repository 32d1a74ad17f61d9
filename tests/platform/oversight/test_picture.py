"""The first page of the console: rollups only, and nobody looks above or beside their own region."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import facts, picture, rollups
from huakai_platform.oversight.models import SiteFact
from huakai_platform.regions.models import Region
from tests.support.days import this_month
from tests.support.make import Make

LUOYANG, HENAN, GUANGDONG, DONGGUAN = "410300000000", "410000000000", "440000000000", "441900000000"


def count(databases: Databases, site: Site, month: date | None = None, **counts: int) -> None:
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, month or this_month(), counts)


def fold(databases: Databases) -> None:
    with databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass


@pytest.fixture
def country(databases: Databases, make: Make) -> None:
    """Two open rooms in Luoyang, one that is being built in Dongguan, one closed there."""
    count(databases, make.site(), checklists_due=10, checklists_done=9, core_failures=2)
    count(databases, make.site(), checklists_due=10, checklists_done=10)
    for state in ("building", "closed"):
        place = {"region_code": "441900003000", "ancestors": ["441900003000", DONGGUAN, GUANGDONG, "000000000000"]}
        count(databases, make.site(state=state, **place))
    fold(databases)


def browser(app: Flask, make: Make, role: Role = Role.INSTITUTION_ADMIN, **changes: Any) -> FlaskClient:
    return make.browser(app, make.member(role, **changes))


def see(databases: Databases, actor: Actor, region: str | None = None, sort: str = "code") -> picture.Picture:
    with databases.session(Login.OVERSIGHT) as session:
        return picture.of(session, actor, region, sort=sort)


@contextmanager
def statements(databases: Databases) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = databases.engine(Login.OVERSIGHT)
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("country")
def test_the_institution_sees_the_country(app: Flask, make: Make) -> None:
    page = browser(app, make).get("/console/").text

    assert "全国" in page
    assert "完成 19/20" in page
    assert "95%" in page
    assert f'href="/console/?region={HENAN}"' in page
    assert "各省已开通站点" in page
    assert "数据截至" in page


@pytest.mark.usefixtures("country")
def test_numbers_are_those_of_the_region_shown(databases: Databases, make: Make) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)

    whole, south = see(databases, admin), see(databases, admin, DONGGUAN)
    assert (whole.numbers.sites, whole.numbers.open, whole.numbers.waiting, whole.numbers.failures) == (3, 2, 1, 2)
    assert whole.numbers["rooms"] == 3
    assert (south.numbers.sites, south.numbers.open, south.numbers.share) == (1, 0, None)
    assert [row.code for row in whole.below] == [HENAN, GUANGDONG]
    assert [row.code for row in see(databases, admin, sort="-sites").below] == [HENAN, GUANGDONG]
    assert [row.code for row in see(databases, admin, sort="share").below] == [GUANGDONG, HENAN]
    assert see(databases, admin, "441900003000").below == []


@pytest.mark.usefixtures("country")
@pytest.mark.parametrize("role", [Role.REGIONAL_OFFICE, Role.AUDITOR])
def test_a_person_with_a_region_begins_there_and_sees_nothing_above_or_beside(
    app: Flask, make: Make, role: Role
) -> None:
    client = browser(app, make, role, region_code=LUOYANG)

    page = client.get("/console/").text
    assert "洛阳市" in page
    assert "河南省" not in page
    assert "各省已开通站点" not in page
    assert client.get("/console/?region=410311002000").status_code == 200
    for beyond in (HENAN, GUANGDONG, DONGGUAN):
        for path in ("/console/", "/console/picture.xlsx"):
            assert client.get(f"{path}?region={beyond}").status_code == 404


@pytest.mark.usefixtures("country")
def test_an_auditor_without_a_region_sees_the_country(app: Flask, make: Make) -> None:
    page = browser(app, make, Role.AUDITOR).get("/console/")

    assert page.status_code == 200
    assert "各省已开通站点" in page.text


def test_an_office_without_its_region_sees_nothing(app: Flask, make: Make) -> None:
    assert browser(app, make, Role.REGIONAL_OFFICE, region_code=None).get("/console/").status_code == 403


def test_a_room_has_no_business_here(app: Flask, make: Make) -> None:
    assert browser(app, make, Role.SITE_HEAD).get("/console/").status_code == 403


@pytest.mark.parametrize(
    "asked", ["region=abc", "region=%00", "sort=name", "page=1", "region=' OR 1=1", "sort=--sites"]
)
def test_an_odd_address_is_refused(app: Flask, make: Make, asked: str) -> None:
    assert browser(app, make).get(f"/console/?{asked}").status_code == 422


def test_a_region_that_is_not_there_is_not_found(app: Flask, make: Make) -> None:
    assert browser(app, make).get("/console/?region=999999999999").status_code == 404


def test_a_new_institution_is_told_what_to_do_first(app: Flask, make: Make) -> None:
    page = browser(app, make).get("/console/").text

    assert "还没有站点" in page
    assert "导入登记表" in page
    assert "picture.xlsx" not in page


def test_sites_without_numbers_yet_are_announced_until_they_have_some(
    app: Flask, databases: Databases, make: Make
) -> None:
    client, site = browser(app, make), make.site(state="approved")
    headers = {"HX-Request": "true", "If-None-Match": '"none"'}

    assert "正在汇总" in client.get("/console/").text
    assert "HX-Refresh" not in client.get("/console/", headers=headers).headers
    count(databases, site)
    fold(databases)
    assert client.get("/console/", headers=headers).headers["HX-Refresh"] == "true"


def test_the_page_asks_as_often_for_many_sites_as_for_one(
    app: Flask, databases: Databases, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(databases, make.site())
    fold(databases)
    client = browser(app, make)
    client.get("/console/")
    with statements(app.extensions["huakai"].databases) as few:
        client.get("/console/")
    scatter(databases, 300)
    with statements(app.extensions["huakai"].databases) as many:
        assert "301" in client.get("/console/").text

    assert len(many) == len(few) <= 9
    assert not [statement for statement in many if "site_fact" in statement]


def scatter(databases: Databases, number: int) -> None:
    """Facts all over the tests' country."""
    with databases.session(Login.MIGRATOR) as session:
        places = session.scalars(select(Region.code).where(Region.level == "township").order_by(Region.code)).all()
        for index in range(number):
            session.add(
                SiteFact(
                    tenant_id=uuid7(),
                    month=this_month(),
                    region_code=places[index % len(places)],
                    metrics={"sites": 1, "state_open": 1},
                    computed_at=clock.now(),
                )
            )
    with databases.session(Login.WORKER) as session:
        rollups.rebuild(session, this_month())


@pytest.mark.usefixtures("country")
def test_a_page_that_is_up_to_date_is_left_alone(app: Flask, databases: Databases, make: Make) -> None:
    client = browser(app, make)
    stamp = re.search(r"If-None-Match\\?[^:]*: ?\"(\\\"[^\"]+\\\")\"", client.get("/console/").text)
    assert stamp
    headers = {"HX-Request": "true", "If-None-Match": stamp[1].replace("\\", "")}

    assert client.get("/console/", headers=headers).status_code == 204
    count(databases, make.site())
    fold(databases)
    assert client.get("/console/", headers=headers).status_code == 200


@pytest.mark.usefixtures("country")
def test_the_export_holds_what_the_page_shows(app: Flask, make: Make) -> None:
    answer = browser(app, make).get("/console/picture.xlsx")

    below, months, states = workbooks.read(answer.data).sheets
    assert [cell.value for cell in below.rows[1]][:4] == ["河南省", HENAN, 2, 2]
    assert [cell.value for cell in below.rows[3]][:3] == ["合计", "000000000000", 3]
    assert months.rows[1][0].value == f"{this_month():%Y-%m}"
    assert {row[0].value: row[1].value for row in states.rows[1:]} == {"建设中": 1, "已开通": 2, "已关闭": 1}


def test_a_country_whose_month_has_just_begun_shows_the_one_before(databases: Databases, make: Make) -> None:
    sites = [make.site(), make.site()]
    first, last = date(2026, 10, 1), date(2026, 9, 1)
    with time_machine.travel(datetime(2026, 10, 1, 0, 6, tzinfo=clock.CHINA), tick=False):
        admin = make.member(Role.INSTITUTION_ADMIN)
        for site in sites:
            count(databases, site, last)
        count(databases, sites[0], first)
        fold(databases)
        assert see(databases, admin).month == last
        count(databases, sites[1], first)
        fold(databases)
        assert see(databases, admin).month == first


def test_twelve_months_end_with_the_present_one(databases: Databases, make: Make) -> None:
    count(databases, make.site())
    count(databases, make.site(), clock.month(this_month() - timedelta(days=1)), checklists_done=5)
    fold(databases)

    seen = see(databases, make.member(Role.INSTITUTION_ADMIN))
    months = [month for month, _numbers in seen.series]
    assert len(months) == 12
    assert months == sorted(months)
    assert months[-1] == this_month()
    assert [numbers.done if numbers else None for _month, numbers in seen.series][-3:] == [None, 5, 0]
