"""A sheet of staff is checked first, written once, and may be handed in again without doubling anybody."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel import vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, table
from huakai_platform.resources import sheets
from huakai_tenants.sheets.models import SheetImport
from huakai_tenants.staff import contacts
from huakai_tenants.staff.listing import STAFF
from huakai_tenants.staff.models import StaffContact, StaffMember
from tests.support.make import Make
from tests.support.web import post

NAMES = [one.name for one in STAFF.into("sheet")]
HEAD = [Column(one.label.render()) for one in STAFF.into("sheet")]
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
CASES = Path(__file__).parents[2] / "data/sheets"
WANG: list[workbooks.Value] = [None, "王芳", "咨询师", "专职", None, "2026-01-05", None, "13800000000", None, None]


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def book(*rows: Sequence[workbooks.Value]) -> bytes:
    return workbooks.write(table("人员", HEAD, rows))


def line(name: str, post_: str = "咨询师", **changes: Any) -> list[workbooks.Value]:
    values = dict.fromkeys(NAMES) | {
        "name": name,
        "post": post_,
        "employment": "专职",
        "joined_on": "2026-01-05",
    }
    return [*(values | changes).values()]


def sent(browser: FlaskClient, content: bytes) -> str:
    answer = post(browser, "/room/staff/imports", {"file": (io.BytesIO(content), "人员.xlsx")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirmed(browser: FlaskClient, place: str) -> str:
    found = MARK.search(browser.get(place).text)
    assert found
    assert post(browser, f"{place}/application", {"mark": found[1]}).status_code == 303
    return browser.get(place).text


def rows(databases: Databases, site: Site, kind: type[Any] = StaffMember) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_nothing_is_written_before_it_is_confirmed_and_then_all_that_is_right(
    databases: Databases, browser: FlaskClient, site: Site, make: Make
) -> None:
    place = sent(browser, book(WANG, line("李明", number="N7", ab="A角"), line("坏", employment="也许")))
    page = browser.get(place).text
    assert not rows(databases, site)
    assert "D4" in page
    confirmed(browser, place)
    assert {(one.number, one.name, one.ab) for one in rows(databases, site)} == {
        ("S001", "王芳", None),
        ("N7", "李明", "A"),
    }
    with databases.session(Login.TENANT, site.id) as session:
        (opened,) = contacts.every(session, make.settings.master_key).values()
    assert opened.phone == "13800000000"
    (kept,) = rows(databases, site, SheetImport)
    assert (kept.state, kept.sealed, kept.summary["faulty"]) == ("applied", None, 1)
    assert [one.deed for one in rows(databases, site, AuditEntry)] == ["staff.import_checked", "staff.imported"]
    assert "NumbersChanged" in {one.topic for one in rows(databases, site, OutboxMessage)}


def test_the_same_sheet_again_changes_nothing_and_doubles_nobody(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    content = book(WANG, line("李明", number="N7", ab="A角"))
    confirmed(browser, sent(browser, content))
    again = browser.get(sent(browser, content)).text
    assert not MARK.search(again)
    assert "名册已与这张表一致" in again
    assert len(rows(databases, site)) == 2
    assert [one.version for one in rows(databases, site, StaffContact)] == [1]


def test_what_was_typed_is_read_and_sent_again_doubles_nobody(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    content = (CASES / "s01-staff-typed.xlsx").read_bytes()
    confirmed(browser, sent(browser, content))
    once = rows(databases, site)

    again = browser.get(sent(browser, content)).text

    assert [(one.number, one.name) for one in once if one.number == "7"] == [("7", "郑和平")]
    assert {one.name for one in once} == {"周明远", "吴思齐", "郑和平", "𠮷䶮", "孙 阳", "A0001改"}
    assert {one.joined_on.isoformat() for one in once} == {"2026-03-05", "2025-10-26"}
    assert MARK.search(again) is None, "there is nothing to write"
    assert "不变" in browser.get(sent(browser, book(line("孙阳", "接待登记员", joined_on="2026/3/5")))).text


def test_a_heading_that_nobody_reads_is_said_on_the_page(browser: FlaskClient) -> None:
    page = browser.get(sent(browser, (CASES / "s02-unknown-column.xlsx").read_bytes())).text

    assert "H 列“联系电话”没有读取(1 格有内容)；是不是“电话”" in page


def test_a_doubled_heading_is_refused_on_the_page(browser: FlaskClient) -> None:
    file = {"file": (io.BytesIO((CASES / "s03-dup-header.xlsx").read_bytes()), "a.xlsx")}
    answer = post(browser, "/room/staff/imports", file)

    assert answer.status_code == 422
    assert "“电话”这一列出现了 2 次(H、K)" in answer.text


def test_confirming_twice_writes_once(databases: Databases, browser: FlaskClient, site: Site) -> None:
    place = sent(browser, book(WANG))
    mark = MARK.search(browser.get(place).text)
    assert mark
    for _again in range(2):
        assert post(browser, f"{place}/application", {"mark": mark[1]}).status_code == 303
    assert len(rows(databases, site)) == 1
    assert post(browser, f"{place}/discard").status_code == 409


def test_blank_cells_leave_what_is_there_and_others_change_it(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line("李明", number="N7", ab="A角", note="老"))))
    confirmed(browser, sent(browser, book(line("李明明", number="N7", employment="兼职"))))
    (one,) = rows(databases, site)
    assert (one.name, one.employment, one.ab, one.note, one.version) == ("李明明", "part_time", "A", "老", 2)
    confirmed(browser, sent(browser, book(line("李明明", number="N7", employment="兼职", ab="不担任"))))
    assert rows(databases, site)[0].ab is None


def test_a_register_that_changed_meanwhile_is_shown_again(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line("李明", number="N7"))))
    place = sent(browser, book(line("李明", number="N7", employment="兼职")))
    mark = MARK.search(browser.get(place).text)
    assert mark
    confirmed(browser, sent(browser, book(line("李明", number="N7", note="新"))))
    post(browser, f"{place}/application", {"mark": mark[1]})
    assert rows(databases, site)[0].employment == "full_time"
    assert "登记的内容在检查之后有变动" in browser.get(place).text
    confirmed(browser, place)
    assert rows(databases, site)[0].employment == "part_time"


def test_faults_stand_at_their_cells_on_the_page_and_in_the_sheet(browser: FlaskClient) -> None:
    lines = [
        line("王芳"), line("王芳"),
        line("李明", number="N1"), line("李明", number="N1"),
        line("赵", number="N2", ab="A角"), line("钱", ab="A角"),
        line("孙", post_="厨师"),
        line("", joined_on="明天"),
        line("周", phone="12", email="x"),
        line("吴", background_checked_on="2090-01-01"),
        line("郑", number="N3"), line("郑"),
    ]  # fmt: skip
    place = sent(browser, book(*lines))
    page = browser.get(f"{place}?show=faulty").text
    found = re.findall(r'<strong class="num">([A-Z]+\d+)</strong>', page)
    assert found == ["A3", "A5", "E7", "C8", "B9", "F9", "H10", "I10", "G11", "A13"]
    marked = workbooks.read(browser.get(f"{place}/workbook").data).sheets[0]
    assert [row[1].text for row in marked.rows[1:4]] == ["王芳", "王芳", "李明"]


def test_two_may_swap_their_roles_unless_one_of_the_rows_is_at_fault(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line("甲", number="N1", ab="A角"), line("乙", number="N2", ab="B角"))))
    bad = book(line("甲", number="N1", ab="B角"), line("乙", number="N2", ab="A角", employment="也许"))
    assert not MARK.search(browser.get(sent(browser, bad)).text)
    confirmed(browser, sent(browser, book(line("甲", number="N1", ab="B角"), line("乙", number="N2", ab="A角"))))
    assert {(one.number, one.ab) for one in rows(databases, site)} == {("N1", "B"), ("N2", "A")}


def test_who_has_left_is_not_written_down_a_second_time(databases: Databases, browser: FlaskClient, site: Site) -> None:
    confirmed(browser, sent(browser, book(WANG)))
    (one,) = rows(databases, site)
    post(browser, f"/room/staff/{one.id}/leaving", {"left_on": "2026-02-01"})
    assert "已离岗，请先登记返岗" in browser.get(sent(browser, book(WANG))).text


def test_given_up_the_file_is_gone(databases: Databases, browser: FlaskClient, site: Site) -> None:
    place = sent(browser, book(WANG))
    assert post(browser, f"{place}/discard").status_code == 303
    (kept,) = rows(databases, site, SheetImport)
    assert (kept.state, kept.sealed) == ("discarded", None)
    assert browser.get(f"{place}/workbook").status_code == 409
    assert "已放弃" in browser.get(place).text
    assert not rows(databases, site)


def test_what_cannot_be_read_or_is_too_long_is_refused_in_words(browser: FlaskClient) -> None:
    for content, said in (
        (b"no workbook", "e-file"),
        (book(), "表中没有可以导入的行"),
        (workbooks.write(table("x", [Column("甲")], [["1"]])), "没有找到表头"),
        (book(*(line(f"甲{number}") for number in range(sheets.MOST_ROWS + 1))), "2001"),
    ):
        answer = post(browser, "/room/staff/imports", {"file": (io.BytesIO(content), "a.xlsx")})
        assert answer.status_code == 422
        assert said in answer.text


def test_the_template_holds_no_contact_and_comes_back_unchanged(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(WANG)))
    filled = browser.get("/room/staff/imports/template.xlsx?filled=1").data
    read = workbooks.read(filled).sheets
    assert "13800000000" not in [cell.text for row in read[0].rows for cell in row]
    assert read[1].name == "填写说明"
    assert "名册已与这张表一致" in browser.get(sent(browser, filled)).text
    assert rows(databases, site, AuditEntry)[2].deed == "staff.exported"
    assert len(workbooks.read(browser.get("/room/staff/imports/template.xlsx").data).sheets[0].rows) == 1


def test_two_hundred_people_are_written_in_as_many_statements_as_two(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    taken = []
    for start, number in ((0, 2), (1000, 200)):
        names = [line(f"甲{start + one}", phone=f"1380000{start + one:04}") for one in range(number)]
        place = sent(browser, book(*names))
        mark, count = MARK.search(browser.get(place).text), [0]
        assert mark

        def counted(*_about: object, count: list[int] = count) -> None:
            count[0] += 1

        engine = databases.engine(Login.TENANT)
        event.listen(engine, "before_cursor_execute", counted)
        try:
            post(browser, f"{place}/application", {"mark": mark[1]})
        finally:
            event.remove(engine, "before_cursor_execute", counted)
        taken.append(count[0])
    assert taken[0] == taken[1]
    assert len(rows(databases, site)) == 202


def test_only_the_head_imports_and_another_room_finds_nothing(app: Flask, make: Make, browser: FlaskClient) -> None:
    place = sent(browser, book(WANG))
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    assert stranger.get(place).status_code == 404
    assert post(stranger, f"{place}/discard").status_code == 404
    assert UUID(place.rsplit("/", 1)[1])
