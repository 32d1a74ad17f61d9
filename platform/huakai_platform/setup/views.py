"""The pages of the first run: five steps that lead to the pages where each is done."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Form, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.setup import service
from huakai_platform.setup.service import Standing, Step
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard, visitor

TITLES: dict[Step, Message] = {
    Step.INSTITUTION: _("机构信息"),
    Step.REGIONS: _("地区"),
    Step.STANDARD: _("标准"),
    Step.PEOPLE: _("邀请同事"),
    Step.REGISTER: _("第一份登记表"),
}

blueprint = Blueprint("setup", __name__, url_prefix="/console/setup")


class Particulars(Form):
    name = Text(max_length=80, required=True)
    short_name = Text(max_length=20, required=True)


class Empty(Form):
    """A form of one button."""


@blueprint.app_context_processor
def _offer() -> dict[str, Any]:
    return {"setup_offer": _offered}


def _offered() -> Standing | None:
    who = visitor()
    return service.offered(db(), who.actor) if who and who.actor.can(Permission.SETUP_RUN) else None


@blueprint.get("")
@guard(Permission.SETUP_RUN)
def index() -> str:
    return _page()


@blueprint.post("/institution")
@guard(Permission.SETUP_RUN)
def confirm_institution() -> Response | tuple[str, int]:
    given = inputs.form(Particulars())
    if not given.ok:
        return _page(given.errors, given.raw), 422
    service.rename(db(), actor(), **given.values)
    flash(gettext("机构信息已确认。"), "ok")
    return _back()


@blueprint.post("/regions")
@guard(Permission.SETUP_RUN)
def load_regions() -> Response:
    number = service.load_regions(db(), actor())
    flash(gettext("已载入 %(count)s 个地区。", count=number), "ok")
    return _back()


@blueprint.post("/standard")
@guard(Permission.SETUP_RUN)
def confirm_standard() -> Response:
    service.mark(db(), actor(), Step.STANDARD, "done")
    flash(gettext("已确认标准版本。"), "ok")
    return _back()


@blueprint.post("/<step>/skipping")
@guard(Permission.SETUP_RUN, sample="setup_step")
def skip(step: str) -> Response:
    service.mark(db(), actor(), step, "skipped")
    return _back()


@blueprint.post("/end")
@guard(Permission.SETUP_RUN)
def end() -> Response:
    """Finish it, or put it away."""
    service.end(db(), actor())
    flash(gettext("首次设置不再提示；需要时可从“管理”菜单打开。"), "ok")
    return redirect(url_for("home"), 303)


def _back() -> Response:
    return redirect(url_for(".index"), 303)


def _page(errors: Any = None, raw: Any = None) -> str:
    return render_template(
        "setup/index.html",
        standing=service.standing(db(), actor()),
        institution=service.institution(db(), actor()),
        steps=list(Step),
        titles=TITLES,
        errors=errors or {},
        raw=raw or {},
    )
