"""A room's equipment: what must be there, what is, what was done with it, and who may do it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_tenants.equipment import notifications, required
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.measures import workload
from tests.support.make import Make
from tests.support.web import post


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def added(browser: FlaskClient, **changes: Any) -> UUID:
    answer = post(browser, "/room/equipment/new", {"kind": "computer", "quantity": "1", **changes})
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rsplit("/", 1)[1])


def lacking(databases: Databases, site: Site, day: date | None = None) -> dict[str, int]:
    with databases.session(Login.TENANT, site.id) as session:
        return {one.kind.code: one.missing for one in required.missing(session, day or clock.today())}


def test_what_is_registered_no_longer_counts_as_missing(databases: Databases, browser: FlaskClient, site: Site) -> None:
    before = lacking(databases, site)
    added(browser, kind="consulting_chair", quantity="1")

    after = lacking(databases, site)
    assert before["consulting_chair"] == 2
    assert after == {**before, "consulting_chair": 1}
    page = browser.get("/room/equipment/required").text
    assert "差 1" in page
    assert "咨询椅" in page


def test_numbers_follow_each_other_and_none_is_given_twice(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    added(browser)
    added(browser)
    taken = post(browser, "/room/equipment/new", {"kind": "computer", "quantity": "1", "number": "E0002"})

    assert [one.number for one in rows(databases, site, EquipmentItem)] == ["E0001", "E0002"]
    assert (taken.status_code, "这个编号已被使用" in taken.text) == (422, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "spaceship"}, "请从列出的选项中选择"),
        ({"quantity": "0"}, "应在 1 至 100000 之间"),
        ({"quantity": "many"}, "请填写整数"),
        ({"bought_on": "2090-01-01"}, "不能晚于今天"),
        ({"bought_on": "2026-02-01", "warranty_until": "2026-01-01"}, "不能早于购置日期"),
        ({"price": "-1"}, "应在 0 至"),
        ({"space_id": "01900000-0000-7000-8000-000000000000"}, "请从列出的选项中选择"),
        ({"state": "scrapped"}, "没有这一项"),
    ],
)
def test_what_cannot_be_is_refused_with_the_form_as_it_was_typed(
    databases: Databases, browser: FlaskClient, site: Site, changes: dict[str, str], said: str
) -> None:
    form = {"kind": "computer", "quantity": "1", "name": "联想启天", **changes}
    answer = post(browser, "/room/equipment/new", form)

    assert (answer.status_code, said in answer.text, "联想启天" in answer.text) == (422, True, True)
    assert rows(databases, site, EquipmentItem) == []


def test_a_life_from_its_check_over_a_repair_to_its_end_stays_in_the_history(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    item_id = added(browser)
    at, day = f"/room/equipment/{item_id}", {"held_on": clock.today().isoformat()}
    forms = [
        ("check", {**day, "found": "fault", "note": "不能开机"}),
        ("repair", day),
        ("return", {**day, "note": "换了电源"}),
        ("scrapping", {**day, "reason": "worn"}),
    ]
    assert [post(browser, f"{at}/{name}", form).status_code for name, form in forms] == [303] * 4

    assert [one.deed for one in rows(databases, site, EquipmentEvent)] == [
        "added", "failed", "sent", "returned", "scrapped",
    ]  # fmt: skip
    page = browser.get(at).text
    assert "换了电源" in page
    assert "老化或到使用年限" in page
    assert "computer" in lacking(databases, site)
    assert [one.deed for one in rows(databases, site, AuditEntry)] == [
        "equipment.added", "equipment.checked", "equipment.sent", "equipment.returned", "equipment.scrapped",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "form", "status"),
    [
        ("check", {"held_on": "2090-01-01", "found": "ok"}, 422),
        ("check", {"held_on": clock.today().isoformat()}, 422),
        ("return", {"held_on": clock.today().isoformat()}, 409),
        ("scrapping", {"held_on": clock.today().isoformat()}, 422),
        ("scrapping", {"held_on": clock.today().isoformat(), "reason": "boredom"}, 422),
    ],
)
def test_a_deed_that_cannot_be_changes_nothing(
    databases: Databases, browser: FlaskClient, site: Site, name: str, form: dict[str, str], status: int
) -> None:
    item_id = added(browser)
    assert post(browser, f"/room/equipment/{item_id}/{name}", form).status_code == status
    assert [one.deed for one in rows(databases, site, EquipmentEvent)] == ["added"]


def test_scrapped_is_for_good(databases: Databases, browser: FlaskClient, site: Site) -> None:
    item_id = added(browser)
    scrapping = {"held_on": clock.today().isoformat(), "reason": "lost"}
    post(browser, f"/room/equipment/{item_id}/scrapping", scrapping)

    for name, form in (
        ("scrapping", scrapping),
        ("check", {"held_on": clock.today().isoformat(), "found": "ok"}),
        ("repair", {"held_on": clock.today().isoformat()}),
    ):
        assert post(browser, f"/room/equipment/{item_id}/{name}", form).status_code == 409
    assert len(rows(databases, site, EquipmentEvent)) == 2


def test_who_was_overtaken_sees_what_changed(databases: Databases, browser: FlaskClient, site: Site) -> None:
    item_id = added(browser)
    form = {"kind": "computer", "quantity": "2", "number": "E0001", "version": "1"}
    assert post(browser, f"/room/equipment/{item_id}/edit", form).status_code == 303

    late = post(browser, f"/room/equipment/{item_id}/edit", {**form, "quantity": "3"})
    assert (late.status_code, "刚才有人修改过这件设备" in late.text) == (409, True)
    assert [one.quantity for one in rows(databases, site, EquipmentItem)] == [2]


def test_a_worker_checks_many_at_once_but_registers_and_scraps_nothing(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    ids = [str(added(browser)) for _ in range(3)]
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))

    assert post(worker, "/room/equipment/checks", {"ids": ids[:2]}).status_code == 303
    assert [one.checked_on == clock.today() for one in rows(databases, site, EquipmentItem)] == [True, True, False]
    assert (
        post(
            worker, f"/room/equipment/{ids[0]}/scrapping", {"held_on": clock.today().isoformat(), "reason": "worn"}
        ).status_code
        == 403
    )
    assert post(worker, "/room/equipment/new", {"kind": "computer", "quantity": "1"}).status_code == 403


def test_another_rooms_equipment_is_as_if_it_were_not_there(app: Flask, make: Make, browser: FlaskClient) -> None:
    item_id = added(browser)
    elsewhere = make.browser(app, make.member(Role.SITE_HEAD, make.site()))

    assert elsewhere.get(f"/room/equipment/{item_id}").status_code == 404
    assert post(elsewhere, "/room/equipment/checks", {"ids": [str(item_id)]}).status_code == 303
    assert "E0001" not in elsewhere.get("/room/equipment").text


def test_a_daily_check_of_yesterday_is_due_today_and_a_monthly_one_is_not(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for kind in ("computer", "round_table"):
        item_id = added(browser, kind=kind)
        post(browser, f"/room/equipment/{item_id}/check", {"held_on": yesterday, "found": "ok"})

    page = browser.get("/room/equipment?wants=check").text
    assert ("E0001" in page, "E0002" in page) == (True, False)


@pytest.mark.calendar
def test_heads_are_told_of_due_checks_once_a_week_and_of_a_warranty_once(
    databases: Databases, browser: FlaskClient, site: Site, head: Actor
) -> None:
    added(browser, warranty_until=(clock.today() + timedelta(days=20)).isoformat())
    monday = clock.today() - timedelta(days=clock.today().weekday())
    for day in (monday, monday, monday + timedelta(days=1)):
        with databases.session(Login.WORKER, site.id) as session:
            notifications.of_the_day(session, day)

    told = rows(databases, site, Notice)
    assert sorted(one.kind for one in told if one.account_id == head.account_id) == [
        "equipment_due",
        "warranty_ending",
    ]


@pytest.mark.calendar
def test_the_numbers_of_a_month_say_what_was_out_of_order_then(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    item_id = added(browser)
    with databases.session(Login.TENANT, site.id) as session:
        before = workload.counts(session, clock.month(clock.today()))
    post(browser, f"/room/equipment/{item_id}/check", {"held_on": clock.today().isoformat(), "found": "fault"})

    with databases.session(Login.TENANT, site.id) as session:
        now = workload.counts(session, clock.month(clock.today()))
        long_ago = required.counts(session, clock.today() - timedelta(days=60))
    assert (before["equipment_out_of_order"], now["equipment_out_of_order"]) == (0, 1)
    assert now["equipment_present"] == before["equipment_present"] == 1
    assert long_ago["equipment_present"] == 0


def test_labels_lead_to_the_page_of_each_item(browser: FlaskClient) -> None:
    added(browser)
    page = browser.get("/room/equipment/labels").text
    assert ("E0001" in page, "data:image/svg+xml" in page) == (True, True)


def test_the_list_asks_as_often_for_many_as_for_few(
    databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    added(browser)
    few = statements(databases, lambda: browser.get("/room/equipment"))
    for number in range(30):
        make.add(
            EquipmentItem(
                tenant_id=site.id, number=f"X{number}", kind="books", quantity=1, state="in_use", faulty=False,
                created_at=clock.now(),
            ),
            site.id,
        )  # fmt: skip
    assert statements(databases, lambda: browser.get("/room/equipment")) == few


def statements(databases: Databases, deed: Callable[[], Any]) -> int:
    engine, said = databases.engine(Login.TENANT), list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert deed().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)
