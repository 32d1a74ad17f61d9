"""Which days are worked: known years, missing ones, edits, files, and what falls due by them."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from huakai_deploy import doctor
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid, NotFound
from huakai_platform.standards.pinned import pinned
from huakai_platform.workdays import calendar, exporting, importing, service, shipped
from huakai_platform.workdays.models import WorkDay, WorkYear
from huakai_tenants.checklists import schedule
from huakai_tenants.checklists import service as checklists
from tests.support.make import Make
from tests.support.web import post

CASES = Path(__file__).parents[2] / "data/sheets"
NATIONAL_DAY, MADE_UP = date(2026, 10, 1), date(2026, 10, 10)


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def known(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session:
        shipped.seed(session)


def csv(*lines: str) -> bytes:
    return "\n".join(("日期,上班或休息,说明", *lines)).encode()


def test_the_program_knows_the_holidays_of_many_years(databases: Databases, known: None) -> None:
    with databases.session(Login.TENANT) as session:
        table = calendar.around(session, NATIONAL_DAY)

    assert shipped.years()[0] == 2004
    assert not table.works(NATIONAL_DAY)
    assert table.works(MADE_UP)
    assert MADE_UP.isoweekday() == 6
    assert table.works(date(2026, 9, 28))


def test_seeding_again_leaves_what_was_edited(databases: Databases, admin: Actor, known: None) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        service.mark(session, admin, NATIONAL_DAY, works=True, note="", seen=service.year(session, 2026).stamp)
    with databases.session(Login.MIGRATOR) as session:
        assert shipped.seed(session) == []
    with databases.session(Login.TENANT) as session:
        assert calendar.around(session, NATIONAL_DAY).works(NATIONAL_DAY)


def test_a_missing_year_is_monday_to_friday_and_is_named(databases: Databases) -> None:
    with databases.session(Login.TENANT) as session:
        table = calendar.around(session, date(2026, 12, 1))

    assert table.missing(date(2026, 12, 1)) == [2026, 2027]
    assert table.missing(date(2026, 6, 1)) == [2026]
    assert table.works(date(2026, 12, 4))
    assert not table.works(date(2026, 12, 5))


def test_a_days_table_is_read_once_in_a_transaction(databases: Databases, known: None) -> None:
    said: list[str] = []
    engine = databases.engine(Login.TENANT)

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with databases.session(Login.TENANT) as session:
        for day in (1, 2, 3, 15):
            calendar.around(session, date(2026, 10, day))
    event.remove(engine, "before_cursor_execute", note)

    assert sum("work_year" in one for one in said) == 1


def test_a_room_is_asked_on_make_up_days_and_not_on_holidays(databases: Databases, make: Make, known: None) -> None:
    site = make.site()
    with databases.session(Login.TENANT, site.id) as session:
        free, made_up = ([one.code for one in checklists.today(session, day) if one.asked and one.due_on == day]
                         for day in (NATIONAL_DAY, MADE_UP))  # fmt: skip

    assert "daily" not in free
    assert "daily" in made_up


def test_a_week_is_due_on_its_last_worked_day_and_a_week_of_rest_asks_for_nothing(
    databases: Databases, make: Make, known: None
) -> None:
    site = make.site()
    with databases.session(Login.TENANT, site.id) as session:
        here = pinned(session)
        weekly = schedule.definitions(session, here)["weekly"]
        found = [
            [one.due_on for one in schedule.expected([weekly], day, calendar.around(session, day).works, since=None)]
            for day in (date(2026, 9, 28), date(2026, 5, 1), date(2026, 2, 17))
        ]

    assert found == [[date(2026, 9, 30)], [date(2026, 4, 30)], []]


def test_an_edited_day_is_seen_by_the_next_request(app: Flask, make: Make, admin: Actor, known: None) -> None:
    browser = make.browser(app, admin)
    with app.extensions["huakai"].databases.session(Login.OVERSIGHT) as session:
        seen = service.year(session, 2026).stamp
    form = {"day": "2026-11-18", "works": "free", "note": "停电", "seen": seen}
    assert post(browser, "/console/workdays/days", form).status_code == 303
    page = browser.get("/console/workdays?year=2026").text
    assert "停电" in page

    again = post(browser, "/console/workdays/days", form | {"note": "别的"})
    assert again.status_code == 409
    assert "别的" in again.text


def test_edits_are_in_the_trail_and_a_plain_day_leaves_the_table(
    databases: Databases, admin: Actor, known: None
) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        service.mark(session, admin, NATIONAL_DAY, works=True, note="x", seen=service.year(session, 2026).stamp)
        assert session.get(WorkDay, NATIONAL_DAY) is None
        assert session.scalars(select(AuditEntry.deed)).all() == ["workdays.marked"]
        with pytest.raises(NotFound):
            service.mark(session, admin, date(2031, 1, 1), works=False, note="", seen="")


def test_a_file_is_looked_at_first_and_written_then(databases: Databases, admin: Actor, known: None) -> None:
    content = csv("2027-01-01,休息,元旦", "2027/1/2,上班,", "2026年10月1日,上班,例外")
    with databases.session(Login.OVERSIGHT) as session:
        planned = importing.plan(session, content)
        assert session.get(WorkYear, 2027) is None
        assert [(one.year, one.known, one.extended, one.removed) for one in planned.changes] == [
            (2026, True, True, 1),
            (2027, False, False, 0),
        ]
        assert importing.apply(session, admin, planned.text, planned.stamp) == [2026, 2027]
        assert not calendar.around(session, date(2027, 1, 1)).works(date(2027, 1, 1))
        assert session.get(WorkDay, NATIONAL_DAY) is None
        assert session.get(WorkDay, MADE_UP), "the neighbouring year keeps its other days"
        with pytest.raises(Conflict):
            importing.apply(session, admin, planned.text, planned.stamp)


def test_a_file_of_two_years_replaces_only_the_one_it_is_about(databases: Databases, admin: Actor, known: None) -> None:
    content = (CASES / "w07-newyear-spans.xlsx").read_bytes()
    with databases.session(Login.OVERSIGHT) as session:
        before = dict(service.year(session, 2026).days)
        planned = importing.plan(session, content)
        assert [(one.year, one.extended, one.added, one.removed) for one in planned.changes] == [
            (2026, True, 1, 0),
            (2027, False, 1, 0),
        ]
        importing.apply(session, admin, planned.text, planned.stamp)
        assert service.year(session, 2026).days == {**before, date(2026, 12, 31): (False, "元旦")}


def test_days_are_read_however_they_are_typed(databases: Databases) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        wide = importing.plan(session, (CASES / "w05-fullwidth.xlsx").read_bytes())
        parted = importing.plan(session, (CASES / "w06-semicolon.csv").read_bytes())

    assert [*wide.days] == [date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 7)]
    assert [one.cell for one in wide.faults] == ["A4"], "the thirtieth of February"
    assert len(parted.days) == 8
    assert not parted.faults


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("2027-13-01,休息,", "A2"),
        ("soon,休息,", "A2"),
        ("1999-01-01,休息,", "A2"),
        ("2027-01-01,perhaps,", "B2"),
        ("2027-01-01,#N/A,", "B2"),
        ("2027-01-01,休息,#REF!", "C2"),
        ("2027-01-01,休息," + "长" * 61, "C2"),
    ],
)
def test_faults_are_told_at_their_cell(databases: Databases, line: str, cell: str) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        assert [one.cell for one in importing.plan(session, csv(line)).faults] == [cell]


def test_a_day_twice_and_a_file_of_nothing_are_refused(databases: Databases, admin: Actor) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        assert [one.cell for one in importing.plan(session, csv("2027-01-01,休息,", "2027-01-01,上班,")).faults] == [
            "A3"
        ]
        with pytest.raises(FileRefused):
            importing.plan(session, csv())
        with pytest.raises(Invalid):
            importing.apply(session, admin, "2027-99-01,1,", "2027:")


def test_the_export_can_be_imported_again(databases: Databases, known: None) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        data = exporting.workbook(service.year(session, 2026))
        planned = importing.plan(session, data)

    assert not planned.faults
    assert [(one.added, one.changed, one.removed) for one in planned.changes] == [(0, 0, 0)]


def test_an_administrator_imports_in_the_browser(app: Flask, make: Make, admin: Actor) -> None:
    browser = make.browser(app, admin)
    bad = {"file": (io.BytesIO(csv("2027-01-01,perhaps,")), "a.csv")}
    told = post(browser, "/console/workdays/import", bad)
    assert told.status_code == 422
    assert "B2" in told.text

    good = {"file": (io.BytesIO(workbooks.write(workbooks.table("a", exporting.columns(), [["2027-01-01", "休息", "元旦"]]))), "a.xlsx")}  # fmt: skip  # noqa: E501
    assert "2027" in post(browser, "/console/workdays/import", good).text
    form = {"rows": "2027-01-01,0,元旦", "seen": "2027:"}
    assert post(browser, "/console/workdays/import/application", form).status_code == 303
    assert post(browser, "/console/workdays/import/application", form).status_code == 409
    assert "元旦" in browser.get("/console/workdays?year=2027").text


def test_a_missing_year_is_seen_by_whoever_can_do_something_about_it(
    app: Flask, make: Make, admin: Actor, databases: Databases, settings: Settings
) -> None:
    year = str(clock.today().year)
    assert f"{year} 年的节假日表还没有录入" in make.browser(app, admin).get("/console/").text
    assert "还没有录入" not in make.browser(app, make.member(Role.AUDITOR)).get("/console/").text
    assert "没有公布" in make.browser(app, make.member(Role.SITE_HEAD)).get("/room/").text
    finding = next(one for one in doctor.examine(databases, settings) if one.subject == "节假日表")
    assert (finding.good, year in finding.found) == (False, True)
    browser = make.browser(app, admin)
    assert post(browser, "/console/workdays/seeding", {}).status_code == 303
    assert "节假日表" in browser.get("/console/workdays").text
