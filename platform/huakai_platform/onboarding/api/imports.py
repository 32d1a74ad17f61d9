"""Registers on their way in: upload with a dry run, columns, overrides, application."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Choice, Int, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import importing, summaries
from huakai_platform.onboarding import imports as uploads
from huakai_platform.onboarding.api.blueprints import blueprint
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import FIELDS, SHORTEST_REASON
from huakai_platform.web import api
from huakai_platform.web.api.uploads import Upload, named
from huakai_platform.web.context import actor, db, guard

BARE = select(
    RegisterImport.id, RegisterImport.filename, RegisterImport.state, RegisterImport.created_at,
    RegisterImport.applied_at, RegisterImport.summary["counts"].label("counts"),
    RegisterImport.summary["missing"].label("missing"),
)  # fmt: skip
NAMES = ("id", "filename", "state", "created_at", "applied_at", "counts", "missing")
NEWEST = api.Order((RegisterImport.created_at, RegisterImport.id), falling=True)


class Import(api.Shape):
    id = fields.UUID()
    filename = fields.String()
    state = fields.String(metadata={"enum": ["checked", "applied", "discarded"]})
    created_at = fields.DateTime()
    applied_at = fields.DateTime(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    missing = fields.List(fields.String(), metadata=api.about("没有找到的列 Columns that were not found."))


class Told(api.Shape):
    cell = fields.String()
    column = fields.String()
    code = fields.String()
    severity = fields.String()
    message = fields.String()


class Row(api.Shape):
    row = fields.Integer()
    state = fields.String(metadata={"enum": list(summaries.STATES)})
    name = fields.String()
    place = fields.String()
    site_id = fields.UUID(allow_none=True)
    reason = fields.String(allow_none=True)
    problems = fields.List(fields.Nested(Told))


class Applied(api.Shape):
    created = fields.Integer()
    present = fields.Integer()
    refused = fields.Integer()


class RegisterFile(Strict):
    file = Upload(required=True)


class RowsAsked(api.Paged):
    show = Choice(summaries.STATES)


class Override(Strict):
    row = Int(1, 1_000_000, required=True)
    reason = Text(max_length=500, required=True, min_length=SHORTEST_REASON)


Columns = Strict.from_dict({field.value: Int(0, 200, allow_none=True) for field in FIELDS}, name="ImportColumns")


@blueprint.get("/imports")
@guard(Permission.REGISTER_IMPORT)
@blueprint.operation("List imports", "导入记录，最新在前。", asks=api.Paged, gives=api.Listed(Import))
def imports(asked: Any) -> Response:
    return api.page(BARE.where(*uploads.own(actor())), NEWEST, asked, shaped)


@blueprint.post("/imports")
@guard(Permission.REGISTER_IMPORT)
@blueprint.operation(
    "Upload a register", "上传登记表并预检，不写入站点。", files=RegisterFile, gives=Import, status=201
)
def upload(files: Any) -> Response:
    file = files["file"]
    kept = importing.check(db(), actor(), named(file.filename), file.read())
    return api.answer(_shaped(kept), 201, location=url_for(".read_import", import_id=kept.id))


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation("Read an import", "一次导入的结果。", gives=Import)
def read_import(import_id: UUID) -> Response:
    return api.answer(_shaped(uploads.get(db(), actor(), import_id)))


@blueprint.get("/imports/<uuid:import_id>/rows")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation("List the rows of an import", "逐行结果和问题。", asks=RowsAsked, gives=api.Listed(Row))
def rows(import_id: UUID, asked: Any) -> Response:
    kept = uploads.get(db(), actor(), import_id)
    lines = [_line(line) for line in summaries.lines(kept.summary, asked.get("show"))]
    return api.listed(lines, asked, key=lambda line: line["row"])


@blueprint.put("/imports/<uuid:import_id>/columns")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation(
    "Say which column is which",
    "指明各字段所在的列（从 0 起），重新预检。",
    takes=Columns,
    gives=Import,
    example={"name": 0},
)
def correct_columns(import_id: UUID, given: Any) -> Response:
    chosen = [column for column in given.values() if column is not None]
    if shared := {name: [_("这一列已用于另一项。")] for name, at in given.items() if at and chosen.count(at) > 1}:
        raise Invalid(_("填写的内容有误。"), shared)
    kept = importing.recheck(db(), actor(), import_id, mapping={one.value: given.get(one.value) for one in FIELDS})
    return api.answer(_shaped(kept))


@blueprint.post("/imports/<uuid:import_id>/overrides")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation(
    "Let a possible duplicate in", "说明某行不是重复站点，重新预检。", takes=Override, gives=Import,
    example={"row": 3, "reason": "same name, another community"},
)  # fmt: skip
def override(import_id: UUID, given: Any) -> Response:
    return api.answer(_shaped(importing.recheck(db(), actor(), import_id, overrides={given["row"]: given["reason"]})))


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation("Apply an import", "写入新站点；重复执行不会重复写入。", gives=Applied)
def apply_import(import_id: UUID) -> Response:
    done = importing.apply(db(), actor(), import_id)
    return api.answer({"created": done.created, "present": done.present, "refused": done.refused})


@blueprint.delete("/imports/<uuid:import_id>")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
@blueprint.operation("Discard an import", "放弃一次导入，不写入任何站点。", status=204)
def discard(import_id: UUID) -> Response:
    importing.discard(db(), actor(), import_id)
    return api.nothing()


def shaped(row: Any) -> dict[str, Any]:
    found = dict(zip(NAMES, row, strict=False))
    return found | {"counts": found["counts"] or {}, "missing": found["missing"] or []}


def _shaped(kept: RegisterImport) -> dict[str, Any]:
    about = (kept.id, kept.filename, kept.state, kept.created_at, kept.applied_at)
    return shaped((*about, kept.summary.get("counts"), kept.summary.get("missing")))


def _line(line: summaries.Line) -> dict[str, Any]:
    told = [
        {name: getattr(one, name) for name in ("cell", "column", "code", "severity")}
        | {"message": one.message.render()}
        for one in line.problems
    ]
    about = {name: getattr(line, name) for name in ("row", "state", "name", "place", "reason")}
    return about | {"site_id": line.site, "problems": told}
