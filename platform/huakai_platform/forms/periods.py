"""When a form falls due."""

from calendar import monthrange
from collections.abc import Callable, Collection
from datetime import date, timedelta

from huakai_platform.forms.definitions import Definition

Works = Callable[[date], bool]
"""Whether a day is worked."""
WORKING_WEEK = (1, 2, 3, 4, 5)


def on_weekdays(day: date) -> bool:
    """Monday to Friday: what counts while nobody has said which days are free."""
    return day.isoweekday() in WORKING_WEEK


def starts(definition: Definition, day: date) -> date:
    """The first day of the period that `day` lies in; for a once-only form the day itself."""
    match definition.period:
        case "week":
            return day - timedelta(days=day.isoweekday() - 1)
        case "month":
            return day.replace(day=1)
        case _:
            return day


def due(definition: Definition, day: date, works: Works = on_weekdays) -> date | None:
    """The day on which the period of `day` is due, None when nothing is; a once-only form counts from `day`.

    A week or month is due on its day or the last worked one before it. A week without one asks for nothing, a month
    without one keeps its day.
    """
    rule, first = definition.due, starts(definition, day)
    weekdays = (rule and rule.weekdays) or WORKING_WEEK
    match definition.period:
        case "day":
            return first if _daily(first, weekdays, works) else None
        case "week":
            return _worked(first, first + timedelta(days=max(weekdays) - 1), works)
        case "month":
            last = monthrange(first.year, first.month)[1]
            wanted = first.replace(day=min((rule and rule.day) or last, last))
            return _worked(first, wanted, works) or wanted
        case "once":
            return first + timedelta(days=(rule and rule.within_days) or 0)
        case _:
            return None


def _daily(day: date, weekdays: Collection[int], works: Works) -> bool:
    """A rule of the whole working week follows the work days; one that names a weekend day means every one of it."""
    if day.isoweekday() in weekdays:
        return works(day) or day.isoweekday() not in WORKING_WEEK
    return works(day) and set(WORKING_WEEK) <= set(weekdays)


def _worked(first: date, last: date, works: Works) -> date | None:
    days = (last - timedelta(days=back) for back in range((last - first).days + 1))
    return next((day for day in days if works(day)), None)
