"""Clock work: the whole page. A slot is a row under a unique key, by PostgreSQL's clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Interval, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from huakai_platform.kernel import outbox
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ScheduleFailed
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.plumbing import Tick
from huakai_worker import housekeeping
from huakai_worker.jobs import facts, figures, notices, trail
from huakai_worker.reasons import FAILURES, cut_off, describe

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
FIVE_PAST_MIDNIGHT = datetime(2000, 1, 1, 0, 5, tzinfo=CHINA)
FOUR_IN_THE_MORNING = datetime(2000, 1, 1, 4, 0, tzinfo=CHINA)
AT_THREE = datetime(2000, 1, 1, 3, 0, tzinfo=CHINA)

log = structlog.get_logger("huakai.ringer")


@dataclass(frozen=True)
class Schedule:
    """A small deed, or the publishing of an event, once in every slot of `every`; missed slots are not made up."""

    name: str
    every: timedelta
    deed: Callable[[Session], None]
    origin: datetime = ORIGIN
    label: str = ""
    """What people call it."""


SCHEDULES = (
    *(Schedule(f"old {kind}", timedelta(hours=1), sweep, label=label) for kind, label, sweep in housekeeping.SWEEPS),
    Schedule("figures", timedelta(days=1), figures.announce, origin=AT_THREE, label=_("请求发布人数数据")),
    Schedule("day", timedelta(days=1), facts.turn_day, origin=FIVE_PAST_MIDNIGHT, label=_("宣布新的一天")),
    Schedule("heads", timedelta(days=1), trail.ask_for_heads, origin=FOUR_IN_THE_MORNING, label=_("请求签署审计链头")),
    Schedule("endings", timedelta(seconds=20), notices.see_endings, label=_("查看已结束的批量操作")),
    Schedule("dead", timedelta(minutes=5), notices.tell_dead, label=_("告知已放弃的任务")),
)


def find(name: str) -> Schedule | None:
    return next((one for one in SCHEDULES if one.name == name), None)


def fire_due(databases: Databases, schedules: tuple[Schedule, ...] = SCHEDULES) -> list[str]:
    """Do what is due in the present slots and has not been done by anybody; the names of what was done here.

    Each has a transaction of its own, and one that fails stops no other: it goes into the queue, where it is tried
    again, shown with its reason and given up.
    """
    return [schedule.name for schedule in schedules if _try(databases, schedule)]


def _try(databases: Databases, schedule: Schedule) -> bool:
    try:
        return _fire(databases, schedule)
    except FAILURES as error:
        if cut_off(error) or isinstance(error, PoolTimeout):
            log.warning("server away", kind=type(error).__name__)
            return False
        log.warning("schedule failed", schedule=schedule.name, reason=describe(error))
    with databases.session(Login.WORKER) as session:
        if _take_slot(session, schedule):
            outbox.ask_again(session, ScheduleFailed(schedule.name), dedup=f"schedule:{schedule.name}")
    return False


def _fire(databases: Databases, schedule: Schedule) -> bool:
    with databases.session(Login.WORKER) as session:
        taken = _take_slot(session, schedule)
        if taken:
            schedule.deed(session)
        return taken


def _take_slot(session: Session, schedule: Schedule) -> bool:
    """Write the present slot down; False when somebody else has."""
    every = literal(schedule.every, Interval())
    slot = session.scalar(select(func.date_bin(every, func.clock_timestamp(), schedule.origin)))
    written = insert(Tick).values(job=schedule.name, slot=slot).on_conflict_do_nothing().returning(Tick.job)
    return session.execute(written).first() is not None
