"""Long work and the queue for programs: where an operation stands, its items, its end; what failed."""

from typing import Any
from uuid import UUID

from flask import Response

from huakai_platform.kernel import audit, operations, outbox, queue
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.events import ResendRequested
from huakai_platform.kernel.fields import Choice
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.operations import listing as operation_listing
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.api.answers import said
from huakai_platform.web.api.operation_shapes import Item, Jobs, OperationRow, Standing
from huakai_platform.web.context import actor, db, guard

blueprint = api.Resources("operations", __name__, "批量操作和任务 Long work and the queue")

NEWEST = api.Order((Operation.created_at, Operation.id), falling=True)


class ItemsAsked(api.Paged):
    state = Choice(ItemState)


@blueprint.get("/operations")
@guard(Permission.OPERATIONS_READ)
@blueprint.operation("List operations", "批量操作，最新在前。", asks=api.Paged, gives=api.Listed(OperationRow))
def listing(asked: Any) -> Response:
    query = lists.unordered_query(operation_listing.OPERATIONS, actor(), Question(), operation_listing.Reach(actor()))
    return api.page(query, NEWEST, asked, _row)


@blueprint.get("/operations/<uuid:operation_id>")
@guard(Permission.OPERATIONS_READ, sample="operation")
@blueprint.operation("Read an operation", "一项批量操作的进度。", gives=Standing)
def operation(operation_id: UUID) -> Response:
    return _standing(operation_id)


@blueprint.get("/operations/<uuid:operation_id>/items")
@guard(Permission.OPERATIONS_READ, sample="operation")
@blueprint.operation("List the items of an operation", "逐项结果。", asks=ItemsAsked, gives=api.Listed(Item))
def items(operation_id: UUID, asked: Any) -> Response:
    found = operation_listing.get(db(), actor(), operation_id)
    state = ItemState(asked["state"]) if "state" in asked else None
    rows = operation_listing.items(actor(), found, state)
    return api.page(rows, api.Order((OperationItem.position,)), asked, _item)


@blueprint.post("/operations/<uuid:operation_id>/cancellation")
@guard(Permission.OPERATIONS_STEER, sample="operation")
@blueprint.operation("Cancel an operation", "取消尚未开始的项目。", gives=Standing)
def cancel(operation_id: UUID) -> Response:
    operation_listing.get(db(), actor(), operation_id)
    operations.cancel(db(), actor(), operation_id)
    return _standing(operation_id)


@blueprint.post("/operations/<uuid:operation_id>/resumption")
@guard(Permission.OPERATIONS_STEER, sample="operation")
@blueprint.operation("Resume an operation", "重做失败和取消的项目。", gives=Standing)
def resume(operation_id: UUID) -> Response:
    operation_listing.get(db(), actor(), operation_id)
    operations.resume(db(), actor(), operation_id)
    return _standing(operation_id)


@blueprint.get("/jobs")
@guard(Permission.JOBS_READ)
@blueprint.operation("Look at the queue", "任务队列和失败的任务。", gives=Jobs)
def jobs() -> Response:
    state = queue.state(db())
    counts = {"waiting": state.waiting, "due": state.due, "dead": state.dead, "workers": queue.workers_alive(db())}
    return api.answer(counts | {"troubled": [_message(row) for row in queue.troubled(db())]})


@blueprint.post("/jobs/<uuid:tenant_id>/<uuid:message_id>/resend")
@guard(Permission.JOBS_RESEND, sample="message")
@blueprint.operation("Send a failed job again", "重新执行失败的任务。", status=204)
def resend(tenant_id: UUID, message_id: UUID) -> Response:
    if not any((row.tenant_id, row.id) == (tenant_id, message_id) for row in queue.troubled(db(), most=1000)):
        raise NotFound(_("没有这个失败的任务。"))
    outbox.publish(db(), ResendRequested(tenant_id, message_id))
    audit.record(db(), actor(), "jobs.resent", "message", message_id, tenant=tenant_id)
    return api.nothing()


def _standing(operation_id: UUID) -> Response:
    found = operation_listing.get(db(), actor(), operation_id)
    counts = {name: getattr(found.progress, name) for name in ("total", "done", "failed", "cancelled", "waiting")}
    return api.answer(_row(found) | counts | {"ending": found.ending})


def _row(row: Any) -> dict[str, Any]:
    return {"id": row.id, "title": said(row.title), "created_at": row.created_at}


def _item(row: Any) -> dict[str, Any]:
    about = {name: getattr(row, name) for name in ("position", "site_id", "label", "state", "ended_at")}
    return about | {"error": said(row.error) if row.error else None}


def _message(row: queue.Troubled) -> dict[str, Any]:
    about = {name: getattr(row, name) for name in ("tenant_id", "id", "topic", "attempts", "next_at", "dead_at")}
    return about | {"error": said(row.last_error) if row.last_error else None, "site": row.site_name}
