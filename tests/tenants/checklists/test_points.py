"""A failed core item becomes a point that is followed until somebody else has closed it; runs are opened again."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event, func, select, update

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import closure, counting, point_listing, points, reminding, reopening, service
from huakai_tenants.checklists import listing as listing_of_runs
from huakai_tenants.checklists.closure import Said
from huakai_tenants.checklists.models import ChecklistReopening, OpenPoint, PointEntry
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.web import post

DAY = clock.today() - timedelta(days=10)


@pytest.fixture
def room(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_HEAD, room)


@pytest.fixture
def worker(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_WORKER, room)


def failed(databases: Databases, room: Site, actor: Actor, back: int = 0, *codes: str) -> UUID:
    """A completed run whose core items failed, as `complete` leaves it."""
    day = DAY - timedelta(days=back)
    with databases.session(Login.TENANT, room.id) as session:
        run_id = service.begin(session, actor, "daily", day)
        run = service.get(session, run_id)
        definition = service.sheet(session, run_id).definition
        items = list(codes) or ["cabinet_locked"]
        run.completed_at, run.completed_by = clock.now(), actor.account_id
        run.score = {"points": "1", "possible": "2", "percent": "50.0", "failed": items, "failed_core": items}
        session.flush()
        points.arise(session, actor, run, definition, items)
    return run_id


def shot(colour: str = "green") -> tuple[str, bytes]:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "PNG")
    return "lock.png", written.getvalue()


def only(databases: Databases, room: Site) -> OpenPoint:
    with databases.session(Login.TENANT, room.id) as session:
        return session.scalars(select(OpenPoint)).one()


def do(databases: Databases, room: Site, actor: Actor, deed: str, said: Said) -> None:
    point = only(databases, room)
    with databases.session(Login.TENANT, room.id) as session:
        closure.act(session, actor, point.id, deed, said, version=point.version)


@pytest.mark.calendar
def test_a_failed_core_item_has_an_owner_and_a_day(
    databases: Databases, room: Site, head: Actor, worker: Actor
) -> None:
    failed(databases, room, worker)

    point = only(databases, room)
    assert (point.number, point.owner_id, point.state) == (1, head.account_id, "open")
    assert point.due_on in (clock.today() + timedelta(days=7), clock.today() + timedelta(days=30))
    with databases.session(Login.TENANT, room.id) as session:
        assert session.scalars(select(Notice.account_id)).all() == [head.account_id]
        assert counting.points(session, clock.month(clock.today())) == {"points_open": 1, "points_overdue": 0}


def test_the_same_item_failing_again_has_no_twin(databases: Databases, room: Site, worker: Actor) -> None:
    failed(databases, room, worker)
    do(databases, room, worker, "fixed", Said("换了新锁", files=[shot()]))
    failed(databases, room, worker, 1)

    assert only(databases, room).state == "open"
    with databases.session(Login.TENANT, room.id) as session:
        assert "recurred" in session.scalars(select(PointEntry.deed)).all()


def test_numbers_and_items_are_unique_however_many_complete_at_once(
    databases: Databases, room: Site, worker: Actor
) -> None:
    with ThreadPoolExecutor(4) as four:
        list(four.map(lambda back: failed(databases, room, worker, back, "cabinet_locked", "exit_clear"), range(4)))

    with databases.session(Login.TENANT, room.id) as session:
        found = session.execute(select(OpenPoint.number, OpenPoint.item).order_by(OpenPoint.number)).all()
        assert [row.number for row in found] == [1, 2]
        assert {row.item for row in found} == {"cabinet_locked", "exit_clear"}


def test_nobody_closes_what_they_fixed_themselves(databases: Databases, room: Site, head: Actor, worker: Actor) -> None:
    failed(databases, room, worker)
    do(databases, room, worker, "fixed", Said("换了新锁", files=[shot()]))
    with pytest.raises(Conflict):
        do(databases, room, worker, "closed", Said())
    do(databases, room, head, "returned", Said("锁还是坏的"))
    do(databases, room, worker, "fixed", Said("又换了一把", files=[shot("red")]))
    do(databases, room, head, "closed", Said())

    assert only(databases, room).state == "closed"
    with databases.session(Login.TENANT, room.id) as session:
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.seq)).all()
        assert set(deeds) == {"points.acted"}
        assert counting.points(session, this_month())["points_open"] == 0


def test_a_day_is_put_off_once_with_a_reason(databases: Databases, room: Site, worker: Actor) -> None:
    failed(databases, room, worker)
    due_on = only(databases, room).due_on
    with pytest.raises(Invalid):
        do(databases, room, worker, "postponed", Said("", None, due_on + timedelta(days=5)))
    with pytest.raises(Invalid):
        do(databases, room, worker, "postponed", Said("等厂家上门", None, due_on))
    do(databases, room, worker, "postponed", Said("等厂家上门", None, due_on + timedelta(days=5)))
    with pytest.raises(Conflict):
        do(databases, room, worker, "postponed", Said("再等一等", None, due_on + timedelta(days=9)))

    assert only(databases, room).due_on == due_on + timedelta(days=5)


def test_only_people_of_the_room_are_owners_and_the_later_of_two_is_told(
    databases: Databases, room: Site, make: Make, worker: Actor
) -> None:
    failed(databases, room, worker)
    with pytest.raises(Invalid):
        do(databases, room, worker, "assigned", Said("", make.member(Role.SITE_HEAD).account_id))
    point = only(databases, room)
    do(databases, room, worker, "noted", Said("已联系厂家"))
    do(databases, room, worker, "assigned", Said("", worker.account_id))
    with databases.session(Login.TENANT, room.id) as session, pytest.raises(Conflict):
        closure.act(session, worker, point.id, "fixed", Said("修好了吗"), version=point.version)


def test_reopening_keeps_the_score_and_the_point(databases: Databases, room: Site, head: Actor) -> None:
    run_id = failed(databases, room, head)
    with databases.session(Login.TENANT, room.id) as session:
        with pytest.raises(Invalid):
            reopening.reopen(session, head, run_id, "错")
        reopening.reopen(session, head, run_id, "填错了一项")
    with databases.session(Login.TENANT, room.id) as session:
        run = service.get(session, run_id)
        assert (run.completed_at, run.score) == (None, None)
        assert session.scalars(select(ChecklistReopening)).one().score["percent"] == "50.0"
        assert counting.counts(session, clock.month(run.due_on))["checklists_done"] == 0
        with pytest.raises(Conflict):
            reopening.reopen(session, head, run_id, "再开一次")
        points.arise(session, head, run, service.sheet(session, run_id).definition, [])
        deeds = session.scalars(select(PointEntry.deed).order_by(PointEntry.at)).all()
        assert deeds == ["opened", "reopened", "corrected"]
    assert only(databases, room).state == "open"


def test_what_is_late_is_told_once(databases: Databases, room: Site, head: Actor, worker: Actor) -> None:
    failed(databases, room, worker)
    with databases.session(Login.TENANT, room.id) as session:
        service.begin(session, worker, "daily", DAY - timedelta(days=1))
        session.execute(update(OpenPoint).values(due_on=DAY))
    for _twice in range(2):
        with databases.session(Login.WORKER, room.id) as session:
            reminding.of_the_day(session, clock.today())
    with databases.session(Login.TENANT, room.id) as session:
        told = session.execute(select(Notice.kind, func.count()).group_by(Notice.kind)).all()
    assert {row[0]: row[1] for row in told} == {
        "point_assigned": 1,
        "point_overdue": 1,
        "checklists_overdue": 1,
    }


def test_a_point_is_followed_in_the_browser(
    app: Flask, make: Make, databases: Databases, room: Site, head: Actor, worker: Actor
) -> None:
    run_id = failed(databases, room, worker)
    point = only(databases, room)
    one, other = make.browser(app, worker), make.browser(app, head)
    address = f"/room/points/{point.id}"
    assert address in one.get("/room/points").text
    assert "待整改项" in one.get("/room/").text
    wrong = post(one, f"{address}/entries", {"deed": "fixed", "text": "好", "version": str(point.version)})
    assert wrong.status_code == 422
    fixed = {"deed": "fixed", "text": "换了新锁", "version": "1"}
    assert "至少 1 张" in post(one, f"{address}/entries", fixed).text
    name, content = shot()
    assert post(one, f"{address}/entries", fixed | {"files": (io.BytesIO(content), name)}).status_code == 303
    assert post(one, f"{address}/entries", {"deed": "noted", "text": "晚了一步", "version": "1"}).status_code == 409
    assert post(other, f"{address}/entries", {"deed": "closed", "version": "2"}).status_code == 303
    assert "没有待整改项" in one.get("/room/points").text
    exported = workbooks.read(one.get("/room/points/export?state=every").data).sheets[0]
    assert len(exported.rows) == 2
    for shown in ("every", "open", "fixed", "closed", "overdue"):
        assert one.get(f"/room/points?state={shown}&owner={head.account_id}&sort=-number").status_code == 200
    assert post(one, f"/room/checklists/{run_id}/reopening", {"reason": "填错了"}).status_code == 403
    assert post(other, f"/room/checklists/{run_id}/reopening", {"reason": ""}).status_code == 422
    assert post(other, f"/room/checklists/{run_id}/reopening", {"reason": "填错了一项"}).status_code == 303
    assert "填错了一项" in one.get(f"/room/checklists/{run_id}").text


def test_runs_are_found_by_filters_printed_and_exported(
    app: Flask, make: Make, databases: Databases, room: Site, worker: Actor
) -> None:
    run_id = failed(databases, room, worker)
    with databases.session(Login.TENANT, room.id) as session:
        late = service.begin(session, worker, "daily", DAY - timedelta(days=3))
    browser = make.browser(app, worker)
    done, overdue = f"/room/checklists/{run_id}", f"/room/checklists/{late}"
    for query, shown in {
        "state=done": {done},
        "state=overdue": {overdue},
        "state=started": set(),
        "state=waiting": set(),
        "failures=1": {done},
        f"code=daily&until={DAY - timedelta(days=1)}&sort=score": {overdue},
        f"since={DAY}&sort=-completed": {done},
    }.items():
        page = browser.get(f"/room/checklists?{query}").text
        assert {one for one in (done, overdue) if one in page} == shown, query
    assert browser.get("/room/checklists?state=nonsense").status_code in (400, 422)
    sheet = workbooks.read(browser.get("/room/checklists/export").data).sheets[0]
    assert len(sheet.rows) == 3
    assert workbooks.read(browser.get(f"{done}/workbook").data).sheets[0].rows
    assert "签名" in browser.get(f"{done}/print").text
    assert "☐" in browser.get(f"{done}/print?blank=1").text


def test_a_list_asks_the_same_number_of_statements_however_long(
    databases: Databases, room: Site, worker: Actor, app: Flask, make: Make
) -> None:
    browser, said = make.browser(app, worker), list[str]()
    engine = app.extensions["huakai"].databases.engine(Login.TENANT)

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    def count(address: str) -> int:
        said.clear()
        assert browser.get(address).status_code == 200
        return len(said)

    failed(databases, room, worker)
    browser.get("/room/checklists")  # the room's differences are read once and kept
    event.listen(engine, "before_cursor_execute", note)
    few = [count(one) for one in ("/room/checklists", "/room/points")]
    failed(databases, room, worker, 1, "exit_clear", "screen_locked")
    many = [count(one) for one in ("/room/checklists", "/room/points")]
    event.remove(engine, "before_cursor_execute", note)
    assert few == many


def test_workbooks_say_what_they_leave_out(
    databases: Databases, room: Site, worker: Actor, app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed(databases, room, worker)
    failed(databases, room, worker, 1, "exit_clear", "screen_locked")
    browser = make.browser(app, worker)
    for listing, path in ((listing_of_runs, "/room/checklists/export"), (point_listing, "/room/points/export")):
        whole = workbooks.read(browser.get(path).data).sheets[0].rows
        monkeypatch.setattr(listing, "MOST", 1)
        cut = workbooks.read(browser.get(path).data).sheets[0].rows

        assert cut[0][0].text.startswith(f"共 {len(whole) - 1} 条，这里只有前 1 条")
        assert [cell.text for cell in cut[1]] == [cell.text for cell in whole[0]]
        assert len(cut) == 3
