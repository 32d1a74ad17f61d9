"""Departures of a site: every seeded one is found, a waiver covers its day and not the day after."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.drift import standing
from huakai_platform.drift.models import DriftStanding, Waiver
from huakai_platform.kernel import clock, outbox, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import DayBegan
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.measures import deviations
from huakai_worker import dispatcher
from tests.support.drifted import POST, drift, equip, exempt, hang, whole
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.support.web import post
from tests.support.worlds import GUANGZHOU, LUOYANG

TODAY = clock.today()
SOON = (TODAY + timedelta(days=30)).isoformat()
ASKING = {"reason": "新招的咨询师下月到岗", "ends_on": SOON}
Found = set[tuple[str, str, str]]


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def office(app: Flask, make: Make, admin: Actor) -> FlaskClient:
    return make.browser(app, admin)


def stand(databases: Databases, site: Site, day: Any = TODAY) -> DriftStanding:
    with databases.session(Login.WORKER, site.id) as session:
        assert standing.recompute(session, site.id, day, deviations.look)
    return read(databases, site)


def read(databases: Databases, site: Site) -> DriftStanding:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalars(select(DriftStanding).where(DriftStanding.tenant_id == site.id)).one()


def found(row: DriftStanding) -> Found:
    return {(one["kind"], one["code"], one["wrong"] or one["class"]) for one in row.findings}


def states(databases: Databases, site: Site) -> list[str]:
    with databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Waiver.state).where(Waiver.site_id == site.id).order_by(Waiver.id)))


def test_a_good_room_departs_in_nothing(databases: Databases, make: Make) -> None:
    row = stand(databases, whole(make, TODAY).site)
    assert found(row) == set()
    assert (row.unexplained, row.core, row.waived, row.allowed) == (0, 0, 0, 0)
    assert row.conforming > 30


def test_every_seeded_departure_is_found_and_nothing_else(databases: Databases, make: Make) -> None:
    room = Staffed(make, make.site(operating_since=TODAY - timedelta(days=400)))
    room.space("reception_corner", "3", "closed")
    room.member("S1", "counsellor", "A")
    room.member("S2", "site_head", "A", background_checked_on=TODAY)
    room.member("S3", "site_head", "B", background_checked_on=TODAY)
    room.daily(TODAY - timedelta(days=2), done=TODAY - timedelta(days=2), opened="yes")
    room.daily(TODAY - timedelta(days=1))
    equip(room, "extinguisher", 1, faulty=True)
    equip(room, "clock", 1)
    hang(room, "hotline", TODAY - timedelta(days=366))
    hang(room, "scope", TODAY - timedelta(days=364))
    equipment = {one["code"] for one in load_shipped().find("equipment")["equipment"] if "T1" in one["quantity"]}
    documents = {one["code"] for one in load_shipped().find("wall_documents")["documents"]}
    row = stand(databases, room.site)
    assert found(row) == {
        ("space", "reception_corner", "closed"),
        ("space", "individual_room", "absent"),
        ("area", "total", "too_small"),
        ("post", "counsellor.B", "vacant"),
        ("certificate", "everybody", "incomplete"),
        ("background", "everybody", "incomplete"),
        ("training", "everybody", "incomplete"),
        ("checklist", "daily", "overdue"),
        ("opening", "week", "unrecorded"),
        ("equipment", "extinguisher", "broken"),
        ("wall_document", "hotline", "outdated"),
        *(("equipment", code, "missing") for code in equipment - {"extinguisher", "clock"}),
        *(("wall_document", code, "no_photo") for code in documents - {"hotline", "scope"}),
    }
    assert row.unexplained == len(row.findings)
    assert row.core == sum(one["core"] for one in row.findings) >= 2
    assert {one["class"] for one in row.findings} == {"unexplained"}


def test_a_checklist_that_is_often_left_out_is_found_though_the_last_one_was_done(
    databases: Databases, make: Make
) -> None:
    room = whole(make, TODAY)
    for back in range(11, 14):
        room.daily(TODAY - timedelta(days=back))
    room.daily(TODAY - timedelta(days=91))
    assert found(stand(databases, room.site)) == {("checklist", "daily", "irregular")}, "ten of thirteen"
    for back in range(14, 17):
        day = TODAY - timedelta(days=back)
        room.daily(day, done=day, opened="yes")
    assert found(stand(databases, room.site)) == set(), "thirteen of sixteen are enough"


def test_a_departure_keeps_the_day_since_which_it_is_known(databases: Databases, make: Make) -> None:
    room = whole(make, TODAY)
    room.member("S9", "counsellor")
    first = {one["code"]: one["since"] for one in stand(databases, room.site, TODAY).findings}
    again = stand(databases, room.site, TODAY + timedelta(days=1))
    assert {one["code"]: one["since"] for one in again.findings} == first
    assert set(first.values()) == {TODAY.isoformat()}


def test_no_person_leaves_the_room(databases: Databases, make: Make) -> None:
    room = whole(make, TODAY)
    room.member("S9", "counsellor", name="王小明")
    findings = stand(databases, room.site).findings
    assert findings
    assert all(set(one) == {"kind", "code", "wrong", "core", "class", "since"} for one in findings)
    assert "S9" not in str(findings)
    assert "王小明" not in str(findings)


def test_a_waiver_ends_by_itself_the_day_after(databases: Databases, make: Make, admin: Actor) -> None:
    room = whole(make, TODAY)
    left = room.member("S9", "counsellor")
    assert left
    exempt(make, room.site, admin.account_id, state="approved", days=3, code="counsellor.B")
    waived = make.add(_waiver_of_background(room.site, admin))
    last, after = waived.ends_on, waived.ends_on + timedelta(days=1)
    classes = {one["kind"]: one["class"] for one in stand(databases, room.site, last).findings}
    assert classes["background"] == "waived"
    classes = {one["kind"]: one["class"] for one in stand(databases, room.site, after).findings}
    assert classes["background"] == "unexplained"


def _waiver_of_background(site: Site, admin: Actor) -> Waiver:
    return Waiver(
        site_id=site.id,
        kind="background",
        code="everybody",
        reason="派出所下周办理",
        ends_on=TODAY + timedelta(days=3),
        state="approved",
        asked_by=admin.account_id,
        asked_at=clock.now(),
    )


def test_the_head_asks_the_institution_approves_and_the_day_is_classed_anew(
    databases: Databases, settings: Settings, app: Flask, make: Make, office: FlaskClient
) -> None:
    site = make.site()
    head = make.member(Role.SITE_HEAD, site)
    stand(databases, site)
    browser, url = make.browser(app, head), "/room/drift/post/counsellor.B/waiver"
    assert "咨询" in browser.get("/room/drift").text
    assert post(browser, url, {"reason": "无", "ends_on": SOON}).status_code == 422
    assert post(browser, url, {"reason": "说明了理由", "ends_on": "2020-01-01"}).status_code == 422
    assert post(browser, url, ASKING).status_code == 303
    assert post(browser, url, ASKING).status_code == 422
    assert states(databases, site) == ["asked"]
    (waiver_id,) = _ids(databases, site)
    assert "新招的咨询师" in office.get(f"/console/waivers/{waiver_id}").text
    decision = f"/console/waivers/{waiver_id}/decision"
    assert post(office, decision, {"answer": ""}).status_code == 422
    assert post(office, decision, {"approve": "1"}).status_code == 303
    assert post(office, decision, {"approve": "1"}).status_code == 409
    dispatcher.drain(databases, settings)
    row = read(databases, site)
    assert {one["code"] for one in row.findings if one["class"] == "waived"} == {"counsellor.B"}
    with databases.session(Login.TENANT, site.id) as session:
        told = session.scalars(select(Notice).where(Notice.account_id == head.account_id)).all()
    assert [one.href for one in told] == ["/room/drift#waivers"]


def _ids(databases: Databases, site: Site) -> list[Any]:
    with databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Waiver.id).where(Waiver.site_id == site.id)))


def test_what_is_given_can_be_withdrawn_with_a_reason(
    databases: Databases, settings: Settings, make: Make, office: FlaskClient
) -> None:
    site = make.site()
    stand(databases, site)
    assert post(office, f"/console/drift/{site.id}/post/counsellor.A/waiver", ASKING).status_code == 303
    (waiver_id,) = _ids(databases, site)
    dispatcher.drain(databases, settings)
    assert read(databases, site).waived == 1
    withdrawal = f"/console/waivers/{waiver_id}/withdrawal"
    assert post(office, withdrawal, {"answer": ""}).status_code == 422
    assert post(office, withdrawal, {"answer": "人员已经到岗"}).status_code == 303
    dispatcher.drain(databases, settings)
    assert (read(databases, site).waived, states(databases, site)) == (0, ["withdrawn"])
    with databases.session(Login.OVERSIGHT) as session:
        deeds = session.scalars(
            select(AuditEntry.deed).where(AuditEntry.deed.like("waivers.%")).order_by(AuditEntry.seq)
        ).all()
    assert deeds[-2:] == ["waivers.given", "waivers.withdrawn"]


def test_only_what_is_amiss_can_be_waived(app: Flask, make: Make, databases: Databases) -> None:
    site = make.site()
    drift(make, site)
    browser = make.browser(app, make.member(Role.SITE_HEAD, site))
    assert browser.get("/room/drift/post/nobody/waiver").status_code == 404
    assert post(browser, "/room/drift/area/total/waiver", ASKING).status_code == 404
    assert states(databases, site) == []


def test_a_room_asks_for_itself_alone_and_decides_nothing(databases: Databases, make: Make, admin: Actor) -> None:
    mine, other = make.site(), make.site()
    exempt(make, other, admin.account_id)
    ask = text(
        "INSERT INTO platform.waiver (id, site_id, kind, code, reason, ends_on, state, asked_by, asked_at)"
        " VALUES (gen_random_uuid(), :site, 'post', 'x', 'r', now(), :state, gen_random_uuid(), now())"
    )
    for site, state in ((other, "asked"), (mine, "approved")):
        with pytest.raises(ProgrammingError), databases.session(Login.TENANT, mine.id) as session:
            session.execute(ask, {"site": site.id, "state": state})
    with databases.session(Login.TENANT, mine.id) as session:
        assert session.scalars(select(Waiver)).all() == []


def test_a_new_day_looks_at_the_room_again(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        outbox.publish(session, DayBegan(TODAY.isoformat()))
    dispatcher.drain(databases, settings)
    assert read(databases, site).unexplained > 0


def test_the_list_puts_the_unexplained_core_first_and_filters(make: Make, office: FlaskClient, app: Flask) -> None:
    grave, light, far = make.site(name="甲站"), make.site(name="乙站", tier="T2"), make.site(name="丙站", **GUANGZHOU)
    drift(make, grave)
    drift(make, light, {"kind": "area", "code": "total", "wrong": "too_small", "core": False, "class": "unexplained"})
    drift(make, far, {**POST, "class": "waived"})
    page = office.get("/console/drift").text
    assert page.index("甲站") < page.index("乙站")
    assert "丙站" not in office.get(f"/console/drift?region={LUOYANG}").text
    assert "甲站" not in office.get("/console/drift?tier=T2").text
    only = office.get("/console/drift?sort_of=waived&kind=post").text
    assert "丙站" in only
    assert "甲站" not in only
    book = workbooks.read(office.get("/console/drift/export?sort_of=waived").data)
    assert [str(row[0].value) for row in book.sheets[0].rows[3:]] == ["丙站"]
    assert "甲站" in office.get("/console/drift/print").text
    regional = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    assert regional.get(f"/console/drift/{far.id}").status_code == 404
    assert regional.get(f"/console/drift/{grave.id}").status_code == 200


@contextmanager
def statements(databases: Databases) -> Iterator[list[str]]:
    said: list[str] = []
    engine = databases.engine(Login.OVERSIGHT)

    def hear(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_the_list_asks_as_much_for_many_sites_as_for_few(make: Make, app: Flask, office: FlaskClient) -> None:
    databases = app.extensions["huakai"].databases
    drift(make, make.site())
    office.get("/console/drift")
    with statements(databases) as few:
        office.get("/console/drift")
    for _number in range(5):
        drift(make, make.site())
    with statements(databases) as many:
        office.get("/console/drift")
    assert len(few) == len(many)


def test_programs_read_departures_and_waivers(make: Make, app: Flask, admin: Actor) -> None:
    site = make.site()
    drift(make, site)
    exempt(make, site, admin.account_id)
    signed = {"Authorization": f"Bearer {make.bearer(admin)}"}
    client = app.test_client()
    items = client.get("/api/v1/drift?limit=200", headers=signed).get_json()["items"]
    (item,) = [one for one in items if one["id"] == str(site.id)]
    assert [one["sort"] for one in item["findings"]] == ["unexplained"]
    waived = client.get("/api/v1/waivers?state=asked", headers=signed).get_json()["items"]
    assert str(site.id) in {one["site_id"] for one in waived}


def test_the_waivers_come_as_a_workbook(app: Flask, make: Make, admin: Actor, office: FlaskClient) -> None:
    site = make.site()
    exempt(make, site, admin.account_id)
    exempt(make, site, admin.account_id, state="approved", days=-3, code="counsellor.A")
    asked = workbooks.read(office.get("/console/waivers/export?state=asked").data).sheets[0].rows
    assert [cell.text for cell in asked[3]][:2] == [site.name, site.code]
    assert len(asked) == 4
    rows = workbooks.read(office.get("/console/waivers/export").data).sheets[0].rows
    assert sorted(cell.text for row in rows[1:] for cell in row if cell.text in ("待审批", "已到期")) == [
        "已到期",
        "待审批",
    ]
    elsewhere = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code=GUANGZHOU["region_code"]))
    assert len(workbooks.read(elsewhere.get("/console/waivers/export").data).sheets[0].rows) == 3
