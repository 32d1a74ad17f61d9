"""When a form falls due."""

from calendar import monthrange
from datetime import date, timedelta

from huakai_platform.forms.definitions import Definition

WORKING_WEEK = (1, 2, 3, 4, 5)


def starts(definition: Definition, day: date) -> date:
    """The first day of the period that `day` lies in; for a once-only form the day itself."""
    match definition.period:
        case "week":
            return day - timedelta(days=day.isoweekday() - 1)
        case "month":
            return day.replace(day=1)
        case _:
            return day


def due(definition: Definition, day: date) -> date | None:
    """The day on which the period of `day` is due, None when nothing is; a once-only form counts from `day`."""
    rule, first = definition.due, starts(definition, day)
    match definition.period:
        case "day":
            return first if day.isoweekday() in ((rule and rule.weekdays) or WORKING_WEEK) else None
        case "week":
            return first + timedelta(days=max((rule and rule.weekdays) or WORKING_WEEK) - 1)
        case "month":
            last = monthrange(first.year, first.month)[1]
            return first.replace(day=min((rule and rule.day) or last, last))
        case "once":
            return first + timedelta(days=(rule and rule.within_days) or 0)
        case _:
            return None
