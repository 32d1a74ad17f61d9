"""The standard for programs: its editions and their definitions, word for word."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy import select

from huakai_platform.kernel.access import Permission
from huakai_platform.standards import files, service
from huakai_platform.standards.difference import Change, Sort, difference
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.web import api
from huakai_platform.web.context import db, guard

blueprint = api.Resources("standard", __name__, "标准 The standard")

NAMES = ("id", "number", "title", "digest", "published_at")
BARE = select(*(getattr(Edition, name) for name in NAMES))


class EditionRow(api.Shape):
    id = fields.UUID()
    number = fields.Integer()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    digest = fields.String()
    published_at = fields.DateTime()


class DefinitionRow(api.Shape):
    kind = fields.String()
    code = fields.String()
    digest = fields.String()


class Definition(api.Shape):
    body = fields.Dict(keys=fields.String())


class EntryNamed(api.Shape):
    of = fields.String()
    name = fields.String()
    title = fields.Raw(allow_none=True, metadata=api.about("双语文字或代码 A text in both languages, or a code."))


class ChangeRow(api.Shape):
    kind = fields.String()
    code = fields.String()
    entries = fields.List(fields.Nested(EntryNamed), metadata=api.about("由外到内 From outside in."))
    field = fields.List(fields.String())
    sort = fields.String(metadata={"enum": list(Sort)})
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


@blueprint.get("/editions")
@guard(Permission.STANDARD_READ)
@blueprint.operation("List editions", "标准的各版，最新在前。", asks=api.Paged, gives=api.Listed(EditionRow))
def editions(asked: Any) -> Response:
    return api.page(BARE, api.Order((Edition.number,), falling=True), asked, NAMES)


@blueprint.get("/editions/<uuid:edition_id>")
@guard(Permission.STANDARD_READ, sample="definition")
@blueprint.operation("Read an edition", "一版标准的编号、名称和校验值。", gives=EditionRow)
def edition(edition_id: UUID) -> Response:
    return answered(service.edition(db(), edition_id))


@blueprint.get("/editions/<uuid:edition_id>/file")
@guard(Permission.STANDARD_READ, sample="definition")
@blueprint.operation(
    "Fetch an edition as one file", "整版标准的文件和校验值，可导入另一处平台。", media="application/octet-stream"
)
def file(edition_id: UUID) -> Response:
    return Response(files.write(db(), edition_id), content_type="application/octet-stream")


@blueprint.get("/editions/<uuid:edition_id>/difference/<uuid:later_id>")
@guard(Permission.STANDARD_READ, sample="two_editions")
@blueprint.operation("Compare two editions", "从一版到另一版的每处改动。", gives=api.Listed(ChangeRow))
def compare(edition_id: UUID, later_id: UUID) -> Response:
    before, after = service.bodies(db(), edition_id), service.bodies(db(), later_id)
    return api.listed([told(one) for one in difference(before, after)])


@blueprint.get("/editions/<uuid:edition_id>/definitions")
@guard(Permission.STANDARD_READ, sample="definition")
@blueprint.operation("List the definitions of an edition", "一版标准中的定义。", gives=api.Listed(DefinitionRow))
def definitions(edition_id: UUID) -> Response:
    service.bodies(db(), edition_id)
    rows = db().execute(
        select(EditionDefinition.kind, EditionDefinition.code, EditionDefinition.digest)
        .where(EditionDefinition.edition_id == edition_id)
        .order_by(EditionDefinition.kind, EditionDefinition.code)
    )
    return api.listed([{"kind": row.kind, "code": row.code, "digest": row.digest} for row in rows])


@blueprint.get("/editions/<uuid:edition_id>/definitions/<kind>/<code>")
@guard(Permission.STANDARD_READ, sample="definition")
@blueprint.operation("Read a definition", "一项定义的全文。", gives=Definition)
def definition(edition_id: UUID, kind: str, code: str) -> Response:
    return api.answer({"body": service.body(db(), edition_id, kind, code)})


def answered(found: Edition) -> Response:
    """An edition without its definitions."""
    return api.answer({name: getattr(found, name) for name in NAMES})


def told(one: Change) -> dict[str, Any]:
    """A change as ChangeRow has it."""
    entries = [entry._asdict() for entry in one.spot.entries]
    place = {"kind": one.spot.kind, "code": one.spot.code, "entries": entries, "field": list(one.spot.field)}
    return place | {"sort": one.sort, "before": one.before, "after": one.after}
