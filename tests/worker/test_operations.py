"""Long work told to its sites, each once."""

from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from huakai_platform.kernel import clock, operations, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import OperationStarted, ResendRequested, SiteOpeningRequested
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import Ending
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import dispatcher, routes
from huakai_worker.jobs import operations as jobs
from huakai_worker.scope import Work


@pytest.fixture(autouse=True)
def only_these_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        routes,
        "ROUTES",
        {OperationStarted: (jobs.fan_out,), ResendRequested: (jobs.resend,), SiteOpeningRequested: (fail,)},
    )


def fail(_work: Work, **_payload: object) -> None:
    raise RuntimeError


def begin(databases: Databases, sites: list[UUID], kind: str = "open_sites") -> UUID:
    with databases.session(Login.OVERSIGHT) as session:
        return operations.start(session, None, kind, "开通站点", [(site, str(site)) for site in sites]).id


def told(databases: Databases, site: UUID) -> list[OutboxMessage]:
    with databases.session(Login.WORKER, site) as session:
        return list(session.scalars(select(OutboxMessage)))


def work_on(databases: Databases, settings: Settings, operation: UUID, message: UUID) -> None:
    with databases.session(Login.WORKER) as session:
        work = Work(session, databases, settings, UUID(int=0), message)
        jobs.fan_out(work, operation_id=str(operation))


def test_every_site_is_told_once_however_often_it_is_run(databases: Databases, settings: Settings) -> None:
    sites, message = [uuid7() for _ in range(7)], uuid7()
    operation = begin(databases, sites)

    for _ in range(3):
        work_on(databases, settings, operation, message)

    assert [len(told(databases, site)) for site in sites] == [1] * 7
    assert told(databases, sites[0])[0].payload == {"operation_id": str(operation), "site_id": str(sites[0])}


def test_a_kill_half_way_is_made_good(
    databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites: list[UUID] = [uuid7() for _ in range(6)]
    told_of: list[UUID] = []
    begin(databases, sites)
    publish = outbox.publish

    def killed(session: object, event: SiteOpeningRequested, *, dedup: str | None = None) -> UUID:
        if len(told_of) == 3:
            raise KeyboardInterrupt
        told_of.append(event.site_id)
        return publish(session, event, dedup=dedup)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "publish", killed)
    with pytest.raises(KeyboardInterrupt):
        dispatcher.drain(databases, settings)
    monkeypatch.undo()
    monkeypatch.setattr(routes, "ROUTES", {OperationStarted: (jobs.fan_out,), SiteOpeningRequested: ()})

    dispatcher.drain(databases, settings)

    assert [len(told(databases, site)) for site in sites] == [1] * 6


def test_cancelled_items_are_left_alone(databases: Databases, settings: Settings) -> None:
    sites = [uuid7(), uuid7()]
    operation = begin(databases, sites)
    with databases.session(Login.OVERSIGHT) as session:
        session.execute(
            update(operations.OperationItem)
            .where(operations.OperationItem.site_id == sites[1])
            .values(state=operations.ItemState.CANCELLED)
        )

    work_on(databases, settings, operation, uuid7())

    assert [len(told(databases, site)) for site in sites] == [1, 0]


def test_a_kind_that_nobody_knows_is_a_failure_with_its_reason(databases: Databases, settings: Settings) -> None:
    begin(databases, [uuid7()], kind="dance")

    dispatcher.drain(databases, settings)

    with databases.session(Login.WORKER) as session:
        assert session.scalar(select(OutboxMessage.last_error)) == "NotFound: 没有这种批量操作。"


def test_a_dead_row_ends_its_item_and_sending_it_again_revives_it(databases: Databases, settings: Settings) -> None:
    site = uuid7()
    operation = begin(databases, [site])
    dispatcher.drain(databases, settings)
    with databases.session(Login.WORKER, site) as session:
        session.execute(update(OutboxMessage).values(attempts=9, next_at=clock.now()))
    dispatcher.drain(databases, settings)

    with databases.session(Login.OVERSIGHT) as session:
        assert operations.progress(session, operation).ending is Ending.FAILED
        outbox.publish(session, ResendRequested(site, told(databases, site)[0].id))
    dispatcher.drain(databases, settings, rows=1)

    (message,) = told(databases, site)
    assert (message.attempts, message.dead_at) == (0, None)


def test_each_of_three_hundred_sites_is_told(databases: Databases, settings: Settings) -> None:
    sites, message = [uuid7() for _ in range(300)], uuid7()
    operation = begin(databases, sites)

    work_on(databases, settings, operation, message)

    with databases.session(Login.WORKER) as session:
        waiting = func.tenant.queue_state().table_valued("waiting")
        assert session.scalar(select(waiting.c.waiting)) == 301
