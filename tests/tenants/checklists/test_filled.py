"""A checklist's workbook filled in elsewhere: looked at first, written once, its faults given back at the cell."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, FileRefused, NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks.writing import Page
from huakai_platform.standards.models import Edition
from huakai_tenants.checklists import answers, filled, service
from huakai_tenants.checklists.filled import Report
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun
from huakai_tenants.sheets import service as sheets
from tests.support.make import Make
from tests.support.web import post

HEAD, ANSWER, NOTE = 2, 5, 6


@pytest.fixture
def room(make: Make, databases: Databases, settings: Settings) -> Site:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        vault.ensure_key(session, settings.master_key)
    return site


@pytest.fixture
def worker(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_WORKER, room)


@pytest.fixture
def run_id(databases: Databases, room: Site, worker: Actor) -> UUID:
    with databases.session(Login.TENANT, room.id) as session:
        return service.begin(session, worker, "daily", clock.today())


def cells(book: bytes) -> list[list[Any]]:
    sheet = workbooks.read(book).sheets[0]
    return [[sheet.cell(row, column).value for column in range(NOTE + 2)] for row in range(len(sheet.rows))]


def written(rows: list[list[Any]]) -> bytes:
    return workbooks.write(Page("填写", rows))


class Desk:
    """An old computer and the way there and back."""

    def __init__(self, databases: Databases, settings: Settings, room: Site, actor: Actor, run_id: UUID) -> None:
        self.databases, self.key, self.room, self.actor, self.run_id = (
            databases, settings.master_key, room, actor, run_id,
        )  # fmt: skip

    def book(self, said: Mapping[str, Any], notes: Mapping[str, str] | None = None, locale: str = "zh") -> bytes:
        """The run's blank workbook with some answers written into it."""
        with self.databases.session(Login.TENANT, self.room.id) as session:
            blank = filled.workbook(service.sheet(session, self.run_id), blank=True, locale=locale)
        rows = cells(blank)
        for row in rows[HEAD + 1 :]:
            row[ANSWER], row[NOTE] = said.get(row[0]), (notes or {}).get(row[0])
        return written(rows)

    def check(self, book: bytes) -> tuple[UUID, Report]:
        with self.databases.session(Login.TENANT, self.room.id) as session:
            import_id = filled.check(session, self.actor, self.key, self.run_id, "a.xlsx", book)
            row = sheets.get(session, filled.kind(self.run_id), import_id)
            return import_id, filled.report(session, self.key, self.run_id, row)

    def apply(self, import_id: UUID, mark: str) -> int | None:
        with self.databases.session(Login.TENANT, self.room.id) as session:
            return filled.apply(session, self.actor, self.key, self.run_id, import_id, mark)

    def kept(self) -> dict[str, tuple[Any, str | None, int]]:
        with self.databases.session(Login.TENANT, self.room.id) as session:
            about = select(ChecklistAnswer.item, ChecklistAnswer.value, ChecklistAnswer.note, ChecklistAnswer.version)
            return {row.item: (row.value["v"], row.note, row.version) for row in session.execute(about)}


@pytest.fixture
def desk(databases: Databases, settings: Settings, room: Site, worker: Actor, run_id: UUID) -> Desk:
    return Desk(databases, settings, room, worker, run_id)


@pytest.mark.parametrize(("locale", "yes", "na"), [("zh", "是", "不适用"), ("en", "yes", "Not applicable")])
def test_every_kind_of_answer_comes_back_from_the_workbook(desk: Desk, locale: str, yes: str, na: str) -> None:
    said = {"opened_on_time": na, "exit_clear": yes, "cabinet_locked": True, "visitors": 12, "remarks": 5}
    import_id, found = desk.check(desk.book(said, {"exit_clear": "北门"}, locale))

    assert (found.faults, desk.kept()) == ({}, {}), "nothing is written by looking"
    assert desk.apply(import_id, found.preview_digest) == 5
    assert desk.kept() == {
        "opened_on_time": ("na", None, 1),
        "exit_clear": (True, "北门", 1),
        "cabinet_locked": (True, None, 1),
        "visitors": (12, None, 1),
        "remarks": ("5", None, 1),
    }


def test_a_second_confirmation_writes_nothing(desk: Desk) -> None:
    import_id, found = desk.check(desk.book({"visitors": 12}))

    assert [desk.apply(import_id, found.preview_digest), desk.apply(import_id, found.preview_digest)] == [1, 1]
    assert desk.kept() == {"visitors": (12, None, 1)}
    assert not desk.check(desk.book({"visitors": 12}))[1].changes, "the same workbook again changes nothing"


def test_what_is_wrong_is_said_at_its_cell_and_the_rest_is_written(desk: Desk, settings: Settings) -> None:
    wrong = {"opened_on_time": "也许", "visitors": -1, "room_ready": "是", "exit_clear": 7}
    import_id, found = desk.check(desk.book(wrong, {"on_duty": "长" * 501}))

    assert [cell for cell, _said in found.cells] == ["F4", "G5", "F7", "F15"]
    with desk.databases.session(Login.TENANT, desk.room.id) as session:
        row = sheets.get(session, filled.kind(desk.run_id), import_id)
        back = workbooks.read(filled.returned(session, settings.master_key, desk.run_id, row)).sheets[0]
    assert back.cell(3, 5).text == "也许"
    assert desk.apply(import_id, found.preview_digest) == 1
    assert [*desk.kept()] == ["room_ready"]


def test_what_was_typed_is_understood_and_errors_of_excel_are_told(desk: Desk) -> None:
    _, found = desk.check(desk.book({"visitors": "１２", "exit_clear": " 是 "}))
    assert {line.item.code: line.value for line in found.changes} == {"visitors": 12, "exit_clear": True}
    assert not found.listing.notes or not any("没有读取" in said for said in found.listing.notes), "our own columns"

    _, found = desk.check(desk.book({"visitors": "#REF!", "exit_clear": "是"}, {"exit_clear": "#N/A"}))
    assert [said for _cell, said in found.cells if "错误值" not in said] == []
    assert len(found.cells) == 2


def test_a_row_of_another_list_and_a_row_twice_are_refused(desk: Desk) -> None:
    rows = cells(desk.book({}))
    rows[3][0], rows[5][0] = "area_measured", "on_duty"

    assert [cell for cell, _said in desk.check(written(rows))[1].cells] == ["A4", "A6"]


def test_a_blank_cell_leaves_what_is_there_and_a_change_is_shown(desk: Desk) -> None:
    with desk.databases.session(Login.TENANT, desk.room.id) as session:
        answers.save(session, desk.actor, desk.run_id, "visitors", "3", version=0, note="上午")
        answers.save(session, desk.actor, desk.run_id, "remarks", "灯坏了", version=0)
    import_id, found = desk.check(desk.book({"visitors": 4}))

    assert [(line.before, line.value, line.note) for line in found.changes] == [((3, "上午"), 4, "上午")]
    desk.apply(import_id, found.preview_digest)
    assert desk.kept() == {"visitors": (4, "上午", 2), "remarks": ("灯坏了", None, 1)}


def test_an_answer_given_since_the_look_is_not_written_over(desk: Desk) -> None:
    import_id, found = desk.check(desk.book({"visitors": 4}))
    with desk.databases.session(Login.TENANT, desk.room.id) as session:
        answers.save(session, desk.actor, desk.run_id, "visitors", "9", version=0)

    assert desk.apply(import_id, found.preview_digest) is None
    assert desk.kept() == {"visitors": (9, None, 1)}


def test_photos_stay_to_be_given(desk: Desk) -> None:
    _import_id, found = desk.check(desk.book({"room_ready": "是"}))

    assert "room_ready" in {problem.item for problem in found.open}


def test_a_completed_run_and_one_of_an_older_edition_take_no_workbook(desk: Desk) -> None:
    book = desk.book({"visitors": 4})
    import_id, found = desk.check(book)
    with desk.databases.session(Login.MIGRATOR, desk.room.id) as session:
        now = session.scalars(select(Edition)).one()
        kept = {one.key: getattr(now, one.key) for one in Edition.__table__.columns}
        session.execute(insert(Edition).values(kept | {"id": (newer := uuid7()), "number": now.number + 1}))
        session.execute(update(Site).where(Site.id == desk.room.id).values(edition_id=newer))
    with pytest.raises(Conflict, match="以前版本"):
        desk.check(book)
    with desk.databases.session(Login.TENANT, desk.room.id) as session:
        session.execute(update(ChecklistRun).values(completed_at=clock.now(), completed_by=desk.actor.account_id))
    with pytest.raises(Conflict, match="已经完成"):
        desk.check(book)
    with pytest.raises(Conflict):
        desk.apply(import_id, found.preview_digest)


def test_the_workbook_of_another_run_and_what_is_none_are_refused(desk: Desk, make: Make, worker: Actor) -> None:
    with desk.databases.session(Login.TENANT, desk.room.id) as session:
        other = service.begin(session, worker, "monthly", clock.today())
        theirs = filled.workbook(service.sheet(session, other), blank=True, locale="zh")
    for wrong in (theirs, b"PK\x03\x04", b"", workbooks.write(workbooks.table("a", [], []))):
        with pytest.raises(FileRefused):
            desk.check(wrong)
    with desk.databases.session(Login.TENANT, make.site().id) as session, pytest.raises(NotFound):
        filled.check(session, worker, desk.key, desk.run_id, "a.xlsx", desk.book({}))


def test_it_goes_there_and_back_without_javascript(app: Flask, make: Make, desk: Desk, room: Site) -> None:
    browser, address = make.browser(app, desk.actor), f"/room/checklists/{desk.run_id}/import"
    assert f"{desk.run_id}/workbook?blank=1" in browser.get(address).text
    assert browser.get(f"/room/checklists/{desk.run_id}/workbook?blank=1").data[:2] == b"PK"
    wrong = post(browser, address, {"file": (io.BytesIO(b"MZ"), "a.xlsx")})
    assert (wrong.status_code, post(browser, address).status_code) == (422, 422)

    sent = post(browser, address, {"file": (io.BytesIO(desk.book({"visitors": 4, "on_duty": "?"})), "a.xlsx")})
    report = browser.get(sent.location).text
    assert {said for said in ("F5", "写入之后还缺的", "确认写入 1 项") if said in report} != set()
    assert browser.get(f"{sent.location}/workbook").data[:2] == b"PK"
    assert post(browser, sent.location, {"mark": "0" * 64}).location == sent.location
    assert "检查之后有人填写了" in browser.get(sent.location).text
    for given, told in (({"on_duty": "?"}, "没有写入：这张表里没有"), ({"visitors": 4}, "没有写入：请先核对")):
        bare = post(browser, address, {"file": (io.BytesIO(desk.book(given)), "a.xlsx")}).location
        assert post(browser, bare).location == bare
        assert told in browser.get(bare).text
    mark = report.split('name="mark" value="')[1].split('"')[0]
    again = [post(browser, sent.location, {"mark": mark}).location for _twice in range(2)]
    assert again == [f"/room/checklists/{desk.run_id}"] * 2
    assert desk.kept() == {"visitors": (4, None, 1)}
    assert make.browser(app, make.member(Role.VOLUNTEER, room)).get(address).status_code == 403
    assert make.browser(app, make.member(Role.SITE_HEAD)).get(sent.location).status_code == 404
