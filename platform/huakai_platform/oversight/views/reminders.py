"""The page of the sites with overdue checklists, and the sending of reminders."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from marshmallow.fields import Field, Raw
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Flag, Form, Id, Many, Page, RegionCode, Text
from huakai_platform.kernel.ids import uuid7
from huakai_platform.oversight import reminders
from huakai_platform.oversight.site_numbers import MOST, SORTS
from huakai_platform.oversight.views.blueprints import blueprint, place_name
from huakai_platform.regions.service import COUNTRY
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


class OverdueQuery(Form):
    region = RegionCode()
    sort = Choice([*SORTS, *(f"-{name}" for name in SORTS)], load_default="-overdue")
    page = Page()


class Choosing(Form):
    """Ticked sites or `every` one of the region; `sure` once the preview has been seen."""

    ids = Many(Id(), most=MOST, load_default=list)
    every = Flag(load_default=False)
    region = RegionCode()
    sentence: Field[Any] = Raw(load_default="")
    sure = Flag(load_default=False)


class Reminder(Choosing):
    sentence = Text(max_length=100, load_default="")


@blueprint.get("/overdue")
@guard(Permission.REMINDERS_SEND)
def overdue() -> str:
    asked = inputs.query(OverdueQuery())
    found = reminders.list_page(db(), actor(), asked.get("region"), _month(), sort=asked["sort"], page=asked["page"])
    return render_template("oversight/overdue.html", found=found, most=MOST, crumbs=_crumbs(found.path), asked=asked)


@blueprint.post("/overdue/reminders")
@guard(Permission.REMINDERS_SEND)
def remind() -> str | Response | tuple[str, int]:
    """Show first who would be reminded of what; send when that has been seen."""
    given = inputs.form(Reminder())
    sentence = given.errors.get("sentence")
    chosen = inputs.form(Choosing()) if sentence else given
    if not chosen.ok or not (chosen.values["ids"] or chosen.values["every"]):
        flash(gettext("请先勾选要提醒的站点。"), "warn")
        return redirect(url_for(".overdue"), 303)
    sites = _chosen(chosen.values)
    if sentence or not chosen.values["sure"]:
        page = render_template(
            "oversight/overdue_preview.html", sites=sites, asked=chosen.values, given=given, key=str(uuid7())
        )
        return (page, 422) if sentence else page
    begun = reminders.send(db(), actor(), sites, _month(), given.values["sentence"])
    return redirect(url_for("operations.show", operation_id=begun.id), 303)


def _chosen(values: Any) -> Any:
    ids = None if values["every"] else frozenset(values["ids"])
    return reminders.chosen(db(), actor(), values.get("region"), _month(), ids)


def _month() -> date:
    return clock.month(clock.today())


def _crumbs(path: Any) -> list[tuple[str, str | None]]:
    own = actor().region_code
    codes = [code for code, _name in path]
    reach = path[codes.index(own) :] if own in codes else path
    return [
        (place_name(code, name), url_for(".overdue", **({} if code == COUNTRY else {"region": code})))
        for code, name in reach
    ]
