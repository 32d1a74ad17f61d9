"""The page of totals of past periods."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import schemas, totals
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import words

Answer = BaseResponse | str | tuple[str, int]


@blueprint.get("/totals", endpoint="totals")
@guard(Permission.ACTIVITIES_READ)
def show() -> Answer:
    return page()


@blueprint.post("/totals")
@guard(Permission.ACTIVITIES_MANAGE)
def add_total() -> Answer:
    given = inputs.form(schemas.Total())
    if not given.ok:
        return page(given, status=422)
    try:
        totals.add(db(), actor(), given.values)
    except Invalid as refused:
        return page(FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记汇总数。"), "ok")
    return redirect(url_for(".totals"), 303)


@blueprint.post("/totals/<uuid:total_id>/removal")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_total")
def remove_total(total_id: UUID) -> BaseResponse:
    totals.remove(db(), actor(), total_id)
    flash(gettext("已删除汇总数。"), "ok")
    return redirect(url_for(".totals"), 303)


def page(given: FormResult | None = None, *, status: int = 200) -> Answer:
    written = render_template(
        "activities/totals.html",
        totals=totals.all_rows(db()),
        given=given or FormResult({}, raw={"sites": "1"}),
        total_labels=totals.FIELDS,
        **words(),
    )
    return (written, status) if status != 200 else written
