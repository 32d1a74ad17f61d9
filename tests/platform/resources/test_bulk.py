"""What is done with many rows at once: those that were ticked, or all that the list shows."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.resources import pages
from huakai_tenants.equipment.models import EquipmentItem
from tests.support.make import Make
from tests.support.web import post
from tests.support.worlds import HTML

LIST = "/room/equipment"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(app: Flask, make: Make, site: Site) -> FlaskClient:
    client = make.browser(app, make.member(Role.SITE_HEAD, site))
    client.environ_base["HTTP_ACCEPT"] = HTML
    for kind in [*["computer"] * 21, "round_table"]:
        assert post(client, f"{LIST}/new", {"kind": kind, "quantity": "1"}).status_code == 303
    return client


def items(make: Make, site: Site) -> list[EquipmentItem]:
    with make.databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(EquipmentItem).order_by(EquipmentItem.number)))


def said(client: FlaskClient, path: str, form: dict[str, Any]) -> str:
    """The list as it is shown after a deed."""
    answer = post(client, path, form)
    assert answer.status_code == 303
    return client.get(answer.location).text


def test_all_that_match_are_meant_and_nothing_else(make: Make, site: Site, head: FlaskClient) -> None:
    shown = head.get(f"{LIST}?kind=computer&size=20").text
    assert 'name="every" value="21"' in shown

    told = said(head, f"{LIST}/checks?kind=computer&size=20", {"every": "21"})

    assert "已记录 21 件设备检查正常" in told
    assert 'name="every" value="21"' in told, "the list is shown as it was"
    assert [one.kind for one in items(make, site) if one.checked_on is None] == ["round_table"]


def test_what_matches_has_changed_meanwhile_and_nothing_is_done(make: Make, site: Site, head: FlaskClient) -> None:
    assert "由 20 条变为 21 条" in said(head, f"{LIST}/checks?kind=computer", {"every": "20"})
    assert all(one.checked_on is None for one in items(make, site))


def test_more_than_one_deed_takes_is_refused(
    make: Make, site: Site, head: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 20)
    assert "一次最多处理 20 条" in said(head, f"{LIST}/checks?kind=computer", {"every": "21"})
    assert all(one.checked_on is None for one in items(make, site))


def test_every_button_of_the_bar_does_its_deed_with_all_that_the_bar_holds(
    make: Make, site: Site, head: FlaskClient
) -> None:
    bar = re.search(r'<form method="post" [^>]*id="checked".*?</form>', head.get(LIST).text, re.DOTALL)
    assert bar
    fields = dict.fromkeys(re.findall(r'<select [^>]*name="(\w+)"', bar[0]), "worn")
    deeds = [unescape(one) for one in re.findall(r'(?:form)?action="([^"]+)"', bar[0])]
    assert len(deeds) == 4
    ids = {"ids": [str(items(make, site)[0].id)]}

    for deed in deeds:
        assert "已记录 1 件设备" in said(head, deed, fields | ids), deed


def test_nothing_ticked_is_said(head: FlaskClient) -> None:
    for deed in ("checks", "repairs", "returns"):
        assert "请先勾选" in said(head, f"{LIST}/{deed}", {})


def test_many_go_for_repair_and_come_back_and_what_cannot_is_said(make: Make, site: Site, head: FlaskClient) -> None:
    first, second = (str(one.id) for one in items(make, site)[:2])
    said(head, f"{LIST}/repairs", {"ids": [first]})

    told = said(head, f"{LIST}/repairs", {"ids": [first, second]})
    assert "已记录 1 件设备。1 件的状态不允许，没有改动。" in told
    assert [one.state for one in items(make, site)[:3]] == ["in_repair", "in_repair", "in_use"]
    said(head, f"{LIST}/returns", {"ids": [first, second]})
    assert {one.state for one in items(make, site)} == {"in_use"}


def test_many_are_scrapped_for_one_reason(make: Make, site: Site, head: FlaskClient) -> None:
    ids = [str(one.id) for one in items(make, site)[:2]]
    said(head, f"{LIST}/scrappings", {"ids": ids})
    assert {one.state for one in items(make, site)} == {"in_use"}, "a reason is asked for"

    said(head, f"{LIST}/scrappings", {"ids": ids, "reason": "worn"})
    assert [one.state for one in items(make, site)[:3]] == ["scrapped", "scrapped", "in_use"]


def test_rows_of_another_room_are_not_there(app: Flask, make: Make, site: Site, head: FlaskClient) -> None:
    elsewhere = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    ids = [str(one.id) for one in items(make, site)[:2]]

    for deed, more in (("repairs", {}), ("returns", {}), ("scrappings", {"reason": "worn"})):
        assert "已记录 0 件设备" in said(elsewhere, f"{LIST}/{deed}", {"ids": ids, **more})
    assert {one.state for one in items(make, site)} == {"in_use"}
