"""A single site is told in steps, kept between them, and checked like a row of a register."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.models import SiteDraft, SiteEvent, SiteIntake
from tests.support.make import Make
from tests.support.web import post

PLACE = {"name": "平安社区心理咨询室", "region_code": "410311002001", "community": "平安社区", "address": "开元路80号"}
NATURE = {"kind": "room", "tier": "T1", "ownership": "self_built", "host": "党群服务中心"}
PEOPLE = {"a_name": "甲某", "a_phone": "199 0000 0001", "b_name": "乙某", "b_phone": "19900010001"}
RUNNING = {"operating_since": "2019-09-01", "weekly_hours": "8.5", "area": "30"}
STEPS: dict[str, dict[str, str]] = {"place": PLACE, "nature": NATURE, "people": PEOPLE, "running": RUNNING}


@pytest.fixture
def admin(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


def begin(browser: FlaskClient) -> str:
    """The address of a new draft."""
    return str(post(browser, "/console/drafts").location).rpartition("/")[0]


def told(browser: FlaskClient, **changes: dict[str, str]) -> str:
    draft = begin(browser)
    for step, answers in STEPS.items():
        post(browser, f"{draft}/{step}", {**answers, **changes.get(step, {}), "then": "next"})
    return draft


def sites(databases: Databases) -> list[Site]:
    with databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Site).order_by(Site.created_at)))


def drafts(databases: Databases) -> int:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalar(select(func.count()).select_from(SiteDraft)) or 0


def test_an_administrators_site_is_approved_at_once(admin: FlaskClient, databases: Databases, make: Make) -> None:
    draft = told(admin)
    review = admin.get(f"{draft}/review").text
    assert "没有发现重复" in review
    assert "登记，直接批准" in review

    done = post(admin, f"{draft}/review")

    (site,) = sites(databases)
    assert (done.status_code, done.location) == (303, f"/console/sites/{site.id}")
    assert (site.state, site.code, site.region_code) == ("approved", "HK-410311-0001", "410311002000")
    assert (site.place_code, site.tier, str(site.area), str(site.weekly_hours)) == ("410311002001", "T1", "30.0", "8.5")
    assert site.natural_key == "410311002001:room:平安社区心理咨询室"
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(SiteIntake.people)).one() == {
            "A": {"name": "甲某", "phone": "19900000001"},
            "B": {"name": "乙某", "phone": "19900010001"},
        }
        assert session.scalars(select(SiteEvent.to_state)).one() == "approved"
    assert drafts(databases) == 0


def test_an_office_applies_and_only_in_its_region(app: Flask, databases: Databases, make: Make) -> None:
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    post(office, f"{told(office)}/review")
    assert [site.state for site in sites(databases)] == ["applied"]

    away = begin(office)
    page = post(office, f"{away}/place", {**PLACE, "region_code": "440104001001", "then": "next"})
    assert (page.status_code, "不在您负责的范围内" in page.text) == (422, True)


def test_a_draft_is_left_and_taken_up_again(admin: FlaskClient, databases: Databases) -> None:
    draft = begin(admin)
    post(admin, f"{draft}/place", {**PLACE, "then": "next"})

    left = post(admin, f"{draft}/nature", {"host": "综治中心", "tier": "T9", "then": "later"})

    assert left.location == "/console/sites/new"
    listed = admin.get("/console/sites/new").text
    assert "平安社区心理咨询室" in listed
    assert f"{draft}/nature" in listed
    assert 'value="综治中心"' in admin.get(f"{draft}/nature").text
    assert 'value="开元路80号"' in admin.get(f"{draft}/place").text


def test_what_is_wrong_comes_back_as_typed(admin: FlaskClient) -> None:
    draft = begin(admin)

    page = post(admin, f"{draft}/place", {**PLACE, "region_code": "4103", "then": "next"})

    assert (page.status_code, "12 位数字" in page.text, 'value="4103"' in page.text) == (422, True, True)


@pytest.mark.parametrize(
    ("step", "answers", "said"),
    [
        ("place", {"region_code": "419999999999"}, "不存在"),
        ("place", {"name": ""}, "请填写此项"),
        ("nature", {"kind": "castle"}, "请从列出的选项中选择"),
        ("people", {"b_name": "甲某"}, "同一人"),
        ("people", {"a_phone": "123"}, "手机号"),
        ("running", {"operating_since": "2099-01-01"}, "晚于今天"),
        ("running", {"weekly_hours": "200"}, "应在 0 至 168 之间"),
        ("running", {"area": "大"}, "请填写数字"),
    ],
)
def test_each_step_is_checked_by_itself(admin: FlaskClient, step: str, answers: dict[str, str], said: str) -> None:
    draft = begin(admin)

    page = post(admin, f"{draft}/{step}", {**STEPS[step], **answers, "then": "next"})

    assert (page.status_code, said in page.text) == (422, True)


def test_a_possible_duplicate_needs_a_reason(admin: FlaskClient, databases: Databases, make: Make) -> None:
    there = make.site(place_code="410311002001", name="平安社区心理室")
    draft = told(admin)
    assert there.name in admin.get(f"{draft}/review").text

    refused = post(admin, f"{draft}/review")
    short = post(admin, f"{draft}/review", {"override": "不同"})
    assert (refused.status_code, short.status_code, 'value="不同"' in short.text) == (409, 409, True)
    assert len(sites(databases)) == 1

    assert post(admin, f"{draft}/review", {"override": "同一社区的第二个服务点"}).status_code == 303
    with databases.session(Login.OVERSIGHT) as session:
        details: Any = session.scalars(select(SiteEvent.details)).one()
    assert details == {"wizard": True, "override": "同一社区的第二个服务点", "alike": [there.name]}


def test_the_same_site_is_never_made_twice(admin: FlaskClient, databases: Databases) -> None:
    first, second = told(admin), told(admin)
    assert post(admin, f"{first}/review").status_code == 303

    page = post(admin, f"{second}/review", {"override": "同一社区的第二个服务点"})

    assert (page.status_code, "已经登记过" in page.text) == (409, True)
    assert len(sites(databases)) == 1


def test_sending_the_last_step_twice_gives_the_first_answer(admin: FlaskClient, databases: Databases) -> None:
    draft = told(admin)
    key = re.search(r'idempotency_key" value="([^"]+)"', admin.get(f"{draft}/review").text)
    assert key

    answers = [post(admin, f"{draft}/review", {"idempotency_key": key[1]}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(sites(databases)) == 1


def test_an_incomplete_draft_says_where_to_go_on(admin: FlaskClient, databases: Databases) -> None:
    draft = begin(admin)

    page = admin.get(f"{draft}/review").text

    assert all(f'href="{draft}/{step}"' in page for step in ("place", "nature", "people"))
    assert post(admin, f"{draft}/review").status_code == 422
    assert sites(databases) == []


def test_somebody_elses_draft_is_not_there(app: Flask, admin: FlaskClient, make: Make, databases: Databases) -> None:
    draft = told(admin)
    other = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    for page in ("place", "review", "likeness", "places"):
        assert other.get(f"{draft}/{page}").status_code == 404
    for page in ("place", "review", "discard"):
        assert post(other, f"{draft}/{page}", PLACE).status_code == 404
    assert "平安社区" not in other.get("/console/sites/new").text
    assert drafts(databases) == 1


def test_a_draft_is_thrown_away(admin: FlaskClient, databases: Databases) -> None:
    draft = begin(admin)

    assert post(admin, f"{draft}/discard").status_code == 303
    assert drafts(databases) == 0
    assert admin.get(f"{draft}/place").status_code == 404


def test_likeness_is_told_while_typing(admin: FlaskClient, make: Make) -> None:
    there = make.site(place_code="410311002001")
    draft = begin(admin)

    def ask(**typed: str) -> str:
        return admin.get(f"{draft}/likeness", query_string=typed).text

    assert there.name in ask(region_code="410311002001")
    assert there.name in ask(region_code="410311002009", name=there.name)
    assert "没有发现重复" in ask(region_code="410311002009", name="别的咨询室")
    assert ask(region_code="4103110", name="别").strip() == ""


def test_a_township_is_found_with_and_without_script(admin: FlaskClient) -> None:
    draft = begin(admin)

    assert 'value="410311002000"' in admin.get(f"{draft}/places?q=开元路").text
    page = post(admin, f"{draft}/place", {"name": "平安", "q": "开元路", "then": "search"})
    assert (page.status_code, 'value="410311002000"' in page.text, 'value="平安"' in page.text) == (200, True, True)
    picked = post(admin, f"{draft}/place", {**PLACE, "region_code": "", "picked": "410311002000", "then": "next"})
    assert picked.status_code == 303
    assert 'value="410311002000"' in admin.get(f"{draft}/place").text


@pytest.mark.parametrize("step", ["moon", "0", "place "])
def test_a_step_that_is_none_is_not_there(admin: FlaskClient, step: str) -> None:
    draft = begin(admin)

    assert admin.get(f"{draft}/{step}").status_code == 404
    assert post(admin, f"{draft}/{step}").status_code == 404


@pytest.mark.parametrize("value", ["\x00", "a" * 5000, "\u202e", "<script>", "'; DROP TABLE site"])
def test_odd_values_never_break_a_draft(admin: FlaskClient, value: str) -> None:
    draft = begin(admin)
    for step, answers in STEPS.items():
        for then in ("next", "later", "search"):
            page = post(admin, f"{draft}/{step}", {**dict.fromkeys(answers, value), "then": then, "q": value})
            assert page.status_code in {200, 303, 422}
    assert admin.get(f"{draft}/review").status_code == 200
    assert admin.get(f"{draft}/places", query_string={"q": value}).status_code in {200, 422}


def test_an_office_is_not_told_of_sites_beyond_its_region(app: Flask, make: Make) -> None:
    hidden = make.site(name="隐秘社区心理咨询室", place_code="410311002001")
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code="440100000000"))
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    pages = []
    for browser in (office, admin):
        draft = begin(browser)
        asked = {"region_code": "410311002001", "name": "随便一个名字"}
        pages.append(browser.get(f"{draft}/likeness", query_string=asked).text)
        pages[-1] += post(browser, f"{draft}/place", {**PLACE, "then": "next"}).text
        pages[-1] += browser.get(f"{draft}/review").text

    assert [hidden.name in page for page in pages] == [False, True]
