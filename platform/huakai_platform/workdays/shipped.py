"""The holidays that come with the program: those of the package `chinesecalendar`, from the State Council's notices."""

from collections.abc import Collection
from datetime import date
from importlib.metadata import version

from chinese_calendar import constants
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import _
from huakai_platform.workdays.calendar import forget
from huakai_platform.workdays.models import WorkDay, WorkYear

NAMES = {
    str(name): name
    for name in (
        _("元旦"),
        _("春节"),
        _("清明"),
        _("劳动节"),
        _("端午"),
        _("国庆节"),
        _("中秋"),
        _("中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
    )
}
"""The names of the notices, so that they can be said in another language."""
Days = dict[date, tuple[bool, str]]


def years() -> list[int]:
    """The years that the program knows."""
    return sorted({day.year for day in constants.holidays})


def days(year: int) -> Days:
    """The days of a year that differ from Monday to Friday, and the holiday that each belongs to."""
    free = {day: (False, name) for day, name in constants.holidays.items() if day.isoweekday() <= 5}
    worked = {day: (True, name) for day, name in constants.workdays.items() if day.isoweekday() > 5}
    return {
        day: (works, constants.Holiday(name).chinese)
        for day, (works, name) in sorted({**free, **worked}.items())
        if day.year == year
    }


def seed(session: Session, *, only: Collection[int] = ()) -> list[int]:
    """Write down the years that the program knows and the table does not; a year that is there stays as it is."""
    present = set(session.scalars(select(WorkYear.year)))
    wanted = [year for year in years() if year not in present and (not only or year in only)]
    if not wanted:
        return []
    source, now = f"chinesecalendar {version('chinesecalendar')}", clock.now()
    session.execute(insert(WorkYear), [{"year": year, "source": source, "updated_at": now} for year in wanted])
    rows = [
        {"day": day, "is_work": works, "note": note} for year in wanted for day, (works, note) in days(year).items()
    ]
    session.execute(insert(WorkDay), rows)
    forget(session)
    return wanted
