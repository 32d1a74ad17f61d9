"""The first run: five steps that know when they are done, are left and taken up again, and are offered until ended."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel.access import Role
from tests.support.make import Make
from tests.support.web import post

SETUP = "/console/setup"


@pytest.fixture
def admin(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


def test_steps_find_out_by_themselves_and_the_rest_is_confirmed(admin: FlaskClient, make: Make) -> None:
    assert "已完成 20%" in admin.get(SETUP).text  # the regions are there
    assert "首次设置已完成 20%" in admin.get("/console/").text

    make.member(Role.AUDITOR)
    make.site(state="lead")
    assert "已完成 60%" in admin.get(SETUP).text

    post(admin, f"{SETUP}/institution", {"name": "洛阳市心理服务中心", "short_name": "洛心"})
    assert "洛阳市心理服务中心" in admin.get(SETUP).text
    post(admin, f"{SETUP}/standard")
    assert "已完成 100%" in admin.get(SETUP).text
    assert "首次设置已完成" not in admin.get("/console/").text


def test_a_step_can_be_skipped_and_done_later(admin: FlaskClient, make: Make) -> None:
    post(admin, f"{SETUP}/people/skipping")
    page = admin.get(SETUP).text
    assert "已跳过" in page
    assert "已完成 40%" in page

    make.member(Role.REGIONAL_OFFICE)

    assert "已跳过" not in admin.get(SETUP).text


def test_put_away_it_is_not_offered_but_can_be_opened(admin: FlaskClient) -> None:
    for _again in range(2):
        assert post(admin, f"{SETUP}/end").status_code == 303

    assert "首次设置已完成" not in admin.get("/console/").text
    assert "已完成 20%" in admin.get(SETUP).text


def test_bad_particulars_come_back_filled(admin: FlaskClient) -> None:
    answer = post(admin, f"{SETUP}/institution", {"name": "很" * 81, "short_name": "简"})

    assert answer.status_code == 422
    assert "很" * 81 in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_step_that_there_is_not_is_not_found_and_regions_are_loaded_once(admin: FlaskClient) -> None:
    assert post(admin, f"{SETUP}/nothing/skipping").status_code == 404
    assert post(admin, f"{SETUP}/regions").status_code == 409


def test_the_sample_register_runs_dry_and_writes_nothing(admin: FlaskClient) -> None:
    answer = post(admin, "/console/imports/sample", follow_redirects=True)

    assert answer.status_code == 200
    assert "示例" in answer.text
    assert "已完成 20%" in admin.get(SETUP).text


@pytest.mark.parametrize("role", [Role.REGIONAL_OFFICE, Role.AUDITOR])
def test_nobody_else_is_bothered_with_it(app: Flask, make: Make, role: Role) -> None:
    client = make.browser(app, make.member(role))

    assert "首次设置" not in client.get("/console/").text
    assert client.get(SETUP).status_code == 403
