"""Registers through the pages."""

import io
import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.models import RegisterImport
from tests.support.lookups import REGISTER, REGISTER_WITH_ERRORS
from tests.support.make import Make
from tests.support.web import post, token

REASON = "同一社区的第二个服务点"
CASES = Path(__file__).parents[2] / "data/sheets"


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


def upload(browser: FlaskClient, data: bytes = b"", name: str = "register.xlsx", **fields: str) -> TestResponse:
    form = {"csrf_token": token(browser), "file": (io.BytesIO(data or REGISTER.read_bytes()), name), **fields}
    return browser.post("/console/imports", data=form, content_type="multipart/form-data")


def upload_errors(browser: FlaskClient) -> str:
    return upload(browser, REGISTER_WITH_ERRORS.read_bytes()).location


def sites(databases: Databases) -> int:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalar(select(func.count()).select_from(Site)) or 0


def test_a_register_is_checked_then_confirmed(browser: FlaskClient, databases: Databases) -> None:
    answer = upload(browser)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "确认导入 319 个站点" in page
    assert sites(databases) == 0

    done = post(browser, f"{answer.location}/application", follow_redirects=True)

    assert "新增 319 个站点" in done.text
    assert sites(databases) == 319
    again = browser.get(upload(browser).location).text
    assert "这些站点都已登记" in again
    assert "导入过" in again
    assert "确认导入" not in again


def test_each_mistake_stands_at_its_cell(browser: FlaskClient) -> None:
    location = upload_errors(browser)

    page = browser.get(f"{location}?show=error").text

    for row, column in ((7, "E"), (13, "E"), (19, "C"), (26, "J"), (34, "N"), (61, "B"), (124, "B"), (144, "D")):
        assert f"第 {row} 行 {column} 列" in page
    assert page.count('<tr id="row-') == 13
    assert "第 92 行" not in page
    assert "第 92 行 E 列" in browser.get(f"{location}?show=possible_duplicate").text


def test_the_good_rows_go_in_and_the_rest_can_be_fetched(browser: FlaskClient, databases: Databases) -> None:
    location = upload_errors(browser)
    marked = browser.get(f"{location}/workbook")
    assert marked.status_code == 200
    assert workbooks.read(marked.data).sheets[0].rows[6][20].text == "有错误"
    only_bad = workbooks.read(browser.get(f"{location}/workbook?only_bad=1").data).sheets[0]
    assert len(only_bad.rows) == 3 + 14

    post(browser, f"{location}/application")

    assert sites(databases) == 305
    left = workbooks.read(browser.get(f"{location}/workbook").data).sheets[0]
    assert {"E7", "E92", "P135"} <= {row[1].text for row in left.rows}


def test_a_reason_lets_a_possible_duplicate_in(browser: FlaskClient, databases: Databases) -> None:
    location = upload_errors(browser)

    short = post(browser, f"{location}/overrides", {"row": "92", "reason": "就是"})
    assert short.status_code == 422
    assert 'value="就是"' in short.text
    assert 'href="#f-reason-92"' in short.text
    done = post(browser, f"{location}/overrides", {"row": "92", "reason": REASON})

    assert done.location == f"{location}#row-92"
    post(browser, f"{location}/application")
    assert sites(databases) == 306


def test_columns_are_corrected_by_hand(browser: FlaskClient) -> None:
    location = upload(browser).location
    page = browser.get(f"{location}/columns").text
    chosen = dict(re.findall(r'<select[^>]*name="(\w+)".*?<option value="(\d+)" selected>', page, re.DOTALL))
    assert chosen["name"] == "1"

    twice = post(browser, f"{location}/columns", {**chosen, "host": chosen["name"]})
    assert twice.status_code == 422
    assert "这一列已用于另一项" in twice.text
    without = post(browser, f"{location}/columns", {**chosen, "name": ""})
    assert without.status_code == 422
    assert "请指明这一列" in without.text

    chosen.pop("note", None)
    assert post(browser, f"{location}/columns", chosen).location == location
    assert "确认导入 319 个站点" in browser.get(location).text


def test_a_sheet_without_a_known_name_column_asks_for_it(browser: FlaskClient) -> None:
    csv = "甲,类型,级别,统计用区划代码\n平安社区心理咨询室,心理咨询室,T1,410311002001\n".encode()
    answer = upload(browser, csv, "x.csv")
    assert answer.location.endswith("/columns")
    assert "平安社区心理咨询室" in browser.get(answer.location).text

    fixed = post(browser, answer.location, {"name": "0", "kind": "1", "tier": "2", "region_code": "3"})

    assert "确认导入 1 个站点" in browser.get(fixed.location).text


@pytest.mark.parametrize("data", [b"PK\x03\x04 nonsense", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0old"])
def test_a_file_that_is_no_register_comes_back_with_the_reason(browser: FlaskClient, data: bytes) -> None:
    answer = upload(browser, data)

    assert answer.status_code == 422
    assert 'id="e-file"' in answer.text


def test_a_form_without_a_file_is_asked_for_one(browser: FlaskClient) -> None:
    assert post(browser, "/console/imports").status_code == 422


def test_a_double_submit_is_one_import(browser: FlaskClient, databases: Databases) -> None:
    first = upload(browser, idempotency_key="one")
    second = upload(browser, idempotency_key="one")

    assert first.location == second.location
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalar(select(func.count()).select_from(RegisterImport)) == 1
    for _time in range(2):
        done = post(browser, f"{first.location}/application", {"idempotency_key": "two"})
        assert done.status_code == 303
    assert sites(databases) == 319


def test_a_discarded_import_says_so(browser: FlaskClient) -> None:
    location = upload(browser).location

    assert post(browser, f"{location}/discard").location == "/console/imports"
    assert "已放弃" in browser.get("/console/imports").text
    assert "没有写入任何站点" in browser.get(location).text
    assert post(browser, f"{location}/application").status_code == 409


def test_an_import_of_another_office_is_not_there(browser: FlaskClient, app: Flask, make: Make) -> None:
    location = upload(browser).location
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))

    assert office.get(location).status_code == 404
    assert office.get(f"/console/imports/{UUID(int=7)}").status_code == 404
    assert post(office, f"{location}/application").status_code == 404


def test_a_regional_office_is_told_which_rows_are_not_its_own(app: Flask, make: Make) -> None:
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code="410311000000"))

    page = office.get(upload(office).location + "?show=error").text

    assert "不在您负责的范围内" in page


def test_the_template_can_be_filled_and_read(browser: FlaskClient) -> None:
    answer = browser.get("/console/imports/template")

    assert workbooks.read(answer.data).sheets[0].rows[2][1].text == "站点名称*"


def test_what_came_in_is_opened_at_once(browser: FlaskClient, databases: Databases) -> None:
    location = upload(browser).location
    assert "现在开通" not in browser.get(location).text
    post(browser, f"{location}/application")
    assert "现在开通其中 319 个站点" in browser.get(location).text

    begun = post(browser, f"{location}/openings")

    assert "/operations/" in begun.location
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(Operation.total)).all() == [319]
    assert "319" in browser.get(begun.location).text


def test_a_regional_office_may_import_but_not_open(app: Flask, make: Make) -> None:
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    location = upload(office).location
    post(office, f"{location}/application")

    assert "现在开通" not in office.get(location).text
    assert post(office, f"{location}/openings").status_code == 403


def test_what_nobody_reads_is_said_beside_the_dry_run(browser: FlaskClient, databases: Databases) -> None:
    at = upload(browser, (CASES / "r15-total-row.xlsx").read_bytes()).location
    page = browser.get(at).text
    assert "第 8 行是合计，没有读取。" in page
    assert "第 10 行没有读取" in page

    head, row = "站点名称,类型,级别,统计用区划代码", "平安社区心理咨询室,心理咨询室,T1,410311002001"
    answer = upload(browser, f"{head},级 别\n{row},T2\n".encode(), "x.csv")
    assert answer.status_code == 422
    assert "“级别”这一列出现了 2 次(C、E)" in answer.text
