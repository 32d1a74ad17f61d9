"""Documents on the wall are shown by dated photographs, and a photograph of more than a year ago shows nothing."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_tenants.measures import workload
from huakai_tenants.premises.models import PremisesPhoto
from huakai_tenants.wall_documents import notifications, service
from tests.support.checked import photo
from tests.support.make import Make
from tests.support.web import post

AT = "/room/wall-documents"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_HEAD, site))


def sent(browser: FlaskClient, code: str, content: bytes | None = None, **fields: str) -> Any:
    file = (io.BytesIO(photo() if content is None else content), "a.jpg")
    return post(browser, f"{AT}/{code}/photos", {"file": file, **fields})


def ago(days: int) -> str:
    return (clock.today() - timedelta(days=days)).isoformat()


def states(databases: Databases, site: Site, day: date | None = None) -> dict[str, str]:
    with databases.session(Login.TENANT, site.id) as session:
        return {one.code: one.state for one in service.standings(session, day or clock.today())}


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


@pytest.mark.parametrize(("days", "state"), [(0, "current"), (340, "soon"), (365, "soon"), (366, "outdated")])
def test_a_photograph_is_good_for_a_year(
    databases: Databases, browser: FlaskClient, site: Site, days: int, state: str
) -> None:
    assert sent(browser, "hotline", taken_on=ago(days)).status_code == 303
    found = states(databases, site)
    assert (found["hotline"], found["scope"]) == (state, "missing")


def test_a_new_photograph_renews_and_the_old_one_stays_in_the_history(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    sent(browser, "hotline", taken_on=ago(400))
    sent(browser, "hotline", photo(), taken_on=ago(1), note="接待区")

    assert states(databases, site)["hotline"] == "current"
    page = browser.get(f"{AT}/hotline").text
    assert page.count("/room/spaces/photos/") >= 2
    assert "接待区" in page


def test_the_head_takes_a_wrong_photograph_away_only_with_a_reason(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    sent(browser, "hotline")
    (kept,) = rows(databases, site, PremisesPhoto)
    at = f"/room/spaces/photos/{kept.id}"
    assert browser.get(at).content_type == "image/jpeg"

    post(browser, f"{at}/removal", {})
    assert len(rows(databases, site, PremisesPhoto)) == 1
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))
    assert post(worker, f"{at}/removal", {"reason": "wrong"}).status_code == 403
    assert post(browser, f"{at}/removal", {"reason": "wrong"}).status_code == 303
    assert states(databases, site)["hotline"] == "missing"
    assert [one.deed for one in rows(databases, site, AuditEntry)] == ["photos.added", "photos.removed"]


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"not a picture", {}, "这不是照片"),
        (None, {"taken_on": "2090-01-01"}, "不能晚于今天"),
        (None, {"taken_on": "yesterday"}, "请填写日期"),
        (None, {"nonsense": "1"}, "没有这一项"),
    ],
)
def test_what_shows_nothing_is_refused(
    databases: Databases, browser: FlaskClient, site: Site, content: bytes | None, fields: dict[str, str], said: str
) -> None:
    answer = sent(browser, "hotline", content, **fields)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert rows(databases, site, PremisesPhoto) == []


def test_a_document_that_the_edition_does_not_know_is_not_there(browser: FlaskClient) -> None:
    assert browser.get(f"{AT}/horoscope").status_code == 404
    assert sent(browser, "horoscope").status_code == 404


def test_another_rooms_photograph_is_as_if_it_were_not_there(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    sent(browser, "hotline")
    (kept,) = rows(databases, site, PremisesPhoto)
    elsewhere = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    assert elsewhere.get(f"/room/spaces/photos/{kept.id}").status_code == 404
    assert post(elsewhere, f"/room/spaces/photos/{kept.id}/removal", {"reason": "wrong"}).status_code == 404


@pytest.mark.calendar
def test_heads_are_told_once_a_month_and_the_numbers_count_what_is_good(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    sent(browser, "hotline", taken_on=ago(340))
    sent(browser, "scope", photo(), taken_on=ago(400))
    for _again in range(2):
        with databases.session(Login.WORKER, site.id) as session:
            notifications.of_the_day(session, clock.today())

    assert len(rows(databases, site, Notice)) == 2
    with databases.session(Login.TENANT, site.id) as session:
        counted = workload.counts(session, clock.month(clock.today()))
    assert (counted["wall_documents_current"], counted["wall_documents_required"]) == (1, 13)


def test_the_list_shows_one_state_alone(browser: FlaskClient) -> None:
    sent(browser, "hotline")
    page = browser.get(f"{AT}?state=current").text
    assert ("hotline" in page, "confidentiality" in page) == (True, False)
    assert browser.get(f"{AT}?state=lost").status_code == 422
