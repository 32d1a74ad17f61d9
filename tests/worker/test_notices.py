"""What the clock tells people of the console: ends of long work, and work that died."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update

from huakai_platform.kernel import clock, operations, outbox, queue
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.events import SitesTakenIn
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import dispatcher
from huakai_worker.jobs import notices as jobs
from tests.support.make import Make


def begin(make: Make, actor: Actor, sites: list[UUID]) -> UUID:
    with make.databases.session(Login.OVERSIGHT) as session:
        return operations.start(session, actor, "open_sites", "开通站点", [(one, str(one)) for one in sites]).id


def finish(make: Make, operation: UUID, site: UUID, error: str | None = None) -> None:
    with make.databases.session(Login.WORKER, site) as session:
        operations.finish_item(session, operation, site, error=error)


def told(make: Make, actor: Actor) -> list[str]:
    with make.databases.session(Login.WORKER) as session:
        jobs.see_endings(session)
        jobs.tell_dead(session)
    dispatcher.drain(make.databases, make.settings)
    with make.databases.session(Login.OVERSIGHT) as session:
        mine = select(Notice.text).where(Notice.account_id == actor.account_id).order_by(Notice.created_at)
        return [str(text) for text in session.scalars(mine)]


def test_whoever_began_an_operation_is_told_of_its_end_once(make: Make) -> None:
    starter, other = make.member(Role.INSTITUTION_ADMIN), make.member(Role.INSTITUTION_ADMIN)
    sites = [uuid7(), uuid7()]
    operation = begin(make, starter, sites)
    finish(make, operation, sites[0])
    assert told(make, starter) == []

    finish(make, operation, sites[1], error="没有通过")

    assert told(make, starter) == ["开通站点：已结束，成功 1 项，失败 1 项。"]
    assert told(make, starter) == ["开通站点：已结束，成功 1 项，失败 1 项。"]
    assert told(make, other) == []


def test_an_operation_that_nobody_began_keeps_no_other_from_being_told(make: Make) -> None:
    nobody = replace(make.member(Role.INSTITUTION_ADMIN), account_id=uuid7())
    starter, site = make.member(Role.INSTITUTION_ADMIN), uuid7()
    for actor in (nobody, starter):
        finish(make, begin(make, actor, [site]), site)

    assert told(make, starter) == ["开通站点：已完成，成功 1 项。"]
    with make.databases.session(Login.OVERSIGHT) as session:
        (failed,) = queue.troubled(session)
    assert (failed.topic, failed.attempts) == ("OperationEnded", 1)
    assert failed.last_error == "“开通站点”的发起人没有账号，不能告知结果。"


def test_resumed_work_is_told_of_once_more(make: Make) -> None:
    starter, site = make.member(Role.INSTITUTION_ADMIN), uuid7()
    operation = begin(make, starter, [site])
    finish(make, operation, site, error="没有通过")
    assert told(make, starter) == ["开通站点：失败，1 项都没有成功。"]
    with make.databases.session(Login.OVERSIGHT) as session:
        operations.resume(session, starter, operation)

    finish(make, operation, site)

    assert told(make, starter)[1:] == ["开通站点：已完成，成功 1 项。"]


def test_administrators_are_told_of_dead_work_once_for_each_new_arrival(make: Make) -> None:
    admin, office = make.member(Role.INSTITUTION_ADMIN), make.member(Role.REGIONAL_OFFICE)
    for number in (1, 2):
        with make.databases.session(Login.WORKER) as session:
            died = outbox.publish(session, SitesTakenIn())
            dead = update(OutboxMessage).where(OutboxMessage.id == died)
            session.execute(dead.values(attempts=10, dead_at=clock.now()))
        for _again in range(2):
            assert len(told(make, admin)) == number

    assert told(make, admin)[-1] == "有 2 个后台任务多次失败，已停止重试。"
    assert told(make, office) == []
