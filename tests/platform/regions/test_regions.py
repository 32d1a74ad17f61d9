"""The region tree: looked up, taken in, closed, never sliced."""

import gzip
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.search import core, grams, initials
from huakai_platform.kernel.sites import Site
from huakai_platform.regions import importing, service
from tests.support.make import Make

DAY = date(2026, 11, 22)
HEAD = "code,name,level,parent,successor\n"


@pytest.fixture
def session(databases: Databases):  # type: ignore[no-untyped-def]
    with databases.open(Login.OVERSIGHT) as opened:
        from huakai_platform.kernel import tenancy

        tenancy.enter(opened, tenancy.PLATFORM)
        yield opened
        opened.rollback()


def plan(session: Session, lines: str, **options: bool) -> importing.Plan:
    return importing.plan(session, importing.read((HEAD + lines).encode()), on=DAY, **options)


def test_a_name_is_found_by_two_characters_initials_and_code(session: Session) -> None:
    importing.apply(session, plan(session, "410399999000,紫薇坪街道,township,410311000000,\n"), on=DAY)

    assert service.find(session, "紫薇坪")[0].code == "410399999000"
    assert service.find(session, "zwp")[0].code == "410399999000"
    assert service.find(session, "410399999")[0].code == "410399999000"
    assert service.find(session, "薇坪", within="410311000000")[0].code == "410399999000"
    assert service.find(session, "薇坪", within="440100000000") == []


def test_a_prefecture_without_counties_keeps_its_townships(session: Session) -> None:
    below = service.children(session, "441900000000")

    assert below
    assert {row.level for row in below} == {"township"}


def test_nothing_is_said_for_nothing(session: Session) -> None:
    assert service.find(session, "   ") == []


@pytest.mark.parametrize("words", ["%", "_", "'", "\\", "社区", "居委会", "a" * 50, "０", "🌸", "区"])
def test_odd_words_find_few_and_never_fail(session: Session, words: str) -> None:
    assert len(service.find(session, words)) <= 20


def test_a_merged_region_is_closed_and_points_to_its_successor(session: Session) -> None:
    importing.apply(session, plan(session, "410399998000,旧街道,township,410311000000,410311002000\n"), on=DAY)

    region = service.get(session, "410399998000")
    assert (region.valid_to, region.successor_code) == (DAY, "410311002000")
    assert service.find(session, "410399998000") == []


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    lines = "419900000000,新市,prefecture,410000000000,\n419901000000,新区,county,419900000000,\n"
    importing.apply(session, plan(session, lines), on=DAY)

    again = plan(session, lines)
    assert (again.added, again.changed, again.same) == ([], [], 2)


def test_a_moved_region_takes_its_new_ancestors(session: Session) -> None:
    importing.apply(session, plan(session, "419901000000,新区,county,410300000000,\n"), on=DAY)
    moved = plan(session, "419901000000,新区,county,440100000000,\n")
    importing.apply(session, moved, on=DAY)
    session.expire_all()

    assert service.path(session, "419901000000")[-2][0] == "440100000000"


def test_what_is_below_a_moved_region_moves_along(databases: Databases, make: Make) -> None:
    site = make.site()
    move = HEAD + "410311000000,洛龙区,county,440100000000,\n"
    with databases.session(Login.OVERSIGHT) as session:
        importing.apply(session, importing.plan(session, importing.read(move.encode()), on=DAY), on=DAY)
    try:
        with databases.session(Login.OVERSIGHT) as session:
            assert service.path(session, "410311002000")[-3][0] == "440100000000"
            moved = session.execute(select(Site.ancestors).where(Site.id == site.id)).scalar_one()
            assert "440100000000" in (moved or [])
            assert session.scalars(select(OutboxMessage.topic)).all() == ["RegionsMoved"]
    finally:
        back = HEAD + "410311000000,洛龙区,county,410300000000,\n"
        with databases.session(Login.OVERSIGHT) as session:
            importing.apply(session, importing.plan(session, importing.read(back.encode()), on=DAY), on=DAY)


@pytest.mark.parametrize(
    "lines",
    [
        "12,短,county,410300000000,\n",
        "419901000000,,county,410300000000,\n",
        "419901000000,级,planet,410300000000,\n",
        "419901000000,孤,county,999999999999,\n",
        "419901000000,甲,county,419902000000,\n419902000000,乙,county,419901000000,\n",
        "419901000000,甲,county,410300000000,\n419901000000,甲,county,410300000000,\n",
    ],
)
def test_a_wrong_line_is_named_and_stops_the_import(session: Session, lines: str) -> None:
    made = plan(session, lines)

    assert "行" in made.problems[0]
    with pytest.raises(FileRefused):
        importing.apply(session, made, on=DAY)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x1f\x8bbroken", b"a,b\n1,2\n", b""])
def test_a_file_that_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        importing.read(content)


def test_common_endings_do_not_count() -> None:
    assert core("定鼎门社区居委会") == "定鼎门"
    assert core("社区") == "社区"
    assert grams("定鼎门社区") == ["定鼎", "鼎门"]
    assert initials("重庆市") == "cqs"


def test_the_pages_answer_for_the_institution(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert "河南省" in browser.get("/console/regions/").text
    assert browser.get("/console/regions/?q=没有这样的地方").status_code == 200
    assert browser.get("/console/regions/?within=999999999999").status_code == 404
    assert browser.get("/console/regions/?within=abc").status_code == 422
    assert (browser.get("/console/regions/lookup?q=洛阳").json or [{}])[0]["name"] == "洛阳市"


@pytest.mark.parametrize(
    "content", [gzip.compress(b"\0" * (importing.MOST_BYTES + 1)), b"\x1f\x8b\x08\0" + b"\xff" * 40]
)
def test_a_packed_file_that_swells_or_is_broken_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        importing.read(content)
