"""A site's edition: how it came to it, and the pin that holds it there."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Date, Form, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import reach
from huakai_platform.releases import listing, pins
from huakai_platform.releases.models import Reached
from huakai_platform.releases.views.blueprints import blueprint
from huakai_platform.standards.models import Edition
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say


class Pinned(Form):
    reason = Text(min_length=2, max_length=300, multiline=True, required=True)
    until = Date(required=True)


@blueprint.get("/pins")
@guard(Permission.RELEASES_READ)
def held() -> str:
    """The sites that no release reaches."""
    return render_template(
        "releases/pins.html",
        rows=listing.pinned(db(), actor(), clock.today()),
        crumbs=[(_("标准发布"), url_for(".index")), (_("固定版本的站点"), None)],
    )


@blueprint.get("/sites/<uuid:site_id>")
@guard(Permission.RELEASES_READ, sample="site")
def site(site_id: UUID) -> str:
    return _page(site_id)


@blueprint.post("/sites/<uuid:site_id>/pin")
@guard(Permission.RELEASES_MANAGE, sample="site")
def pin(site_id: UUID) -> Response | tuple[str, int]:
    reach.site(db(), actor(), site_id)
    given = inputs.form(Pinned())
    if not given.ok:
        return _page(site_id, given), 422
    try:
        pins.pin(db(), actor(), site_id, reason=given.values["reason"], until=given.values["until"])
    except Invalid as refused:
        for message in refused.fields.get("until", [refused.message]):
            given = given.with_error("until", say(message))
        return _page(site_id, given), 422
    except Conflict as refused:
        return _page(site_id, given.with_error("until", say(refused.message))), 422
    flash(gettext("已固定，到期前任何发布都不会更换它的版本。"), "ok")
    return redirect(url_for(".site", site_id=site_id), 303)


@blueprint.post("/sites/<uuid:site_id>/unpin")
@guard(Permission.RELEASES_MANAGE, sample="site")
def unpin(site_id: UUID) -> Response:
    reach.site(db(), actor(), site_id)
    if pins.of(db(), site_id):
        pins.unpin(db(), actor(), site_id)
        flash(gettext("已解除固定。"), "ok")
    return redirect(url_for(".site", site_id=site_id), 303)


def _page(site_id: UUID, given: FormResult | None = None) -> str:
    site = reach.site(db(), actor(), site_id)
    return render_template(
        "releases/site.html",
        site=site,
        edition=db().get(Edition, site.edition_id) if site.edition_id else None,
        pin=pins.of(db(), site_id),
        rows=listing.of_site(db(), actor(), site_id),
        reached={state.value: shown for state, shown in listing.REACHED.items()},
        moved=Reached.MOVED.value,
        given=given or FormResult({}),
        crumbs=[
            (_("标准发布"), url_for(".index")),
            (site.name, url_for("onboarding.site", site_id=site_id)),
            (_("标准版本"), None),
        ],
    )
