"""The room's page of what it may change of its edition and what it has changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Choice, Code, Form, Number, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.variations import allowed, applying, service

blueprint = Blueprint("variations", __name__, url_prefix="/room/variations")
Page = Response | str | tuple[str, int]
KINDS: dict[str, Message] = {"yes_no_na": _("是、否、不适用"), "integer": _("数字"), "text": _("文字")}
DAYS: dict[int, Message] = {
    1: _("星期一"),
    2: _("星期二"),
    3: _("星期三"),
    4: _("星期四"),
    5: _("星期五"),
    6: _("星期六"),
    7: _("星期日"),
}
CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


class ItemForm(Form):
    checklist = Code(required=True)
    text = Text(min_length=4, max_length=100, required=True)
    kind = Choice(KINDS, required=True)


class BoundForm(Form):
    bound = Number(0, 10_000, places=1, required=True)


class NameForm(Form):
    name = Text(min_length=1, max_length=30, required=True)


OpeningForm = Form.from_dict({f"{end}_{day}": Code(CLOCK) for day in DAYS for end in ("from", "to")})


@blueprint.app_context_processor
def _opening() -> dict[str, Any]:
    return {"opening_today": opening_today}


def opening_today() -> tuple[bool, str] | None:
    """Whether the room is open today, and from when to when; None where it has set no hours."""
    days = applying.opening(db())
    if days is None:
        return None
    today = clock.today().isoweekday()
    hours = next((f"{one['from']}–{one['to']}" for one in days if one["day"] == today), "")
    return bool(hours), hours


@blueprint.get("")
@guard(Permission.STANDARD_KNOW)
def index() -> str:
    return _page()


@blueprint.post("/items")
@guard(Permission.VARIATIONS_MANAGE)
def add_item() -> Page:
    given = inputs.form(ItemForm())
    return _do("items", given, lambda said: service.add_item(db(), actor(), **said), "text")


@blueprint.post("/thresholds/<code>")
@guard(Permission.VARIATIONS_MANAGE, sample="threshold")
def tighten(code: str) -> Page:
    given = inputs.form(BoundForm())
    return _do(f"threshold-{code}", given, lambda said: service.tighten(db(), actor(), code, said["bound"]), "bound")


@blueprint.post("/names/<kind>/<code>")
@guard(Permission.VARIATIONS_MANAGE, sample="local_name")
def call(kind: str, code: str) -> Page:
    given = inputs.form(NameForm())
    return _do(f"name-{kind}-{code}", given, lambda said: service.call(db(), actor(), kind, code, said["name"]), "name")


@blueprint.post("/opening")
@guard(Permission.VARIATIONS_MANAGE)
def open_hours() -> Page:
    given = _checked(inputs.form(OpeningForm()))
    return _do("opening", given, lambda said: service.open_hours(db(), actor(), _week(said)), "opening")


@blueprint.post("/<uuid:variation_id>/end")
@guard(Permission.VARIATIONS_MANAGE, sample="variation")
def end(variation_id: UUID) -> Response:
    service.end(db(), actor(), variation_id)
    flash(gettext("已恢复为标准。"), "success")
    return redirect(url_for(".index"), 303)


def _checked(given: FormResult) -> FormResult:
    """Each day has both ends or none, the later one later."""
    for day in DAYS if given.ok else ():
        start, stop = (given.values.get(f"{end}_{day}") for end in ("from", "to"))
        if (start is None) != (stop is None) or (start is not None and stop is not None and start >= stop):
            given = given.with_error(f"from_{day}", _("开始和结束都要填写，结束要晚于开始。"))
    return given


def _week(said: Any) -> list[dict[str, Any]]:
    return [
        {"day": day, "from": said[f"from_{day}"], "to": said[f"to_{day}"]} for day in DAYS if said.get(f"from_{day}")
    ]


def _do(at: str, given: FormResult, deed: Callable[[Any], UUID], field: str) -> Page:
    """Do it, or show the page again with the form at `at` as it was typed."""
    if not given.ok:
        return _page(at, given), 422
    try:
        deed(given.values)
    except Invalid as refused:
        return _page(at, given.with_error(field, refused.fields.get(field, [refused.message])[0])), 422
    except Conflict as refused:
        return _page(at, given.with_error(field, refused.message)), refused.status
    flash(gettext("已保存，从现在起有效。"), "success")
    return redirect(url_for(".index", _anchor=at), 303)


def _page(at: str = "", given: FormResult | None = None) -> str:
    limits = allowed.of_room(db())
    week = {one["day"]: one for one in (limits.opening.value["days"] if limits.opening else ())}
    hours = {f"{end}_{day}": one[end] for day, one in week.items() for end in ("from", "to")}
    return render_template(
        "variations/index.html",
        limits=limits,
        kinds=KINDS,
        days=DAYS,
        hours=hours,
        at=at,
        given=given or FormResult({}),
        crumbs=[(gettext("今日"), "/room/"), (gettext("本站调整"), None)],
    )
