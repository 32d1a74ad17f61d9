"""The institution's own registers: the same pages, its own table, and nobody else's entries."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.identity.models import Institution
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import basis
from huakai_platform.standards.shipped import load_shipped
from tests.support import web
from tests.support.make import Make
from tests.support.registered import of_institution

POLICIES = "/console/registers/policies"
DAY = clock.today().isoformat()
SHIPPED = sorted(one.code for one in load_shipped().definitions if one.body.get("level") == "institution")


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def browser(make: Make, app: Flask, admin: Actor) -> FlaskClient:
    return make.browser(app, admin)


def entry(make: Make, admin: Actor, title: str) -> UUID:
    edition = make.site().edition_id
    assert edition is not None
    return of_institution(
        make, admin, edition, "policies", {"items": {"issued_on": DAY, "title": title, "issuer": "省厅"}}
    )


def test_a_policy_is_written_changed_and_cancelled(browser: FlaskClient) -> None:
    assert "政策文件库" in browser.get("/console/registers").text
    made = web.post(
        browser, f"{POLICIES}/new", {"issued_on": "2018-11-16", "title": "试点工作方案", "issuer": "十部门"}
    )
    assert "试点工作方案" in browser.get(made.location).text

    refused = web.post(
        browser, f"{made.location}/edit", {"issued_on": "", "title": "方案", "issuer": "十部门", "version": "1"}
    )
    assert refused.status_code == 422
    assert "方案" in refused.text
    web.post(browser, f"{made.location}/cancellation", {"reason": "已废止"})
    assert "试点工作方案" not in browser.get(POLICIES).text
    assert "试点工作方案" in browser.get(f"{POLICIES}?state=cancelled").text


def test_a_policy_is_linked_with_every_item_of_the_standard_that_rests_on_it(browser: FlaskClient, make: Make) -> None:
    edition_id = make.site().edition_id
    law = {"issued_on": "2018-04-27", "title": "精神卫生法", "issuer": "全国人大常委会", "source": "S19"}
    refused = web.post(browser, f"{POLICIES}/new", {**law, "source": "S999"})
    assert refused.status_code == 422
    assert "没有来源 S999" in refused.text
    page = browser.get(str(web.post(browser, f"{POLICIES}/new", law).location)).text
    named = [kind for kind, body in load_bodies() if basis.of({kind: body}, "S19")]
    assert len(named) >= 3
    for kind, code in named:
        link = f"/console/standard/{edition_id}/{kind}/{code}"
        assert f'href="{link}"' in page
        shown = browser.get(link).text
        assert f'href="{POLICIES}?q=S19"' in shown
    assert "精神卫生法" in browser.get(f"{POLICIES}?q=S19").text


def load_bodies() -> list[tuple[tuple[str, str], dict[str, Any]]]:
    return [((one.kind, one.code), one.body) for one in load_shipped().definitions]


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_register_opens_and_sorts(browser: FlaskClient, make: Make, code: str) -> None:
    make.site()
    for asked in ("", "?sort=day", "?sort=-number", "/print", "/export"):
        assert browser.get(f"/console/registers/{code}{asked}").status_code == 200
    assert browser.get(f"/console/registers/{code}/new").status_code == 200


def test_an_auditor_reads_and_writes_nothing(make: Make, app: Flask, admin: Actor) -> None:
    known = entry(make, admin, "试点工作方案")
    auditor = make.browser(app, make.member(Role.AUDITOR, valid_until=clock.today(), region_code="410300000000"))

    assert "试点工作方案" in auditor.get(f"{POLICIES}/{known}").text
    assert auditor.get(f"{POLICIES}/new").status_code == 403


def test_entries_of_another_institution_are_not_there(make: Make, app: Flask, admin: Actor) -> None:
    other = make.add(Institution(id=uuid7(), name="别的机构", short_name="别", created_at=clock.now()))
    foreign = Actor(admin.account_id, "x", Role.INSTITUTION_ADMIN, institution_id=other.id)
    theirs = entry(make, foreign, "别家的文件")
    browser = make.browser(app, admin)

    assert browser.get(f"{POLICIES}/{theirs}").status_code == 404
    assert "别家的文件" not in browser.get(POLICIES).text
    assert "别家的文件" not in browser.get(f"{POLICIES}/print").text
    assert web.post(browser, f"{POLICIES}/{theirs}/cancellation", {"reason": "不对"}).status_code == 404


def test_a_rooms_register_is_none_of_the_institutions(browser: FlaskClient) -> None:
    assert browser.get("/console/registers/visitors").status_code == 404


def test_a_sheet_of_policies_is_taken_in_once(browser: FlaskClient, make: Make) -> None:
    make.site()
    blank = workbooks.read(browser.get(f"{POLICIES}/imports/template.xlsx").data).sheets[0].rows[0]
    heads = [cell.text for cell in blank]
    said = {"发文日期": "2018-11-16", "文件名称": "试点工作方案", "发文机关": "十部门"}
    row = [next((value for name, value in said.items() if head.startswith(name)), None) for head in heads]
    content = workbooks.write(workbooks.table("x", [workbooks.Column(head) for head in heads], [row]))
    sent = web.post(browser, f"{POLICIES}/imports", {"file": (io.BytesIO(content), "a.xlsx")})
    mark = re.search(r'name="mark" value="([0-9a-f]{64})"', browser.get(sent.location).text)
    assert mark

    for _again in range(2):
        web.post(browser, f"{sent.location}/application", {"mark": mark[1]})

    assert browser.get(POLICIES).text.count("试点工作方案") == 1
    assert "导入已完成" in browser.get(sent.location).text
    assert "a.xlsx" in browser.get(f"{POLICIES}/imports").text
