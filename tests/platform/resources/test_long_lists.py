"""A list of very many: its total is summed up or unknown, what it leaves out is said, its rows are said together."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.onboarding import register
from huakai_platform.onboarding.listing import SITES, Regions
from huakai_platform.regions import present
from huakai_platform.resources import exporting, lists
from huakai_platform.resources.fields import Question
from tests.support.make import Make

LUOYANG = "410300000000"


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def browser(app: Flask, make: Make, admin: Actor) -> FlaskClient:
    return make.browser(app, admin)


@pytest.mark.parametrize(
    ("summed", "said"),
    [
        (0, "这里只有前 2 条，其余未列出；请缩小筛选范围分次导出。"),
        (5, "共 5 条，这里只有前 2 条，其余 3 条未列出；请缩小筛选范围分次导出。"),
        (2, "这里只有前 2 条，其余未列出；请缩小筛选范围分次导出。"),
    ],
)
def test_a_register_that_is_cut_says_so_and_can_still_be_taken_in(
    make: Make, admin: Actor, monkeypatch: pytest.MonkeyPatch, summed: int, said: str
) -> None:
    """Nobody counts the sites: the total is what the rollups say, unless they lag behind."""
    monkeypatch.setattr(present, "numbers", lambda *_args, **_more: {"sites": summed})
    for number in range(3):
        make.site(name=f"{number}号站")
    few = replace(SITES, most=2)
    with make.databases.session(Login.OVERSIGHT) as session:
        found = lists.all_rows(session, few, admin, Question(), Regions())
        written = exporting.workbook(session, admin, few, few.out("export"), found, found.context, plain=True)

    rows = workbooks.read(written).sheets[0].rows
    assert rows[0][0].text == said
    assert [row[1].text for row in rows[1:]] == ["站点名称", "0号站", "1号站"]
    assert register.locate(workbooks.read(written))


def test_the_places_of_a_page_are_named_by_one_statement(make: Make, admin: Actor) -> None:
    make.site()
    with make.databases.session(Login.OVERSIGHT) as session:
        found = lists.list_page(session, SITES, admin, Question(), Regions())

    assert found.rows[0].place(Regions()) == "410300000000 / 410311000000 / 410311002000", "nobody has named them"
    assert "洛阳市 / 洛龙区" in found.rows[0].place(found.context)


def test_a_region_is_chosen_among_those_below_and_said_by_its_name(browser: FlaskClient, make: Make) -> None:
    make.site(name="甲站")

    shown = browser.get(f"/console/sites?region={LUOYANG}").text

    assert f'<option value="{LUOYANG}" selected>洛阳市（含下级）</option>' in shown
    assert "地区：洛阳市（含下级）" in shown
    assert '<option value="410311000000" >洛龙区</option>' in shown


def test_two_questions_about_a_departure_are_about_the_same_one(browser: FlaskClient, make: Make) -> None:
    site, today = make.site(name="甲站"), clock.today()
    about = {"wrong": "vacant", "core": False, "since": today.isoformat()}
    make.add(
        DriftStanding(
            tenant_id=site.id,
            region_code=site.region_code,
            edition_id=site.edition_id,
            as_of=today,
            computed_at=clock.now(),
            findings=[
                {**about, "kind": "post", "code": "x", "class": "waived"},
                {**about, "kind": "area", "code": "total", "class": "unexplained"},
            ],
            conforming=0,
            allowed=0,
            waived=1,
            unexplained=1,
            core=0,
        )
    )

    for question, there in (
        ("sort_of=waived", True),
        ("kind=area", True),
        ("sort_of=waived&kind=post", True),
        ("sort_of=waived&kind=area", False),
    ):
        assert ("甲站" in browser.get(f"/console/drift?{question}").text) == there, question
