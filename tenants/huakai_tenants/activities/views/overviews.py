"""The activities of a month as a calendar, and those of a year in numbers."""

from calendar import Calendar
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard
from huakai_platform.web.pages import say
from huakai_tenants.activities import effects, listing, plans, schemas, statistics
from huakai_tenants.activities.catalogue import Catalogue
from huakai_tenants.activities.periods import month_of
from huakai_tenants.activities.statistics import Year
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import words

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
COLORS = ["#066fd1", "#2fb344", "#d9730d", "#ae3ec9", "#b9c4d2"]


@blueprint.get("/calendar")
@guard(Permission.ACTIVITIES_READ)
def calendar() -> str:
    asked = inputs.query(schemas.Month()).get("month")
    first = date.fromisoformat(f"{asked}-01") if asked else clock.month(clock.today())
    days: dict[date, list[Any]] = {}
    for row in listing.between(db(), *month_of(first)):
        days.setdefault(row.held_on, []).append(row)
    return render_template(
        "activities/calendar.html",
        first=first,
        before=clock.months_on(first, -1),
        after=clock.months_on(first, 1),
        weeks=Calendar().monthdatescalendar(first.year, first.month),
        weekdays=WEEKDAYS,
        days=days,
        **words(),
    )


@blueprint.get("/statistics", endpoint="statistics")
@guard(Permission.ACTIVITIES_READ)
def show_statistics() -> str:
    shown, today = words(), clock.today()
    year = inputs.query(schemas.Year()).get("year", today.year)
    found = statistics.of(db(), year, list(shown["known"].venues))
    return render_template(
        "activities/statistics.html",
        year=found,
        years=sorted({year, *plans.years(db(), today.year)} - {today.year + 1} | {year}, reverse=True),
        option=_option(found, shown["known"]),
        improved=effects.improved,
        **shown,
    )


def _option(found: Year, known: Catalogue) -> dict[str, Any]:
    """Sessions by place, month by month, one on the other."""
    named = {code: say(known.venues[code]) if code in known.venues else gettext("不属于四进") for code in found.stacks}
    return {
        "color": COLORS,
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _sums in found.months]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "sessions", "name": named[code], "data": numbers, "barMaxWidth": 24}
            for code, numbers in found.stacks.items()
        ],
    }
