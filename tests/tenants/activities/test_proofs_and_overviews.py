"""Photos lose what the camera knew, measures are of groups, and a month and a year can be looked at."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities.models import Activity, ActivityEffect, ActivityPhoto
from tests.support.active import Active
from tests.support.checked import photo
from tests.support.make import Make
from tests.support.web import post
from tests.tenants.training.test_expiring import statements

ROOM = "/room/activities"
MAY = date(2026, 5, 9)


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_WORKER, site))


@pytest.fixture
def active(make: Make, site: Site) -> Active:
    return Active(make, site)


@pytest.fixture
def kept(active: Active) -> Activity:
    return active.activity(MAY, title="高考减压", form="exam_stress", venue="school", flowers=["happiness_flower"])


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_a_photo_is_written_anew_kept_once_shown_and_removed(
    databases: Databases, browser: FlaskClient, kept: Activity, site: Site
) -> None:
    content = photo()
    for _again in range(2):
        file = (io.BytesIO(content), "现场.png")
        assert post(browser, f"{ROOM}/{kept.id}/photos", {"file": file}).status_code == 303
    (one,) = rows(databases, site, ActivityPhoto)
    assert one.name == "现场.jpg"
    answer = browser.get(f"{ROOM}/photos/{one.id}")
    assert Image.open(io.BytesIO(answer.data)).format == "JPEG"
    assert f"/photos/{one.id}" in browser.get(f"{ROOM}/{kept.id}").text
    assert post(browser, f"{ROOM}/photos/{one.id}/removal").status_code == 303
    assert rows(databases, site, ActivityPhoto) == []


@pytest.mark.parametrize("content", [b"", b"<script>", b"%PDF-1.7"])
def test_what_is_no_photo_is_refused(browser: FlaskClient, kept: Activity, content: bytes) -> None:
    answer = post(browser, f"{ROOM}/{kept.id}/photos", {"file": (io.BytesIO(content), "a.png")})
    assert answer.status_code == 422
    assert "f-file" in answer.text


def measured(**changes: str) -> dict[str, str]:
    values = {"people_before": "40", "mean_before": "6.5", "people_after": "38", "mean_after": "4.25"}
    return {"question": "考前紧张程度", "better": "lower", **values, **changes}


def test_a_measure_says_whether_a_group_is_better_off(
    databases: Databases, browser: FlaskClient, kept: Activity, site: Site
) -> None:
    assert post(browser, f"{ROOM}/{kept.id}/effects", measured()).status_code == 303
    page = browser.get(f"{ROOM}/{kept.id}").text
    assert "好转" in page
    assert "-2.25" in page
    assert "考前紧张程度" in browser.get(f"{ROOM}/statistics?year=2026").text
    (one,) = rows(databases, site, ActivityEffect)
    assert post(browser, f"{ROOM}/effects/{one.id}/removal").status_code == 303
    assert rows(databases, site, ActivityEffect) == []


@pytest.mark.parametrize("wrong", [{"people_after": "4"}, {"mean_before": "many"}, {"better": "maybe"}])
def test_a_measure_of_a_few_people_or_without_sense_is_refused(
    databases: Databases, browser: FlaskClient, kept: Activity, site: Site, wrong: dict[str, str]
) -> None:
    answer = post(browser, f"{ROOM}/{kept.id}/effects", measured(**wrong))
    assert answer.status_code == 422
    assert "考前紧张程度" in answer.text
    assert rows(databases, site, ActivityEffect) == []


def test_the_same_question_is_measured_once(browser: FlaskClient, kept: Activity) -> None:
    post(browser, f"{ROOM}/{kept.id}/effects", measured())
    assert "这个问题已经登记过" in post(browser, f"{ROOM}/{kept.id}/effects", measured()).text


@pytest.mark.usefixtures("kept")
def test_a_month_is_a_calendar_and_a_year_is_numbers(browser: FlaskClient, active: Active) -> None:
    active.activity(MAY, title="读书会", direction="in", venue=None, sessions=3, attendances=60, people=20)
    active.activity(MAY, title="不算", state="cancelled", sessions=99)
    active.activity(MAY, title="对方的", counted=False, sessions=77)

    may = browser.get(f"{ROOM}/calendar?month=2026-05").text
    assert "高考减压" in may
    assert "<s>不算</s>" in may
    assert "这个月没有活动" in browser.get(f"{ROOM}/calendar?month=2026-04").text
    assert browser.get(f"{ROOM}/calendar?month=2026-13").status_code == 422
    year = browser.get(f"{ROOM}/statistics?year=2026").text
    assert "<td>90</td>" in year.replace(' class="text-end num"', "")
    assert ">77<" not in year
    assert "幸福之花" in year


def test_every_page_asks_as_often_whatever_there_is(app: Flask, browser: FlaskClient, active: Active) -> None:
    pages = ("", "/calendar?month=2026-05", "/statistics?year=2026", "/plan?year=2026", "/totals")

    def told() -> list[int]:
        numbers = []
        for page in pages:
            with statements(app) as asked:
                assert browser.get(ROOM + page).status_code == 200
            numbers.append(len(asked))
        return numbers

    told()
    few = told()
    for day in range(1, 9):
        active.activity(date(2026, 5, day), theme="exam_relief")
        active.total(date(2018, 1, day))
    assert told() == few
