"""The console's pages of long work and of the queue behind it."""

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import audit, clock, operations, outbox, queue
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.events import ResendRequested
from huakai_platform.kernel.fields import Choice, Form, Int, Page
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import ItemState
from huakai_platform.kernel.workbooks import Column, table, write
from huakai_platform.operations import listing
from huakai_platform.operations.listing import OPERATIONS
from huakai_platform.operations.words import ENDINGS, KINDS, STATES, TOPICS
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, app_state, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.health import free_disk
from huakai_platform.web.pages import say

STOP_POLLING = 286

blueprint = Blueprint("operations", __name__, url_prefix="/console")


class Items(Form):
    state = Choice(list(ItemState))
    page = Page()
    after = Int(1, 2**31 - 1)
    before = Int(1, 2**31 - 1)


PAGES = Pages(OPERATIONS, "operation_id")
list_routes(blueprint, PAGES, read=Permission.OPERATIONS_READ, at="/operations", workbook="/operations/export")


@blueprint.get("/operations/<uuid:operation_id>")
@guard(Permission.OPERATIONS_READ, sample="operation")
def show(operation_id: UUID) -> str:
    asked = inputs.query(Items())
    found = listing.get(db(), actor(), operation_id)
    cut = listing.item_page(db(), actor(), found, asked)
    return render_template(
        "operations/show.html",
        operation=found,
        ending=ENDINGS[found.ending],
        states=STATES,
        choices=[(state.value, label) for state, (label, _tone) in STATES.items()],
        items=cut.rows,
        cut=cut,
    )


@blueprint.get("/operations/<uuid:operation_id>/progress")
@guard(Permission.OPERATIONS_READ, sample="operation")
def progress(operation_id: UUID) -> Response:
    """The bar alone, asked for each second until it is full; then the page shows itself anew."""
    found = listing.get(db(), actor(), operation_id)
    response = make_response(render_template("operations/progress.html", operation=found))
    if found.finished:
        response.status_code = STOP_POLLING
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/operations/<uuid:operation_id>/cancellation")
@guard(Permission.OPERATIONS_STEER, sample="operation")
def cancel(operation_id: UUID) -> BaseResponse:
    listing.get(db(), actor(), operation_id)
    operations.cancel(db(), actor(), operation_id)
    flash(gettext("已取消尚未开始的项目。"), "ok")
    return redirect(url_for(".show", operation_id=operation_id), 303)


@blueprint.post("/operations/<uuid:operation_id>/resumption")
@guard(Permission.OPERATIONS_STEER, sample="operation")
def resume(operation_id: UUID) -> BaseResponse:
    listing.get(db(), actor(), operation_id)
    operations.resume(db(), actor(), operation_id)
    flash(gettext("失败和取消的项目将重新执行。"), "ok")
    return redirect(url_for(".show", operation_id=operation_id), 303)


@blueprint.get("/operations/<uuid:operation_id>/failures.xlsx")
@guard(Permission.OPERATIONS_READ, sample="operation")
def failures(operation_id: UUID) -> Response:
    """The failed items with their reasons, to be mended and handed in again."""
    found = listing.get(db(), actor(), operation_id)
    rows = db().execute(listing.IN_ORDER.applied(listing.items(actor(), found, ItemState.FAILED))).all()
    columns = (Column(gettext("序号"), 8), Column(gettext("项目"), 40), Column(gettext("原因"), 60))
    page = table(gettext("失败的项目"), columns, [(row.position, row.label, say(row.error or "")) for row in rows])
    return xlsx(write(page), f"failures-{operation_id}.xlsx")


@blueprint.get("/jobs")
@guard(Permission.JOBS_READ)
def jobs() -> str:
    """Where the queue stands, what failed and why, and who works."""
    fresh = clock.now() - queue.ALIVE
    return render_template(
        "operations/jobs.html",
        queue=queue.state(db()),
        troubled=queue.troubled(db()),
        beats=queue.heartbeats(db()),
        fresh=fresh,
        free=free_disk(app_state().settings.instance),
        topics=TOPICS,
        kinds=KINDS,
    )


@blueprint.post("/jobs/<uuid:tenant_id>/<uuid:message_id>/resend")
@guard(Permission.JOBS_RESEND, sample="message")
def resend(tenant_id: UUID, message_id: UUID) -> BaseResponse:
    if not any((row.tenant_id, row.id) == (tenant_id, message_id) for row in queue.troubled(db(), most=1000)):
        raise NotFound(_("没有这个失败的任务。"))
    outbox.publish(db(), ResendRequested(tenant_id, message_id))
    audit.record(db(), actor(), "jobs.resent", "message", message_id, tenant=tenant_id)
    flash(gettext("任务将重新执行。"), "ok")
    return redirect(url_for(".jobs"), 303)
