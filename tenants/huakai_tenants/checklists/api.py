"""Checklists of a room for programs: what is due, one run answered item by item, proof, completion."""

from typing import Any
from uuid import UUID

from flask import Response, url_for

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.fields import Flag, Int, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web import api
from huakai_platform.web.api.uploads import Upload, named
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.checklists import answers, service
from huakai_tenants.checklists.models import ChecklistRun
from huakai_tenants.checklists.shapes import Answer, AttachmentMade, Due, Run, RunRow, Saved, sheet_of

blueprint = api.Resources("checklists", __name__, "检查单 Checklists", room=True)
LATEST = api.Order((ChecklistRun.due_on, ChecklistRun.id), falling=True)
NAMES = ("id", "code", "period_start", "due_on", "completed_at", "score")


class RunsAsked(api.Paged):
    completed = Flag()


class Answering(Strict):
    value = Answer(required=True, allow_none=True, metadata=api.about("文字、数字、选项或选项组；null 撤回。"))
    version = Int(0, 10**8, required=True, metadata=api.about("读到的版本，0 为未填 The version read; 0 for none."))
    note = Text(
        max_length=500, multiline=True, allow_none=True, load_default=None,
        metadata=api.about("备注；不写则不变 The remark; without one it stays."),
    )  # fmt: skip


class Proof(Strict):
    file = Upload(required=True)


@blueprint.get("/today")
@guard(Permission.TODAY_READ)
@blueprint.operation("See what is due", "今天要做的和逾期的检查单。", gives=api.Listed(Due))
def today() -> Response:
    day = clock.today()
    names = ("code", "period", "period_start", "due_on", "total", "answered", "run_id", "completed_at")
    return api.listed(
        [
            {name: getattr(due, name) for name in names}
            | {"title": {"zh": due.title.zh, "en": due.title.en}, "state": due.state(day)}
            for due in service.today(db(), day)
        ]
    )


@blueprint.get("/runs")
@guard(Permission.CHECKLISTS_READ)
@blueprint.operation("List runs", "检查单，最近到期的在前。", asks=RunsAsked, gives=api.Listed(RunRow))
def runs(asked: Any) -> Response:
    return api.page(service.runs(asked.get("completed")), LATEST, asked, NAMES)


@blueprint.post("/checklists/<code>/runs")
@guard(Permission.CHECKLISTS_FILL, sample="checklist")
@blueprint.operation("Begin a checklist", "打开本期检查单；已有人打开则加入。", gives=Run, status=201)
def begin(code: str) -> Response:
    run_id = service.begin(db(), actor(), code, clock.today())
    return _run(run_id, 201, url_for(".run", run_id=run_id))


@blueprint.get("/runs/<uuid:run_id>")
@guard(Permission.CHECKLISTS_READ, sample="run")
@blueprint.operation("Read a run", "一张检查单的题目、填写、证明和得分。", gives=Run)
def run(run_id: UUID) -> Response:
    return _run(run_id)


@blueprint.put("/runs/<uuid:run_id>/items/<item>")
@guard(Permission.CHECKLISTS_FILL, sample="run")
@blueprint.operation(
    "Answer an item", "填写一项；别人刚填过则为 409，不会覆盖。", takes=Answering, gives=Saved,
    example={"value": "yes", "version": 0},
)  # fmt: skip
def answer_item(run_id: UUID, item: str, given: Any) -> Response:
    try:
        saved = answers.save(db(), actor(), run_id, item, given["value"], version=given["version"], note=given["note"])
    except Invalid as invalid:
        said = [message for messages in invalid.fields.values() for message in messages]
        raise Invalid(_("填写的内容有误。"), {"value": said or [invalid.message]}) from None
    return api.answer({"item": item, "version": saved.version})


@blueprint.post("/runs/<uuid:run_id>/items/<item>/attachments")
@guard(Permission.CHECKLISTS_FILL, sample="run")
@blueprint.operation(
    "Attach proof",
    "上传照片或文件作为证明；同一文件只留一份（id 为 null）。",
    files=Proof,
    gives=AttachmentMade,
    status=201,
)
def attach(run_id: UUID, item: str, files: Any) -> Response:
    file = files["file"]
    try:
        kept = answers.attach(db(), actor(), run_id, item, named(file.filename), file.read())
    except FileRefused as refused:
        raise Invalid(refused.message, {"file": [refused.message]}) from None
    return api.answer({"id": kept}, 201)


@blueprint.get("/attachments/<uuid:attachment_id>")
@guard(Permission.CHECKLISTS_READ, sample="attachment")
@blueprint.operation("Fetch proof", "证明文件本身。", media="application/octet-stream")
def attachment(attachment_id: UUID) -> Response:
    _media_type, content = answers.attachment(db(), attachment_id)
    return Response(content, content_type="application/octet-stream")


@blueprint.delete("/attachments/<uuid:attachment_id>")
@guard(Permission.CHECKLISTS_FILL, sample="attachment")
@blueprint.operation("Remove proof", "移除一份证明。", status=204)
def detach(attachment_id: UUID) -> Response:
    answers.detach(db(), actor(), attachment_id)
    return api.nothing()


@blueprint.post("/runs/<uuid:run_id>/completion")
@guard(Permission.CHECKLISTS_COMPLETE, sample="run")
@blueprint.operation("Complete a run", "完成检查单；缺的项目逐一列出。重复执行不变。", gives=Run)
def complete(run_id: UUID) -> Response:
    service.complete(db(), actor(), run_id)
    return _run(run_id)


def _run(run_id: UUID, status: int = 200, location: str | None = None) -> Response:
    return api.answer(sheet_of(service.sheet(db(), run_id)), status, location=location)
