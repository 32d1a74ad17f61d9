"""Who may know of an operation is read from its own row, and what has ended is not counted again."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from huakai_platform.kernel import operations
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.operations import OperationItem
from huakai_platform.kernel.sites import Site
from huakai_worker.jobs import notices
from tests.support import web
from tests.support.make import Make

GUANGZHOU = ["440106003000", "440106000000", "440100000000", "440000000000", "000000000000"]
HENAN = ["410000000000", "000000000000"]
INDEX = "/console/operations"


def begin(make: Make, title: str, *sites: Site) -> UUID:
    with make.databases.session(Login.OVERSIGHT) as session:
        return operations.start(session, None, "recount", title, [(one.id, one.name) for one in sites]).id


def end(make: Make, operation: UUID, *sites: Site) -> None:
    with make.databases.session(Login.WORKER) as session:
        for site in sites:
            operations.finish_item(session, operation, site.id)
        notices.see_endings(session)


@pytest.fixture
def sites(make: Make) -> list[Site]:
    """One in Luoyang, one of all Henan, one in Guangzhou."""
    return [
        make.site(name="涧西一号"),
        make.site(name="河南一号", region_code=HENAN[0], ancestors=HENAN),
        make.site(name="天河一号", region_code=GUANGZHOU[0], ancestors=GUANGZHOU),
    ]


@pytest.fixture
def office(app: Flask, make: Make) -> FlaskClient:
    """The office of Luoyang."""
    return make.browser(app, make.member(Role.REGIONAL_OFFICE))


def test_an_office_knows_what_lies_in_its_region_and_what_touches_it(
    office: FlaskClient, make: Make, sites: list[Site]
) -> None:
    begin(make, "洛阳重算", sites[0])
    begin(make, "两处重算", *sites[:2])
    begin(make, "全国重算", *sites)
    begin(make, "别处重算", *sites[1:])
    begin(make, "河南重算", sites[1])

    page = office.get(INDEX).text

    seen = [title for title in ("洛阳重算", "两处重算", "全国重算", "别处重算", "河南重算") if title in page]
    assert seen == ["洛阳重算", "两处重算", "全国重算"]


def test_an_office_is_told_of_its_own_sites_alone(office: FlaskClient, make: Make, sites: list[Site]) -> None:
    wide, own = begin(make, "全国重算", *sites), begin(make, "洛阳重算", sites[0])
    end(make, wide, *sites)
    end(make, own, sites[0])

    for operation in (wide, own):
        page = office.get(f"{INDEX}/{operation}").text
        assert ("1 / 1" in page, "涧西一号" in page, "河南一号" in page) == (True, True, False)


def test_what_has_ended_is_read_from_its_row(app: Flask, make: Make, sites: list[Site]) -> None:
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    operation = begin(make, "全国重算", *sites)
    end(make, operation, *sites)
    admin.get(INDEX)
    with web.statements(app) as seen:
        page = admin.get(INDEX).text
    assert "3 / 3" in page
    assert not [one for one in seen if "operation_item" in one]

    with make.databases.session(Login.MIGRATOR) as session:
        session.execute(update(OperationItem).values(state="waiting"))
        operations.settle(session, session.get_one(operations.Operation, operation))
    assert "0 / 3" in admin.get(INDEX).text


def test_the_items_of_a_long_operation_go_on_by_key(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from huakai_platform.kernel import paging

    monkeypatch.setattr(paging, "NUMBERED", 25)
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    operation = begin(make, "全国重算", *(make.site(name=f"{number}号") for number in range(1, 61)))

    first = admin.get(f"{INDEX}/{operation}").text
    second = admin.get(f"{INDEX}/{operation}?after=25").text
    third = admin.get(f"{INDEX}/{operation}?after=50").text

    assert [re.findall(r'rel="next" href="[^"]*after=(\d+)"', one) for one in (first, second, third)] == [
        ["25"],
        ["50"],
        [],
    ]
    assert ("25号" in first, "26号" in second, "60号" in third, "before=51" in third) == (True, True, True, True)
    assert "共 60 条" in third
