"""The QR code of an activity's day, and the page behind it, which asks for no name and only counts."""

from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import segno
from flask import current_app, redirect, render_template, request, session, url_for
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, app_state, db, guard, public
from huakai_tenants.activities import public_checkin as checkins
from huakai_tenants.activities import schemas, service
from huakai_tenants.activities.public_checkin import CheckinLink
from huakai_tenants.activities.views import blueprint, public_checkin
from huakai_tenants.activities.views.words import words

REMEMBERED, MOST_REMEMBERED = "arrived", 20


@blueprint.get("/<uuid:activity_id>/arrivals", endpoint="arrivals")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def code(activity_id: UUID) -> str:
    """To be shown or printed; only on the activity's day is there a code."""
    row = service.get(db(), activity_id)
    site_id = actor().site_id
    path = None
    if site_id and row.held_on == clock.today() and row.state != "cancelled":
        token = checkins.token(_secret(), CheckinLink(site_id, activity_id))
        path = url_for("arrivals.page", token=token)
    address = urljoin(request.url_root, path) if path else None
    picture = str(segno.make(address, error="m").png_data_uri(scale=6, border=3)) if address else None
    return render_template(
        "activities/arrivals.html", activity=row, path=path, address=address, picture=picture, **words()
    )


@blueprint.get("/<uuid:activity_id>/sign-in")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def sign_in(activity_id: UUID) -> str:
    """A paper to sign that asks for no name."""
    row = service.get(db(), activity_id)
    return render_template(
        "activities/sign_in.html", activity=row, lines=inputs.query(schemas.SignIn())["lines"], **words()
    )


@public_checkin.get("/<token>")
@public
def page(token: str) -> str:
    known = checkins.read_token(_secret(), token)
    with app_state().databases.session(Login.TENANT, known.site_id) as room:
        found = checkins.look(room, known.activity_id)
    return render_template("activities/arrive.html", found=found, token=token, here=_here(known))


@public_checkin.post("/<token>")
@public
def arrive(token: str) -> BaseResponse:
    """Count one; a browser that was counted already is thanked and not counted again."""
    known = checkins.read_token(_secret(), token)
    if not inputs.form(schemas.Nothing()).ok:
        raise Conflict(_("这次提交的内容不对，请重新扫码。"))
    if not _here(known):
        with app_state().databases.session(Login.TENANT, known.site_id) as room:
            checkins.arrive(room, known.activity_id)
        session[REMEMBERED] = [*_remembered(), known.activity_id.hex][-MOST_REMEMBERED:]
    return redirect(url_for(".page", token=token), 303)


def _here(known: CheckinLink) -> bool:
    return known.activity_id.hex in _remembered()


def _remembered() -> list[Any]:
    """The activities that this browser was counted at: kept by the browser, signed, and nowhere else."""
    kept = session.get(REMEMBERED)
    return kept if isinstance(kept, list) else []


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
