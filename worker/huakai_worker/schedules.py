"""Clock work: the whole page. A slot is a row under a unique key, by PostgreSQL's clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Interval, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.plumbing import Tick
from huakai_worker import housekeeping
from huakai_worker.jobs import facts, figures, notices, trail

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
FIVE_PAST_MIDNIGHT = datetime(2000, 1, 1, 0, 5, tzinfo=CHINA)
FOUR_IN_THE_MORNING = datetime(2000, 1, 1, 4, 0, tzinfo=CHINA)

AT_THREE = datetime(2000, 1, 1, 3, 0, tzinfo=CHINA)


@dataclass(frozen=True)
class Schedule:
    """A small deed, or the publishing of an event, once in every slot of `every`; missed slots are not made up."""

    name: str
    every: timedelta
    deed: Callable[[Session], None]
    origin: datetime = ORIGIN


SCHEDULES = (
    Schedule("housekeeping", timedelta(hours=1), housekeeping.sweep),
    Schedule("figures", timedelta(days=1), figures.announce, origin=AT_THREE),
    Schedule("day", timedelta(days=1), facts.turn_day, origin=FIVE_PAST_MIDNIGHT),
    Schedule("heads", timedelta(days=1), trail.ask_for_heads, origin=FOUR_IN_THE_MORNING),
    Schedule("endings", timedelta(seconds=20), notices.tell_endings),
    Schedule("dead", timedelta(minutes=5), notices.tell_dead),
)


def fire_due(databases: Databases, schedules: tuple[Schedule, ...] = SCHEDULES) -> list[str]:
    """Do what is due in the present slots and has not been done by anybody; the names of what was done here."""
    return [schedule.name for schedule in schedules if _fire(databases, schedule)]


def _fire(databases: Databases, schedule: Schedule) -> bool:
    with databases.session(Login.WORKER) as session:
        every = literal(schedule.every, Interval())
        slot = session.scalar(select(func.date_bin(every, func.clock_timestamp(), schedule.origin)))
        written = session.execute(
            insert(Tick).values(job=schedule.name, slot=slot).on_conflict_do_nothing().returning(Tick.job)
        ).first()
        if written:
            schedule.deed(session)
        return written is not None
