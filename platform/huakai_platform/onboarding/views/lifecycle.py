"""The steps of one site along its life cycle, and the page that explains a grave one beforehand."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid
from huakai_platform.kernel.fields import Choice, Date, Flag, Form, Int, RegionCode, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import lifecycle, reach
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.onboarding.views.regions import breadcrumbs
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

Page = str | tuple[str, int]


class Asked(Form):
    to = Choice(SiteState, required=True)
    called_off = Flag()


class Step(Asked):
    version = Int(1, required=True)
    reason = Text(max_length=lifecycle.LONGEST_REASON, multiline=True)
    place_code = RegionCode()
    community = Text(max_length=60)
    address = Text(max_length=200)
    override = Text(max_length=500)
    operating_since = Date()
    confirm = Text(max_length=60)


@blueprint.context_processor
def _steps() -> dict[str, Any]:
    return {"allowed_steps": lifecycle.allowed}


@blueprint.get("/sites/<uuid:site_id>/transitions")
@guard(Permission.SITES_PREPARE, sample="site")
def transition(site_id: UUID) -> Page:
    """What a step does and asks, before it is taken."""
    site = reach.site(db(), actor(), site_id)
    asked = inputs.query(Asked())
    return _page(site, SiteState(asked["to"]), FormResult({}, raw=request.args))


@blueprint.post("/sites/<uuid:site_id>/transitions")
@guard(Permission.SITES_PREPARE, sample="site")
def move(site_id: UUID) -> Response | Page:
    given = inputs.form(Step())
    site = reach.site(db(), actor(), site_id)
    if not given.ok:
        if "to" in given.errors or "version" in given.errors:
            raise Invalid(_("提交的内容无法识别。"), given.errors)
        return _page(site, SiteState(given.raw["to"]), given, status=422)
    values = dict(given.values)
    to = SiteState(values.pop("to"))
    try:
        with db().begin_nested():
            moved = lifecycle.move(db(), actor(), site_id, to, **values)
    except Invalid as refused:
        return _page(site, to, FormResult(values, refused.fields, given.raw), status=refused.status)
    except Conflict as refused:
        return _page(site, to, given, refusal=refused.message, status=refused.status)
    if moved.operation:
        return redirect(url_for("operations.show", operation_id=moved.operation.id), 303)
    flash(gettext("“%(name)s”:%(verb)s。", name=moved.site.name, verb=moved.step.verb.render(gettext)), "success")
    return redirect(url_for(".site", site_id=site_id), 303)


def _page(site: Site, to: SiteState, given: FormResult, *, refusal: str | None = None, status: int = 200) -> Page:
    db().refresh(site)
    try:
        step = lifecycle.step(site.state, to)
    except Conflict as refused:
        step, refusal, status = None, refusal or refused.message, refused.status
    if step and not actor().can(step.permission):
        raise Forbidden(_("您的身份没有这项权限。"))
    page = render_template(
        "onboarding/transition.html",
        site=site,
        step=step,
        given=given,
        refusal=refusal,
        crumbs=[*breadcrumbs("onboarding.sites", site.region_code), (site.name, url_for(".site", site_id=site.id))],
    )
    return (page, status) if status != 200 else page
