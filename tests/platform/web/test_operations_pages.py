"""The console's pages of long work and of the queue."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from huakai_platform.kernel import clock, operations, outbox, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import ItemState, OperationItem
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_worker.heartbeat import HeartbeatWriter
from tests.support.make import Make
from tests.support.web import post

ELSEWHERE = ["440106003000", "440106000000", "440100000000", "440000000000", "000000000000"]


@pytest.fixture
def admin(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


@pytest.fixture
def office(app: Flask, make: Make) -> FlaskClient:
    """The office of Luoyang."""
    return make.browser(app, make.member(Role.REGIONAL_OFFICE))


@pytest.fixture
def sites(make: Make) -> list[Site]:
    """Two in Luoyang, one in Guangzhou."""
    return [
        make.site(name="涧西一号", state="approved"),
        make.site(name="涧西二号", state="approved"),
        make.site(name="天河一号", state="approved", region_code=ELSEWHERE[0], ancestors=ELSEWHERE),
    ]


def begin(databases: Databases, sites: list[Site], title: str = "开通站点") -> UUID:
    with databases.session(Login.OVERSIGHT) as session:
        return operations.start(session, None, "open_sites", title, [(site.id, site.name) for site in sites]).id


def end(databases: Databases, operation: UUID, sites: list[Site], error: str | None = None) -> None:
    with databases.session(Login.WORKER) as session:
        for site in sites:
            operations.finish_item(session, operation, site.id, error=error)


def state(databases: Databases, operation: UUID) -> list[str]:
    with databases.session(Login.OVERSIGHT) as session:
        wanted = select(OperationItem.state).where(OperationItem.operation_id == operation)
        return list(session.scalars(wanted.order_by(OperationItem.position)))


def test_an_empty_list_says_what_will_be_here(admin: FlaskClient) -> None:
    assert "还没有批量操作" in admin.get("/console/operations").text


def test_a_running_operation_shows_its_bar_and_polls(
    admin: FlaskClient, databases: Databases, sites: list[Site]
) -> None:
    operation = begin(databases, sites)
    end(databases, operation, sites[:1])

    page = admin.get(f"/console/operations/{operation}")
    bar = admin.get(f"/console/operations/{operation}/progress")

    assert "1 / 3" in page.text
    assert f'hx-get="/console/operations/{operation}/progress" hx-trigger="every 1s"' in page.text
    assert "<noscript>" in page.text
    assert (bar.status_code, "1 / 3" in bar.text, "<html" in bar.text) == (200, True, False)
    assert "开通站点" in admin.get("/console/operations").text


def test_polling_ends_with_the_operation(admin: FlaskClient, databases: Databases, sites: list[Site]) -> None:
    operation = begin(databases, sites)
    end(databases, operation, sites)

    assert admin.get(f"/console/operations/{operation}/progress").status_code == 286
    assert "every 1s" not in admin.get(f"/console/operations/{operation}").text


def test_failures_are_shown_filtered_and_handed_out(
    admin: FlaskClient, databases: Databases, sites: list[Site]
) -> None:
    operation = begin(databases, sites)
    end(databases, operation, sites[:2])
    end(databases, operation, sites[2:], error="=站点已关闭")

    page = admin.get(f"/console/operations/{operation}?state=failed").text
    file = admin.get(f"/console/operations/{operation}/failures.xlsx")

    assert "天河一号" in page
    assert "站点已关闭" in page
    assert "涧西一号" not in page
    rows = workbooks.read(file.data).sheets[0].rows
    assert [[cell.text for cell in row] for row in rows[1:]] == [["3", "天河一号", "=站点已关闭"]]


@pytest.mark.parametrize("query", ["state=danced", "page=0", "page=x", "unknown=1", "page=10001"])
def test_bad_addresses_are_refused(admin: FlaskClient, databases: Databases, sites: list[Site], query: str) -> None:
    operation = begin(databases, sites)

    assert admin.get(f"/console/operations/{operation}?{query}").status_code == 422


def test_what_has_not_begun_can_be_cancelled_and_resumed(
    admin: FlaskClient, databases: Databases, sites: list[Site]
) -> None:
    operation = begin(databases, sites)
    end(databases, operation, sites[:1])

    cancelled = post(admin, f"/console/operations/{operation}/cancellation")
    assert cancelled.status_code == 303
    assert state(databases, operation) == [ItemState.DONE, ItemState.CANCELLED, ItemState.CANCELLED]
    assert post(admin, f"/console/operations/{operation}/cancellation").status_code == 409

    assert "重做失败和取消的项目" in admin.get(f"/console/operations/{operation}").text
    post(admin, f"/console/operations/{operation}/resumption")
    assert state(databases, operation) == [ItemState.DONE, ItemState.WAITING, ItemState.WAITING]


def test_an_office_sees_its_region_only(office: FlaskClient, databases: Databases, sites: list[Site]) -> None:
    shared, foreign = begin(databases, sites, "全国开通"), begin(databases, sites[2:], "广州开通")

    index, page = office.get("/console/operations").text, office.get(f"/console/operations/{shared}").text

    assert ("全国开通" in index, "广州开通" in index) == (True, False)
    assert ("涧西一号" in page, "天河一号" in page, "0 / 2" in page) == (True, False, True)
    assert office.get(f"/console/operations/{foreign}").status_code == 404
    assert office.get(f"/console/operations/{foreign}/failures.xlsx").status_code == 404
    assert post(office, f"/console/operations/{shared}/cancellation").status_code == 403


def test_another_institutions_work_is_not_there(
    admin: FlaskClient, databases: Databases, make: Make, sites: list[Site]
) -> None:
    from huakai_platform.identity.models import Institution

    other = make.add(Institution(id=uuid7(), name="别家", short_name="别家", created_at=clock.now()))
    theirs = begin(databases, [make.site(institution_id=other.id)])

    assert admin.get(f"/console/operations/{theirs}").status_code == 404
    assert post(admin, f"/console/operations/{theirs}/cancellation").status_code == 404


def test_the_queue_shows_its_dead_and_sends_them_again(
    admin: FlaskClient, databases: Databases, sites: list[Site]
) -> None:
    with databases.session(Login.WORKER, sites[0].id) as session:
        row = outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))
        session.execute(update(OutboxMessage).values(attempts=10, dead_at=clock.now(), last_error="ValueError"))
    HeartbeatWriter(databases, "worker", "worker-one").beat("drain")

    page = admin.get("/console/jobs").text
    answer = post(admin, f"/console/jobs/{sites[0].id}/{row}/resend")

    for said in ("ValueError", "涧西一号", "检查单完成", "已放弃", "worker-one", "工作中"):
        assert said in page, said
    assert answer.status_code == 303
    with databases.session(Login.WORKER) as session:
        asked = session.scalars(select(OutboxMessage)).one()
    assert (asked.topic, asked.payload["outbox_id"]) == ("ResendRequested", str(row))


def test_a_calm_queue_says_so_and_warns_without_workers(admin: FlaskClient) -> None:
    page = admin.get("/console/jobs").text

    assert "没有失败的任务" in page
    assert "没有任务进程在运行" in page


def test_only_failed_rows_can_be_sent_again(admin: FlaskClient, sites: list[Site]) -> None:
    assert post(admin, f"/console/jobs/{sites[0].id}/{uuid7()}/resend").status_code == 404
