"""The pages of the year's themes."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import plans, schemas
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import words

Answer = BaseResponse | str | tuple[str, int]
LABELS = {"theme": _("标准中的主题"), "title": _("自己的主题"), "note": _("备注")}
YEARS = range(2000, 2101)


@blueprint.get("/plan")
@guard(Permission.ACTIVITIES_READ)
def plan() -> Answer:
    return page(inputs.query(schemas.Year()).get("year", clock.today().year))


@blueprint.post("/plan")
@guard(Permission.ACTIVITIES_MANAGE)
def copy_plan() -> Answer:
    given = inputs.form(schemas.PlanYear())
    if not given.ok:
        return page(clock.today().year, given=given, status=422)
    year = given.values["year"]
    number = plans.copy(db(), actor(), year)
    flash(ngettext("已为 %(num)s 个月填入标准中的主题。", "已为 %(num)s 个月填入标准中的主题。", number), "ok")
    return redirect(url_for(".plan", year=year), 303)


@blueprint.post("/plan/<int:year>/<int:month>")
@guard(Permission.ACTIVITIES_MANAGE, sample="plan_month")
def change_plan(year: int, month: int) -> Answer:
    _exists(year, month)
    given = inputs.form(schemas.PlanMonth())
    if not given.ok:
        return page(year, given=given, at=month, status=422)
    try:
        plans.change(db(), actor(), year, month, given.values, version=given.values["version"])
    except Invalid as refused:
        return page(year, given=FormResult({}, refused.fields, given.raw), at=month, status=refused.status)
    except Conflict as refused:
        return page(year, given=FormResult({}, {"theme": [refused.message]}), at=month, status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".plan", year=year, _anchor=f"month-{month}"), 303)


@blueprint.post("/plan/<int:year>/<int:month>/removal")
@guard(Permission.ACTIVITIES_MANAGE, sample="plan_month")
def remove_plan(year: int, month: int) -> Answer:
    _exists(year, month)
    plans.remove(db(), actor(), year, month)
    flash(gettext("已删除这个月的主题。"), "ok")
    return redirect(url_for(".plan", year=year, _anchor=f"month-{month}"), 303)


def page(year: int, *, given: FormResult | None = None, at: int = 0, status: int = 200) -> Answer:
    """The twelve months; what was refused comes back at its month."""
    written = render_template(
        "activities/plan.html",
        year=plans.of(db(), year),
        years=sorted({year, *plans.years(db(), clock.today().year)}, reverse=True),
        given=given or FormResult({}),
        at=at,
        plan_labels=LABELS,
        **words(),
    )
    return (written, status) if status != 200 else written


def _exists(year: int, month: int) -> None:
    if month not in plans.MONTHS or year not in YEARS:
        raise NotFound(_("没有这个月。"))
