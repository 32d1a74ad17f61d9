"""A sheet of training is checked first, written once, and may be handed in again without doubling anything."""

import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, table
from huakai_platform.resources import sheets
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.sheets.models import SheetImport
from huakai_tenants.training import importing
from huakai_tenants.training.listing import TRAINING, RecordRow
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.support.web import post
from tests.tenants.training.test_expiring import statements

NAMES = [one.name for one in TRAINING.into("sheet")]
HEAD = [Column(one.label.render()) for one in TRAINING.into("sheet")]
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
IMPORTS = "/room/training/imports"


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    staffed = Staffed(make, made)
    for number in range(1, 9):
        staffed.member(f"S{number}", "counsellor")
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def book(*rows: Sequence[workbooks.Value]) -> bytes:
    return workbooks.write(table("培训记录", HEAD, rows))


def line(member: str = "S1", **changes: Any) -> list[workbooks.Value]:
    values = dict.fromkeys(NAMES) | {
        "member": member,
        "course": "危机识别与处置",
        "held_on": "2026-01-05",
        "hours": "6",
        "result": "合格",
    }
    return [*(values | changes).values()]


def sent(browser: FlaskClient, content: bytes) -> str:
    answer = post(browser, IMPORTS, {"file": (io.BytesIO(content), "培训.xlsx")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirmed(browser: FlaskClient, place: str) -> str:
    found = MARK.search(browser.get(place).text)
    assert found
    assert post(browser, f"{place}/application", {"mark": found[1]}).status_code == 303
    return browser.get(place).text


def zipped(workbook: bytes) -> str:
    """All that stands in a workbook, its drop-downs too."""
    with ZipFile(io.BytesIO(workbook)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def rows(databases: Databases, site: Site, kind: type[Any] = TrainingRecord) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_nothing_is_written_before_it_is_confirmed_and_then_all_that_is_right(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line("S1 人员S1", score="85"), line("S2", hours=None), line("S3", result="也许")))
    page = browser.get(place).text
    assert not rows(databases, site)
    assert "E4" in page
    confirmed(browser, place)
    assert {(one.hours, one.score) for one in rows(databases, site)} == {(6, 85), (6, None)}
    (kept,) = rows(databases, site, SheetImport)
    assert (kept.state, kept.sealed, kept.summary["faulty"]) == ("applied", None, 1)
    assert [one.deed for one in rows(databases, site, AuditEntry)] == ["training.import_checked", "training.imported"]
    assert "NumbersChanged" in {one.topic for one in rows(databases, site, OutboxMessage)}


def test_the_same_sheet_again_doubles_nothing_and_blanks_change_nothing(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line(score="85", certificate_number="ZS-1"))))
    again = browser.get(sent(browser, book(line(score="85", certificate_number="ZS-1"), line("S2")))).text
    assert "新增 1 条、修改 0 条" in again
    confirmed(browser, sent(browser, book(line(score="90"))))
    (row,) = rows(databases, site)
    assert (row.score, row.certificate_number, row.version) == (90, "ZS-1", 2)
    same = browser.get(sent(browser, book(line(score="90")))).text
    assert "培训记录已与这张表一致" in same
    assert not MARK.search(same)


def test_confirming_twice_writes_once(databases: Databases, browser: FlaskClient, site: Site) -> None:
    place = sent(browser, book(line()))
    mark = MARK.search(browser.get(place).text)
    assert mark
    for _again in range(2):
        assert post(browser, f"{place}/application", {"mark": mark[1]}).status_code == 303
    assert len(rows(databases, site)) == 1
    assert browser.get(f"{place}/workbook").status_code == 409


def test_what_changed_since_the_check_is_shown_again_before_anything_is_written(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line(), line("S2")))
    mark = MARK.search(browser.get(place).text)
    assert mark
    confirmed(browser, sent(browser, book(line())))
    post(browser, f"{place}/application", {"mark": mark[1]})
    assert len(rows(databases, site)) == 1
    confirmed(browser, place)
    assert len(rows(databases, site)) == 2


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"member": "S9"}, "A2"),
        ({"course": "烹饪"}, "B2"),
        ({"held_on": "2099-01-01"}, "C2"),
        ({"hours": "0"}, "D2"),
        ({"result": "参加"}, "E2"),
        ({"score": "79"}, "F2"),
        ({"expires_on": "2026-01-04"}, "I2"),
    ],
)
def test_a_fault_stands_at_its_cell_on_the_page_and_in_the_workbook(
    browser: FlaskClient, changes: dict[str, Any], cell: str
) -> None:
    place = sent(browser, book(line(**changes)))
    page = browser.get(f"{place}?show=faulty").text
    assert f'<strong class="num">{cell}</strong>' in page
    assert not MARK.search(page)
    assert browser.get(f"{place}/workbook").data[:2] == b"PK"


def test_two_rows_of_the_same_record_are_one_and_a_fault(browser: FlaskClient) -> None:
    page = browser.get(sent(browser, book(line(), line("S1 人员S1")))).text
    assert "与第 2 行的人员、课程、培训日期相同" in page


def test_too_many_rows_no_rows_and_no_sheet_are_refused_in_words(
    databases: Databases, browser: FlaskClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    for content, said in (
        (book(line("S1"), line("S2"), line("S3")), "一次最多导入 2 行，这张表有 3 行"),
        (book(), "表中没有可以导入的行"),
        (b"no workbook", ""),
    ):
        answer = post(browser, IMPORTS, {"file": (io.BytesIO(content), "a.xlsx")})
        assert answer.status_code == 422
        assert said in answer.text
    assert not rows(databases, site, SheetImport)


def test_the_template_comes_back_filled_and_changes_nothing(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line(score="85", expires_on="2027-01-05"), line("S2"))))
    filled = browser.get(f"{IMPORTS}/template.xlsx?filled=1").data
    assert "培训记录已与这张表一致" in browser.get(sent(browser, filled)).text
    empty = workbooks.read(browser.get(f"{IMPORTS}/template.xlsx").data).sheets[0]
    assert [cell.text.rstrip("*") for cell in empty.rows[0]] == [one.title for one in HEAD]


def test_who_has_left_is_not_offered_and_is_known_by_number(
    databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    left = clock.today() - timedelta(days=1)
    Staffed(make, site).member("S9", "counsellor", name="孙离", left_on=left)
    offered = zipped(browser.get(f"{IMPORTS}/template.xlsx").data)

    confirmed(browser, sent(browser, book(line("S9"))))

    assert "S8 人员S8" in offered
    assert "孙离" not in offered
    assert len(rows(databases, site)) == 1


def test_what_somebody_else_recorded_since_the_rows_were_read_is_not_recorded_twice(
    make: Make, browser: FlaskClient, site: Site, head: Actor
) -> None:
    confirmed(browser, sent(browser, book(line())))
    cells = {"member": "S1", "course": "crisis", "held_on": date(2026, 1, 5), "result": "passed"}
    row = ImportRow[RecordRow](2, cells)
    with make.databases.session(Login.TENANT, site.id) as session:
        importing.apply(session, head, [row])

    assert row.errors == {"held_on": ["人员S1 当天的这门课程已经登记"]}


def test_an_upload_may_be_given_up_and_belongs_to_its_room_and_its_kind(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line()))
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    assert stranger.get(place).status_code == 404
    assert browser.get(place.replace("/training/", "/staff/")).status_code == 404
    assert make.browser(app, make.member(Role.COUNSELLOR, site)).get(place).status_code == 403
    assert post(browser, f"{place}/discard").status_code == 303
    assert "已放弃" in browser.get(place).text
    assert not rows(databases, site)


def test_many_rows_are_checked_and_written_in_as_many_statements_as_few(app: Flask, browser: FlaskClient) -> None:
    def told(numbers: range) -> list[int]:
        place = sent(browser, book(*(line(f"S{number}") for number in numbers)))
        with statements(app) as read:
            mark = MARK.search(browser.get(place).text)
        assert mark
        with statements(app) as written:
            post(browser, f"{place}/application", {"mark": mark[1]})
        return [len(read), len(written)]

    told(range(1, 2))
    assert told(range(2, 3)) == told(range(3, 9))
