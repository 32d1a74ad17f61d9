"""An activity called off and taken up again."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.activities import schemas, service
from huakai_tenants.activities.views import blueprint, showing

Answer = BaseResponse | str | tuple[str, int]


@blueprint.post("/<uuid:activity_id>/cancellation")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def cancel(activity_id: UUID) -> Answer:
    service.get(db(), activity_id)
    given = inputs.form(schemas.Cancellation())
    if not given.ok:
        return showing.page(activity_id, given=given, at="cancellation", status=422)
    service.cancel(db(), actor(), activity_id, given.values["reason"])
    flash(gettext("活动已取消，不再计入数字。"), "ok")
    return redirect(url_for(".show", activity_id=activity_id), 303)


@blueprint.post("/<uuid:activity_id>/restoration")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def restore(activity_id: UUID) -> Answer:
    service.restore(db(), actor(), activity_id)
    flash(gettext("活动已恢复为计划中。"), "ok")
    return redirect(url_for(".edit", activity_id=activity_id), 303)
