"""What a space is for, sets that are taken on as a whole, spaces of one's own, and what falls short."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.standards.pinned import pinned
from huakai_tenants.measures import workload
from huakai_tenants.premises import service, standing
from huakai_tenants.premises.models import Space
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.web import post

AT = "/room/spaces"


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site(tier="T1")
    with make.databases.session(Login.WORKER, made.id) as session:
        service.create_spaces(session, pinned(session).edition_id, "T1")
    return made


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_HEAD, site))


def spaces(databases: Databases, site: Site) -> dict[str, Space]:
    with databases.session(Login.TENANT, site.id) as session:
        return {space.code: space for space in session.scalars(select(Space))}


def lacking(databases: Databases, site: Site) -> dict[str, str]:
    with databases.session(Login.TENANT, site.id) as session:
        return {one.prescribed.code: one.state for one in standing.missing(session, clock.today())}


def surveyed(browser: FlaskClient, space: Space, area: str, state: str = "ready") -> None:
    was = f"{space.state}:{space.area if space.area is not None else ''}"
    answer = post(browser, f"{AT}/{space.id}", {"area": area, "state": state, "was": was})
    assert answer.status_code == 303, answer.text


def test_what_is_not_ready_or_too_small_falls_short(databases: Databases, browser: FlaskClient, site: Site) -> None:
    assert lacking(databases, site) == {"reception_corner": "planned", "individual_room": "planned"}
    surveyed(browser, spaces(databases, site)["reception_corner"], "4")
    surveyed(browser, spaces(databases, site)["individual_room"], "8")

    assert lacking(databases, site) == {"individual_room": "small"}
    assert "面积不足" in browser.get(AT).text


def test_ten_function_rooms_are_taken_on_and_given_up_as_a_whole(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    assert post(browser, f"{AT}/sets/comprehensive/adoption").status_code == 303
    found = spaces(databases, site)
    assert len(found) == 12
    assert found["fitness_room"].guided_by == "sports"
    assert "elderly_room" in lacking(databases, site)

    assert post(browser, f"{AT}/sets/comprehensive/withdrawal").status_code == 303
    assert set(spaces(databases, site)) == {"reception_corner", "individual_room"}


def test_a_function_room_that_was_worked_on_stays_when_the_set_is_given_up(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    post(browser, f"{AT}/sets/comprehensive/adoption")
    surveyed(browser, spaces(databases, site)["library_room"], "30")
    post(browser, f"{AT}/sets/comprehensive/withdrawal")

    assert set(spaces(databases, site)) == {"reception_corner", "individual_room", "library_room"}
    assert "library_room" not in lacking(databases, site)


def test_an_unknown_set_is_not_there(browser: FlaskClient) -> None:
    assert post(browser, f"{AT}/sets/casino/adoption").status_code == 404


def test_a_space_of_ones_own_has_a_name_that_no_other_has(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    made = post(browser, f"{AT}/own", {"name": "花园"})
    assert made.status_code == 303
    assert UUID(made.location.rsplit("/", 1)[1]) in {one.id for one in spaces(databases, site).values()}
    again = post(browser, f"{AT}/own", {"name": "花园"})
    assert (again.status_code, "已有同名的空间" in again.text) == (422, True)
    assert "花园" in browser.get(AT).text


def test_what_a_space_is_for_is_written_down_and_counted(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    corner = spaces(databases, site)["reception_corner"]
    form = {"guided_by": "women", "shared_with": "社区妇联", "shared_when": "每周二下午", "version": "1"}
    assert post(browser, f"{AT}/{corner.id}/description", form).status_code == 303

    page = browser.get(f"{AT}/{corner.id}").text
    assert ("社区妇联" in page, "每周二下午" in page, "妇联" in page) == (True, True, True)
    late = post(browser, f"{AT}/{corner.id}/description", {"counselling": "1", "version": "1"})
    assert (late.status_code, "刚才有人修改过这个空间" in late.text) == (409, True)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"guided_by": "navy"}, "请从列出的选项中选择"),
        ({"shared_when": "每天"}, "请填写与谁共用"),
        ({"shared_with": "长" * 101}, "最多 100 个字"),
        ({"area": "12"}, "没有这一项"),
    ],
)
def test_what_cannot_be_of_a_space_is_refused(
    databases: Databases, browser: FlaskClient, site: Site, form: dict[str, str], said: str
) -> None:
    corner = spaces(databases, site)["reception_corner"]
    answer = post(browser, f"{AT}/{corner.id}/description", {**form, "version": "1"})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_whether_people_are_counselled_leaves_the_room_as_a_number(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    def counted() -> tuple[int, int, int]:
        with databases.session(Login.TENANT, site.id) as session:
            found = workload.counts(session, this_month())
        return found["sites_counselling"], found["spaces_required"], found["spaces_ready"]

    assert counted() == (1, 2, 0)
    individual = spaces(databases, site)["individual_room"]
    surveyed(browser, individual, "12")
    assert counted() == (1, 2, 1)
    version = str(spaces(databases, site)["individual_room"].version)
    assert post(browser, f"{AT}/{individual.id}/description", {"version": version}).status_code == 303
    assert counted() == (0, 2, 1)
