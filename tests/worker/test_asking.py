"""The institution is told that a proposal or a waiver waits for it: its own administrators, once a day for each."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.tenancy import PLATFORM
from tests.support.drifted import drift
from tests.support.make import Make
from tests.support.released import drain
from tests.support.web import post

PROPOSAL = {"at": "", "change": "改为每周拍照一次", "reason": "每天拍照耽误开门"}
WAIVER = {"reason": "新招的咨询师下月到岗", "ends_on": (clock.today() + timedelta(days=30)).isoformat()}


def told(databases: Databases, who: Actor) -> list[str]:
    with databases.session(Login.MIGRATOR, PLATFORM) as session:
        mine = select(Notice.href).where(Notice.account_id == who.account_id)
        return list(session.scalars(mine.order_by(Notice.href)))


@pytest.mark.parametrize(
    ("address", "said", "href"),
    [
        ("/room/proposals/new/checklist/daily", PROPOSAL, "/console/proposals?state=open"),
        ("/room/drift/post/counsellor.B/waiver", WAIVER, "/console/waivers?state=asked"),
    ],
)
def test_what_rooms_ask_is_told_once_a_day_to_every_administrator_and_to_nobody_else(
    app: Flask, databases: Databases, make: Make, address: str, said: dict[str, str], href: str
) -> None:
    admins = [make.member(Role.INSTITUTION_ADMIN) for _number in range(2)]
    left = make.member(Role.INSTITUTION_ADMIN, valid_until=clock.today() - timedelta(days=1))
    office = make.member(Role.REGIONAL_OFFICE, region_code="410300000000")
    for site in (make.site(), make.site()):
        drift(make, site)
        head = make.browser(app, make.member(Role.SITE_HEAD, site))
        assert post(head, address, said).status_code == 303
    drain(make)
    assert [told(databases, one) for one in admins] == [[href]] * 2
    assert told(databases, left) == told(databases, office) == []
    browser = make.browser(app, admins[0])
    assert browser.get(href).status_code == 200
