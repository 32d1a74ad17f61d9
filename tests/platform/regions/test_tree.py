"""The regions stay a tree whatever a file says, and every walk along them ends."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from huakai_deploy.commands.regions import group
from huakai_deploy.doctor import examine
from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.oversight import rollups
from huakai_platform.oversight.models import SiteFact
from huakai_platform.regions import importing, service
from huakai_platform.regions.models import Region
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.web import post

DAY = date(2026, 11, 30)
HEAD = "code,name,level,parent,successor\n"
DISTRICT = (
    "410398000000,洛宁区,county,410300000000,\n"
    "410398103000,下峪镇,township,410398000000,\n"
    "410328000000,洛宁县,county,410300000000,410398000000\n"
    "410328103000,下峪镇,township,410328000000,410398103000\n"
)
"""A county that becomes a district."""
MOVED = (
    "410399000000,洛阳新区,county,410300000000,\n"
    "410311012000,李楼街道,township,410399000000,\n"
    "410311007000,科技园街道,township,410399000000,\n"
)
CYCLE = "410305000000,涧西区,county,410305003000,\n"
UNKNOWN = "410306000000,吉利区,county,410300000000,410388000000\n"
HIGH, LOW = "410305000000", "410305003000"


@pytest.fixture
def session(databases: Databases) -> Iterator[Session]:
    with databases.open(Login.OVERSIGHT) as opened:
        tenancy.enter(opened, tenancy.PLATFORM)
        yield opened
        opened.rollback()


@pytest.fixture
def cycle(databases: Databases) -> Iterator[None]:
    """A table that was spoilt before files were looked at so closely."""

    def hang(below: str) -> None:
        with databases.session(Login.MIGRATOR) as opened:
            opened.execute(update(Region).where(Region.code == HIGH).values(parent_code=below))

    hang(LOW)
    yield
    hang("410300000000")


def plan(session: Session, lines: str) -> importing.Plan:
    return importing.plan(session, importing.read((HEAD + lines).encode()), on=DAY)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (CYCLE, "第 2 行：上级 410305003000 是乡级，必须高于本行的县级。"),
        (UNKNOWN, "第 2 行：后继地区 410388000000 不存在。"),
        ("\n,,,,\n" + UNKNOWN, "第 4 行：后继地区 410388000000 不存在。"),
        ("410305000000,涧西区,county,410305000000,\n", "第 2 行：上级 410305000000 是县级，必须高于本行的县级。"),
        ("000000000000,中国,country,410000000000,\n", "第 2 行：上级 410000000000 是省级，必须高于本行的全国。"),
        ("000000000000,中国,country,,410000000000\n", "第 2 行：全国没有后继地区。"),
        (f"410306000000,{'吉' * 101},county,410300000000,\n", "第 2 行：名称有误：最多 100 个字，现在有 101 个。"),
        ("410306000000,吉\0利区,county,410300000000,\n", "第 2 行：名称有误：含有不可见的控制字符。"),
        (f"410306000000,吉利区,county,{'4' * 9000},\n", f"第 2 行：上级 {'4' * 20} 不存在。"),
        ("419900000000,又一国,country,,\n", "第 2 行：级别“country”无效。"),
        ("410306000000,吉利区,county,410300000000,410306000000\n", "第 2 行：后继地区成环，没有尽头。"),
        (
            "410306000000,吉利区,county,410300000000,410305000000\n410305000000,涧西区,county,410300000000,410306000000\n",
            "第 2 行：后继地区成环，没有尽头。",
        ),
    ],
)
def test_a_line_that_would_spoil_the_tree_is_named_before_anything_is_written(
    session: Session, lines: str, said: str
) -> None:
    assert [str(one) for one in plan(session, lines).problems] == [said]


def test_a_region_whose_own_level_sinks_below_what_hangs_on_it_is_named(session: Session) -> None:
    problems = plan(session, "410305000000,涧西区,community,410300000000,\n").problems

    assert problems
    assert all(one.startswith("第 2 行：本行是村级，地区表中它的下级 410305") for one in problems)


def test_a_successor_that_the_table_leads_back_is_named(session: Session) -> None:
    importing.apply(session, plan(session, "410306000000,吉利区,county,410300000000,410305000000\n"), on=DAY)

    back = plan(session, "410305000000,涧西区,county,410300000000,410306000000\n")

    assert [str(one) for one in back.problems] == ["第 2 行：后继地区成环，没有尽头。"]


def test_a_county_that_becomes_a_district_goes_in_with_its_successors(session: Session) -> None:
    importing.apply(session, plan(session, DISTRICT), on=DAY)
    session.expire_all()

    old = service.get(session, "410328103000")
    assert (old.valid_to, old.successor_code) == (DAY, "410398103000")
    assert service.get(session, "410398103000").ancestors[1] == "410398000000"


def test_townships_that_move_go_in_whole(session: Session) -> None:
    importing.apply(session, plan(session, MOVED), on=DAY)
    session.expire_all()

    assert service.get(session, "410311012000").ancestors[:3] == ["410311012000", "410399000000", "410300000000"]


def test_new_regions_may_name_one_another_in_any_order(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    lines = "410399001000,甲街道,township,410399000000,410399002000\n410399002000,乙街道,township,410399000000,\n"

    importing.apply(session, plan(session, lines + "410399000000,新区,county,410300000000,\n"), on=DAY)

    assert service.get(session, "410399001000").successor_code == "410399002000"


def test_of_two_files_that_are_sound_alone_but_not_together_the_later_is_turned_away(session: Session) -> None:
    hung = plan(session, "410305003001,新社区,community,410305003000,\n")
    sunk = plan(session, "410305003000,长春路街道,community,410305000000,\n")
    assert [*hung.problems, *sunk.problems] == []
    importing.apply(session, hung, on=DAY)

    with pytest.raises(Conflict):
        importing.apply(session, sunk, on=DAY)


def test_two_files_that_are_sound_alone_make_no_ring_of_successors(session: Session) -> None:
    one = plan(session, "410311000000,洛龙区,county,410300000000,410305000000\n")
    other = plan(session, "410305000000,涧西区,county,410300000000,410311000000\n")
    assert [*one.problems, *other.problems] == []
    importing.apply(session, one, on=DAY)

    with pytest.raises(Conflict):
        importing.apply(session, other, on=DAY)


def test_a_ring_in_the_table_stops_no_file_about_other_regions_and_a_file_undoes_it(session: Session) -> None:
    ring = {"410311000000": "410305000000", "410305000000": "410311000000"}
    for code, after in ring.items():
        session.execute(update(Region).where(Region.code == code).values(successor_code=after, valid_to=DAY))

    importing.apply(session, plan(session, MOVED), on=DAY)
    importing.apply(session, plan(session, "410305000000,涧西区,county,410300000000,\n"), on=DAY)
    session.expire_all()

    assert service.get(session, "410305000000").valid_to is None


def test_a_region_that_was_closed_and_is_listed_again_is_in_force_again(session: Session) -> None:
    country = importing.plan(session, [], on=DAY, whole=True)
    importing.apply(session, country, on=DAY)
    session.expire_all()
    assert service.get(session, "410305000000").valid_to == DAY

    again = plan(session, "410305000000,涧西区,county,410300000000,\n")
    assert (len(again.changed), again.same) == (1, 0)
    importing.apply(session, again, on=DAY)
    session.expire_all()

    assert service.get(session, "410305000000").valid_to is None
    assert plan(session, "410305000000,涧西区,county,410300000000,\n").same == 1


def test_a_closed_region_keeps_its_day_when_its_row_comes_again_later(session: Session) -> None:
    closing = "410306000000,{name},county,410300000000,410305000000\n"
    importing.apply(session, plan(session, closing.format(name="吉利区")), on=DAY)
    later = DAY.replace(year=2027)

    def compared(name: str) -> importing.Plan:
        return importing.plan(session, importing.read((HEAD + closing.format(name=name)).encode()), on=later)

    assert compared("吉利区").same == 1
    importing.apply(session, compared("原吉利区"), on=later)
    session.expire_all()
    assert service.get(session, "410306000000").valid_to == DAY


def test_the_page_and_the_command_name_the_line_and_write_nothing(
    app: Flask, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    sent = {"file": (io.BytesIO((HEAD + CYCLE).encode()), "regions.csv"), "apply": "1"}

    page = post(browser, "/console/regions/import", sent, content_type="multipart/form-data")

    assert page.status_code == 422
    assert "第 2 行：上级 410305003000 是乡级" in page.text
    with make.databases.session(Login.OVERSIGHT) as opened:
        assert service.misplaced(opened) == []

    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda _cls: settings))
    (tmp_path / "regions.csv").write_text(HEAD + UNKNOWN, "utf-8")
    told = CliRunner().invoke(group, ["import", str(tmp_path / "regions.csv"), "--dry-run"])
    assert told.exit_code == 1
    assert "第 2 行：后继地区 410388000000 不存在" in told.output


@pytest.mark.parametrize("apply", ["", "1"])
def test_a_name_that_no_index_takes_is_refused_at_its_line_also_in_the_dry_run(
    app: Flask, make: Make, apply: str
) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    name = "".join(chr(0x4E00 + number) for number in range(9000))
    file = io.BytesIO(f"{HEAD}410399000000,{name},county,410300000000,\n".encode())

    page = post(browser, "/console/regions/import", {"file": (file, "a.csv"), "apply": apply})

    assert page.status_code == 422
    assert "第 2 行：名称有误：最多 100 个字，现在有 9000 个。" in page.text


def test_folding_ends_also_where_the_table_is_spoilt(
    databases: Databases, make: Make, cycle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    month, rounds = this_month(), []
    site = make.site(region_code=LOW)
    make.add(SiteFact(tenant_id=site.id, month=month, region_code=LOW, metrics={"sites": 1}, computed_at=clock.now()))
    fold = rollups._fold_deepest

    def counted(session: Session, most: int) -> int:
        rounds.append(1)
        assert len(rounds) < 20, "it never ends"
        return fold(session, most)

    monkeypatch.setattr(rollups, "_fold_deepest", counted)
    with databases.session(Login.WORKER) as session:
        rollups.rebuild(session, month)
        assert not rollups.waiting(session)


def test_the_doctor_names_what_hangs_wrongly_and_a_file_puts_it_right(
    databases: Databases, settings: Settings, cycle: None
) -> None:
    def said() -> str:
        return next(one.found for one in examine(databases, settings) if one.subject == "地区")

    assert f"{HIGH} 的上级不在更高的级别" in said()
    with databases.session(Login.OVERSIGHT) as session:
        importing.apply(session, plan(session, "410305000000,涧西区,county,410300000000,\n"), on=DAY)
        assert session.scalar(text("SELECT cardinality(ancestors) FROM platform.region WHERE code = :c"), {"c": LOW})
    assert said().isdecimal()
