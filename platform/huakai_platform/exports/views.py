"""The console's pages of one's own exports: ask for one, see how far it is, take it."""

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.exports import service
from huakai_platform.exports.catalogue import Exportable, exportable
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Code, Form, Id, Page, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.operations.views import STOP_POLLING
from huakai_platform.operations.words import ENDINGS
from huakai_platform.resources import lists, schemas
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.errors import ConfirmFirst

blueprint = Blueprint("exports", __name__, url_prefix="/console/exports")
MAY = Permission.EXPORTS_MANAGE


class Asking(Form):
    """A list by its name, and what stands behind the question mark of its address."""

    list = Code(required=True)
    query = Text(max_length=2000, load_default="")


class Turning(Form):
    page = Page()
    after = Id()
    before = Id()


@blueprint.get("")
@guard(MAY)
def index() -> str:
    found, cut = service.mine(db(), actor(), inputs.query(Turning()))
    return render_template("exports/index.html", exports=found, cut=cut, endings=ENDINGS, days=service.KEPT.days)


@blueprint.get("/new")
@guard(MAY)
def new() -> str:
    """What would be exported, before it is asked for."""
    given = inputs.query(Asking())
    one = _allowed(given["list"])
    asked, context = schemas.parsed(one.resource, given["query"]), one.resource.context(db(), actor())
    found = lists.list_page(db(), one.resource, actor(), schemas.question(asked), context)
    return render_template(
        "exports/new.html", title=one.resource.title, found=found, given=given, days=service.KEPT.days
    )


@blueprint.post("")
@guard(MAY)
def create() -> BaseResponse:
    given = inputs.form(Asking())
    if not given.ok:
        raise Invalid(_("没有说明要导出的列表。"), given.errors)
    one = _allowed(given.values["list"])
    schemas.parsed(one.resource, given.values["query"])
    try:
        export = service.start(db(), actor(), given.values["list"], given.values["query"])
    except Conflict as refused:
        flash(refused.message, "warn")
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", export_id=export.id), 303)


@blueprint.get("/<uuid:export_id>")
@guard(MAY, sample="export")
def show(export_id: UUID) -> str:
    found = service.get(db(), actor(), export_id)
    return render_template("exports/show.html", one=found, ending=ENDINGS[found.ending], days=service.KEPT.days)


@blueprint.get("/<uuid:export_id>/progress")
@guard(MAY, sample="export_waiting")
def progress(export_id: UUID) -> Response:
    """The bar alone, asked for each second until it ends; then the page shows itself anew."""
    found = service.get(db(), actor(), export_id)
    response = make_response(render_template("exports/progress.html", one=found))
    if not found.running:
        response.status_code = STOP_POLLING
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/<uuid:export_id>/cancellation")
@guard(MAY, sample="export_waiting")
def cancel(export_id: UUID) -> BaseResponse:
    service.cancel(db(), actor(), export_id)
    flash(gettext("已取消导出。"), "ok")
    return redirect(url_for(".show", export_id=export_id), 303)


@blueprint.post("/<uuid:export_id>/resumption")
@guard(MAY, sample="export")
def resume(export_id: UUID) -> BaseResponse:
    service.resume(db(), actor(), export_id)
    flash(gettext("将重新导出。"), "ok")
    return redirect(url_for(".show", export_id=export_id), 303)


@blueprint.get("/<uuid:export_id>/<token>")
@guard(MAY, sample="export_file")
def download(export_id: UUID, token: str) -> Response:
    """The workbook, by the link that its asker was told."""
    content, name = service.take(db(), actor(), export_id, token)
    response = xlsx(content, f"huakai-{name}.xlsx")
    response.headers["Cache-Control"] = "no-store"
    return response


def _allowed(name: str) -> Exportable:
    """Raises NotFound, Forbidden, and ConfirmFirst where the list asks for the password again."""
    one = exportable(actor(), name)
    if one.confirmed and not actor().confirmed_recently:
        raise ConfirmFirst(_("请先再次输入密码。"))
    return one
