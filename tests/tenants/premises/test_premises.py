"""A site has the spaces of its tier, measures them, and loses nobody's entry."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.premises import service
from huakai_tenants.premises.models import Space
from tests.support.make import Make
from tests.support.web import post


@pytest.fixture
def edition(databases: Databases) -> UUID:
    with databases.session(Login.MIGRATOR) as session:
        return standards.publish(session, load_shipped())


def opened(databases: Databases, make: Make, edition: UUID, tier: str = "T1") -> Site:
    site = make.site(tier=tier, edition_id=edition)
    with databases.session(Login.WORKER, site.id) as session:
        service.create_spaces(session, edition, tier)
    return site


def spaces(databases: Databases, site: Site) -> list[Space]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(Space).order_by(Space.code)))


@pytest.mark.parametrize(("tier", "count"), [("T1", 2), ("T2", 4), ("T3", 11), ("T4", 3)])
def test_a_site_gets_the_required_spaces_of_its_tier_once(
    databases: Databases, make: Make, edition: UUID, tier: str, count: int
) -> None:
    site = opened(databases, make, edition, tier)
    with databases.session(Login.WORKER, site.id) as session:
        service.create_spaces(session, edition, tier)

    assert len(spaces(databases, site)) == count


def test_the_head_measures_a_space_and_adds_one(app: Flask, databases: Databases, make: Make, edition: UUID) -> None:
    site = opened(databases, make, edition)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))
    room = next(space for space in spaces(databases, site) if space.code == "individual_room")

    page = browser.get("/room/spaces")
    assert (page.status_code, "个体咨询室" in page.text, "待核对" in page.text) == (200, True, True)
    saved = post(browser, f"/room/spaces/{room.id}", {"area": "8.5", "state": "ready", "was": "planned:"})
    assert (saved.status_code, saved.location) == (303, f"/room/spaces#space-{room.id}")
    added = post(browser, "/room/spaces", {"code": "group_room"})
    assert added.status_code == 303

    page = browser.get("/room/spaces")
    assert "小于标准要求的 10 平方米" in page.text
    assert {(one.code, str(one.area), one.state) for one in spaces(databases, site)} == {
        ("individual_room", "8.5", "ready"),
        ("reception_corner", "None", "planned"),
        ("group_room", "None", "planned"),
    }


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"area": "zwölf", "state": "ready"}, "请填写数字"),
        ({"area": "0", "state": "ready"}, "应在 1 至 100000 之间"),
        ({"area": "12.55", "state": "ready"}, "最多 1 位小数"),
        ({"area": "12", "state": "burnt"}, "请从列出的选项中选择"),
        ({"area": "12"}, "请填写此项"),
        ({"area": "12", "state": "ready", "tenant_id": "x"}, "没有这一项"),
    ],
)
def test_a_wrong_entry_comes_back_with_what_was_typed(
    app: Flask, databases: Databases, make: Make, edition: UUID, form: dict[str, str], said: str
) -> None:
    site = opened(databases, make, edition)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))
    space = spaces(databases, site)[0]

    page = post(browser, f"/room/spaces/{space.id}", {"was": "planned:", **form})

    assert page.status_code == 422
    assert said in page.text
    assert f'value="{form["area"]}"' in page.text
    assert spaces(databases, site)[0].area is None


def test_the_slower_of_two_is_told(app: Flask, databases: Databases, make: Make, edition: UUID) -> None:
    site = opened(databases, make, edition)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))
    space = spaces(databases, site)[0]
    entry = {"state": "ready", "was": "planned:"}
    post(browser, f"/room/spaces/{space.id}", {"area": "12", **entry})

    page = post(browser, f"/room/spaces/{space.id}", {"area": "13", **entry})

    assert page.status_code == 409
    assert "12.0 平方米" in page.text
    assert 'value="13"' in page.text
    assert str(spaces(databases, site)[0].area) == "12.0"


def test_a_usable_space_has_an_area(app: Flask, databases: Databases, make: Make, edition: UUID) -> None:
    site = opened(databases, make, edition)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))
    space = spaces(databases, site)[0]

    page = post(browser, f"/room/spaces/{space.id}", {"state": "ready", "was": "planned:"})

    assert (page.status_code, "请填写面积" in page.text) == (409, True)


def test_staff_read_and_only_the_head_writes(app: Flask, databases: Databases, make: Make, edition: UUID) -> None:
    site = opened(databases, make, edition)
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))
    space = spaces(databases, site)[0]

    assert 'name="area"' not in worker.get("/room/spaces").text
    assert (
        post(worker, f"/room/spaces/{space.id}", {"area": "9", "state": "ready", "was": "planned:"}).status_code == 403
    )
    assert post(worker, "/room/spaces", {"code": "group_room"}).status_code == 403


def test_another_rooms_space_is_not_there(app: Flask, databases: Databases, make: Make, edition: UUID) -> None:
    theirs = spaces(databases, opened(databases, make, edition))[0]
    site = opened(databases, make, edition)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))

    for form in ({"area": "9", "state": "ready", "was": "planned:"}, {"area": "x"}):
        assert post(browser, f"/room/spaces/{theirs.id}", form).status_code == 404
    assert post(browser, "/room/spaces", {"code": "moon_room"}).status_code == 404
