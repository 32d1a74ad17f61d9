"""Open points of a room and the reopening of a run, for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform import forms
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Choice, Date, Id, Strict, Text
from huakai_platform.web import api
from huakai_platform.web.api.uploads import Upload, named
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.checklists import closure, point_listing, pointproofs, reopening, service
from huakai_tenants.checklists.models import OpenPoint
from huakai_tenants.checklists.point_listing import Dossier, Line
from huakai_tenants.checklists.shapes import Run, sheet_of

blueprint = api.Resources("points", __name__, "待整改项 Open points", room=True)
LATEST = api.Order((OpenPoint.number,), falling=True)
NAMES = ("id", "number", "run_id", "item", "state", "due_on", "owner_id", "owner", "opened_at", "closed_at")
FILE = ("id", "name", "media_type")


class PointsAsked(api.Paged):
    state = Choice(point_listing.SHOWN)
    owner = Id()


class Deed(Strict):
    deed = Choice(closure.DEEDS, required=True)
    text = Text(max_length=1000, multiline=True, load_default="")
    owner_id = Id(load_default=None, allow_none=True, metadata=api.about("用于 assigned For `assigned`."))
    due_on = Date(load_default=None, allow_none=True, metadata=api.about("用于 postponed For `postponed`."))


class Reason(Strict):
    reason = Text(min_length=reopening.SHORTEST_REASON, max_length=1000, multiline=True, required=True)


class Words(api.Shape):
    zh = fields.String()
    en = fields.String()


class PointRow(api.Shape):
    id = fields.UUID()
    number = fields.Integer()
    run_id = fields.UUID()
    item = fields.String()
    checklist = fields.Nested(Words)
    text = fields.Nested(Words)
    state = fields.String(metadata={"enum": list(point_listing.STATES)})
    overdue = fields.Boolean()
    due_on = fields.Date()
    owner_id = fields.UUID(allow_none=True)
    owner = fields.String(allow_none=True)
    opened_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)


class PointProof(Strict):
    file = Upload(required=True)


class PointFile(api.Shape):
    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()


class PointFileMade(api.Shape):
    id = fields.UUID(allow_none=True)


class Entry(api.Shape):
    deed = fields.String(metadata={"enum": list(point_listing.DEEDS)})
    text = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)
    due_on = fields.Date(allow_none=True)
    by = fields.String(allow_none=True)
    at = fields.DateTime()
    files = fields.List(fields.Nested(PointFile))


class Point(PointRow):
    entries = fields.List(fields.Nested(Entry))


@blueprint.get("/points")
@guard(Permission.POINTS_READ)
@blueprint.operation(
    "List open points", "待整改项，最新在前；默认只列未关闭的。", asks=PointsAsked, gives=api.Listed(PointRow)
)
def points(asked: Any) -> Response:
    found = api.cut(point_listing.unordered_query(actor(), asked), LATEST, asked)
    return found.answer([_row(line) for line in point_listing.lines(db(), found.rows)])


@blueprint.get("/points/<uuid:point_id>")
@guard(Permission.POINTS_READ, sample="point")
@blueprint.operation("Read a point", "一个待整改项和它的经过。ETag 是它的版本。", gives=Point)
def point(point_id: UUID) -> Response:
    return _answer(point_listing.get(db(), point_id))


@blueprint.post("/points/<uuid:point_id>/entries")
@guard(Permission.POINTS_MANAGE, sample="point")
@blueprint.operation(
    "Act on a point",
    "指定负责人、延期、说明、报告整改、退回或核实关闭；整改人不能自己关闭。标准要求证明的，先上传证明再报告整改。",
    takes=Deed,
    gives=Point,
    versioned=True,
    example={"deed": "noted", "text": "Filter ordered"},
)
def act(point_id: UUID, given: Any) -> Response:
    version = point_listing.get(db(), point_id).line.row.version
    api.expect(version)
    said = closure.Said(given["text"], given["owner_id"], given["due_on"])
    closure.act(db(), actor(), point_id, given["deed"], said, version=version)
    return _answer(point_listing.get(db(), point_id))


@blueprint.post("/points/<uuid:point_id>/files")
@guard(Permission.POINTS_MANAGE, sample="point")
@blueprint.operation(
    "Attach proof to a point",
    "上传整改的照片或文件；本轮整改中同一文件只留一份（id 为 null）。",
    files=PointProof,
    gives=PointFileMade,
    status=201,
)
def prove(point_id: UUID, files: Any) -> Response:
    file = files["file"]
    try:
        made = pointproofs.prove(db(), actor(), point_id, named(file.filename), file.read())
    except Invalid as invalid:
        raise Invalid(invalid.message, {"file": [invalid.message]}) from None
    return api.answer({"id": made}, 201)


@blueprint.get("/points/files/<uuid:file_id>")
@guard(Permission.POINTS_READ, sample="point_file")
@blueprint.operation("Fetch proof of a point", "整改证明文件本身。", media="application/octet-stream")
def point_attachment(file_id: UUID) -> Response:
    _media_type, content = pointproofs.file(db(), file_id)
    return Response(content, content_type="application/octet-stream")


@blueprint.post("/runs/<uuid:run_id>/reopening")
@guard(Permission.CHECKLISTS_REOPEN, sample="run")
@blueprint.operation(
    "Reopen a run", "写明理由，重新打开已完成的检查单；原得分保留。", takes=Reason, gives=Run,
    example={"reason": "Wrong room was checked"},
)  # fmt: skip
def reopen(run_id: UUID, given: Any) -> Response:
    service.get(db(), run_id)
    reopening.reopen(db(), actor(), run_id, given["reason"])
    return api.answer(sheet_of(service.sheet(db(), run_id)))


def _answer(found: Dossier) -> Response:
    entries = [
        {name: getattr(one, name) for name in ("deed", "text", "owner", "due_on", "at")}
        | {"by": one.name, "files": [dict(zip(FILE, file, strict=True)) for file in found.files.get(one.id, [])]}
        for one in found.entries
    ]
    return api.answer(_row(found.line) | {"entries": entries}, version=found.line.row.version)


def _row(line: Line) -> dict[str, Any]:
    said = {name: getattr(line.row, name) for name in NAMES}
    words = {"checklist": _words(line.checklist), "text": _words(line.text)}
    return said | words | {"overdue": line.overdue(clock.today())}


def _words(said: forms.Localized) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}
